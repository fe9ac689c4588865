"""What holds for every ranker of the registry."""

from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.rankers.neural.tiny_encoder import quick_settings
from tests.rankers.planted import N_COLD, N_TASTES, NOBODY, TARGET, World, history_of, knowledge_of, planted_world
from xdrec_assets.rankers.blend.settings import BlendSettings, MemberSettings
from xdrec_assets.rankers.neural.settings import (
    LSTMSettings,
    NCFSettings,
    SASRecSettings,
    TwoTowerSettings,
)
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranker import NotFittedError, Ranker
from xdrec_assets.rankers.ranking import NO_ITEM, top_k
from xdrec_assets.rankers.registry import RANKERS, create_ranker
from xdrec_assets.rankers.settings import ALSSettings, NMFSettings, PopularitySettings, RankerSettings, SVDSettings
from xdrec_assets.rankers.store import load_ranker, save_ranker

COLD = np.arange(N_COLD)
FLOOR = 0.6  # share of a cold person's top ten that is of the person's taste; 1 / N_TASTES by chance
QUICKLY: dict[str, Any] = {"learning_rate": 0.02, "warmup_batches": 0, "validation_people": 0}


@cache
def settings() -> RankerSettings:
    """Four tastes need no more."""
    return RankerSettings(
        svd=SVDSettings(factors=8),
        nmf=NMFSettings(factors=8),
        als=ALSSettings(factors=8),
        two_tower=TwoTowerSettings(size=16, epochs=3, events_per_batch=1024, negatives=0, **QUICKLY),
        ncf=NCFSettings(
            size=8,
            factors=8,
            layers=(16, 8),
            epochs=10,
            events_per_batch=1024,
            dropout=0,
            **QUICKLY | {"learning_rate": 0.04},
        ),
        lstm=LSTMSettings(size=16, epochs=4, events_per_batch=1024, negatives=0, **QUICKLY),
        sasrec=SASRecSettings(
            size=16,
            blocks=1,
            heads=1,
            dropout=0.2,
            epochs=5,
            events_per_batch=512,
            learning_rate=2e-2,
            warmup_batches=0,
            validation_people=0,
        ),
        text_encoder=quick_settings(),
        blend=BlendSettings(
            members=tuple(
                MemberSettings(ranker=name, scope="all") for name in ("nearest_text", "trending", "clusters")
            ),
            windows=2,
            window_days=20,
            step_days=10,
        ),
    )


PERSONAL = [name for name in RANKERS if name != "popularity"]


@pytest.fixture(scope="module")
def world() -> World:
    return planted_world()


def fitted(name: str, world: World) -> Ranker[Any]:
    return create_ranker(name, settings()).fit(world.history, world.knowledge)


def taste_hits(ranker: Ranker[Any], world: World) -> float:
    """Of the ten best items of cold people on the target, the share that is of their taste."""
    popularity = Popularity(PopularitySettings()).fit(world.history, world.knowledge)
    best = top_k(ranker, popularity, world.history, COLD, world.history.items_of(TARGET), 10)
    return float(np.mean(world.taste_of_item[best.items] == world.taste_of_person[COLD][:, None]))


@pytest.mark.parametrize("name", RANKERS)
class TestEveryRanker:
    def test_the_same_input_learns_the_same_bits(self, name: str, world: World) -> None:
        first, second = fitted(name, world).arrays(), fitted(name, world).arrays()
        assert first.keys() == second.keys()
        assert all(first[key].tobytes() == second[key].tobytes() for key in first)

    def test_a_batch_scores_like_single_people(self, name: str, world: World) -> None:
        ranker, items = fitted(name, world), world.history.items_of(TARGET)
        people = np.array([5, 200, 70])
        single = np.concatenate([ranker.score(people[i : i + 1], items) for i in range(len(people))])
        np.testing.assert_allclose(ranker.score(people, items), single, rtol=1e-4, atol=1e-6)

    def test_scores_are_finite_float32_of_the_slice(self, name: str, world: World) -> None:
        items = world.history.items_of(TARGET)
        scores = fitted(name, world).score(np.arange(world.history.n_people), items)
        assert scores.shape == (world.history.n_people, items.stop - items.start)
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()

    def test_fit_and_score_leave_their_input_unchanged(self, name: str, world: World) -> None:
        history = replace(
            world.history, **{f.name: _copy(getattr(world.history, f.name)) for f in fields(world.history)}
        )
        knowledge = replace(
            world.knowledge, **{f.name: _copy(getattr(world.knowledge, f.name)) for f in fields(world.knowledge)}
        )
        people = np.array([3, 1])
        fitted(name, replace(world, history=history, knowledge=knowledge)).score(people, slice(0, 5))
        assert people.tolist() == [3, 1]
        for given, kept in ((history, world.history), (knowledge, world.knowledge)):
            for field in fields(given):
                np.testing.assert_array_equal(getattr(given, field.name), getattr(kept, field.name))

    def test_a_saved_ranker_scores_the_same_bits(self, name: str, world: World, tmp_path: Path) -> None:
        ranker, people = fitted(name, world), np.arange(10)
        save_ranker(ranker, tmp_path / "model")
        loaded = load_ranker(tmp_path / "model")
        items = world.history.items_of(TARGET)
        assert type(loaded) is type(ranker)
        assert loaded.settings == ranker.settings
        assert loaded.score(people, items).tobytes() == ranker.score(people, items).tobytes()

    def test_someone_without_history_gets_what_is_popular(self, name: str, world: World) -> None:
        popularity = Popularity(PopularitySettings()).fit(world.history, world.knowledge)
        items = world.history.items_of(TARGET)
        best = top_k(fitted(name, world), popularity, world.history, np.array([NOBODY]), items, 5)
        most_popular = items.start + np.argsort(-popularity.popularity[items], kind="stable")[:5]
        assert best.items[0].tolist() == most_popular.tolist()
        assert best.by_popularity.tolist() == [name in PERSONAL]

    def test_it_fits_where_nothing_has_happened_yet(self, name: str) -> None:
        history, knowledge = history_of([], [2, 3], n_people=2), knowledge_of(np.eye(5), n_people=2)
        ranker = create_ranker(name, settings()).fit(history, knowledge)
        popularity = Popularity(PopularitySettings()).fit(history, knowledge)
        best = top_k(ranker, popularity, history, np.array([0, 1]), history.items_of("shop"), 4)
        assert best.items.tolist() == [[2, 3, 4, NO_ITEM]] * 2
        assert best.by_popularity.all()

    def test_asked_before_fit_it_says_so(self, name: str) -> None:
        with pytest.raises(NotFittedError, match=f"{name} has learned nothing"):
            create_ranker(name, settings()).score(np.array([0]), slice(0, 1))
        with pytest.raises(NotFittedError, match=f"{name} has learned nothing"):
            create_ranker(name, settings()).arrays()


@pytest.mark.parametrize("name", PERSONAL)
class TestTransfer:
    def test_what_happened_elsewhere_helps_cold_people(self, name: str, world: World) -> None:
        history, items = world.history, world.history.items_of(TARGET)
        twin = create_ranker(name, settings()).fit(history.only(TARGET), world.twin_knowledge())
        assert not twin.score(COLD, items).any()
        across = taste_hits(fitted(name, world), world)
        assert across > FLOOR
        assert across > taste_hits(twin, world) + 0.2
        assert across > taste_hits(fitted("popularity", world), world) + 0.2

    def test_with_links_shuffled_the_gain_is_gone(self, name: str, world: World) -> None:
        shuffled = world.with_links_shuffled(np.random.default_rng(3))
        assert abs(taste_hits(fitted(name, shuffled), shuffled) - 1 / N_TASTES) < 0.12


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value
