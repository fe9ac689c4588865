"""One ranker per target platform, answering as one."""

from pathlib import Path

import numpy as np
import pytest

from tests.rankers.planted import PLATFORMS, TARGET, World, planted_world
from tests.rankers.transfer.problems import SETTINGS, knowledge_by_scope
from xdrec_assets.rankers.clusters import Clusters
from xdrec_assets.rankers.ranker import NotFittedError
from xdrec_assets.rankers.store import StoredRankerError, load_ranker, save_ranker, verified_ranker
from xdrec_assets.rankers.svd import SVD
from xdrec_assets.rankers.told import Told
from xdrec_assets.rankers.transfer.per_platform import PerPlatform
from xdrec_assets.rankers.transfer.strategy import Learned

PEOPLE = np.array([3, 100, 240])


@pytest.fixture(scope="module")
def world() -> World:
    return planted_world()


@pytest.fixture
def ranker(world: World) -> PerPlatform:
    return per_platform(world, SVD)


def per_platform(world: World, ranker_class: type) -> PerPlatform:
    """A twin of each platform as one ranker; what was said of them is made up."""
    settings, knowledge = getattr(SETTINGS, ranker_class.name), knowledge_by_scope(world)
    parts = {p: ranker_class(settings).fit(world.history.only(p), knowledge[p]) for p in PLATFORMS}
    parts[TARGET].told = Told((1.0, 0.5), (0.1, 0.2), {TARGET: {"recent": 1.0}})
    evidence = ({"strategy": "joint", "ndcg": 0.25, "difference": 0.1, "low": 0.05, "people": 40, "chosen": True},)
    learned = {p: Learned(part, "joint", evidence if p == TARGET else ()) for p, part in parts.items()}
    return PerPlatform(learned, {p: world.history.items_of(p) for p in PLATFORMS})


def test_each_platform_is_answered_by_its_own(ranker: PerPlatform, world: World) -> None:
    for platform in PLATFORMS:
        items = world.history.items_of(platform)
        alone = ranker.parts[platform].score(PEOPLE, items)
        assert ranker.score(PEOPLE, items).tobytes() == alone.tobytes()
        some = slice(items.start + 3, items.start + 9)
        np.testing.assert_allclose(ranker.score(PEOPLE, some), alone[:, 3:9], rtol=1e-5)


def test_a_slice_of_several_platforms_is_put_together(ranker: PerPlatform, world: World) -> None:
    both = slice(50, 70)  # ten items of music, ten of the shop
    parts = [ranker.score(PEOPLE, slice(50, 60)), ranker.score(PEOPLE, slice(60, 70))]
    np.testing.assert_array_equal(ranker.score(PEOPLE, both), np.hstack(parts))
    assert ranker.score(PEOPLE, slice(60, 60)).shape == (3, 0)


def test_it_stands_for_a_ranker_of_its_name(ranker: PerPlatform, world: World) -> None:
    assert (ranker.name, ranker.settings, ranker.is_probability) == ("svd", SETTINGS.svd, False)
    assert PerPlatform.name == "per_platform"
    assert ranker.strategies == dict.fromkeys(PLATFORMS, "joint")
    assert list(ranker.evidence) == [TARGET]


@pytest.mark.parametrize("ranker_class", [SVD, Clusters])
def test_saved_and_loaded_it_scores_the_same_bits(ranker_class: type, world: World, tmp_path: Path) -> None:
    ranker = per_platform(world, ranker_class)
    save_ranker(ranker, tmp_path)
    loaded = load_ranker(tmp_path)
    assert isinstance(loaded, PerPlatform)
    assert (loaded.name, loaded.settings) == (ranker.name, ranker.settings)
    assert loaded.about() == ranker.about()
    assert (
        loaded.parts[TARGET].told
        == ranker.parts[TARGET].told
        == Told((1.0, 0.5), (0.1, 0.2), {TARGET: {"recent": 1.0}})
    )
    everyone = np.arange(world.history.n_people)
    for platform in PLATFORMS:
        items = world.history.items_of(platform)
        assert loaded.score(everyone, items).tobytes() == ranker.score(everyone, items).tobytes()


def test_what_it_says_of_its_parts_lies_beside_the_arrays(ranker: PerPlatform, tmp_path: Path) -> None:
    save_ranker(ranker, tmp_path)
    about, _ = verified_ranker(tmp_path)
    assert about["ranker"] == "svd"
    assert about["per_platform"]["video"] == {
        "items": [120, 180],
        "strategy": "joint",
        "losses": [1.0, 0.5],
        "validation": [0.1, 0.2],
        "importance": {"video": {"recent": 1.0}},
        "evidence": [dict(ranker.evidence[TARGET][0])],
    }


def test_a_part_that_is_missing_is_noticed(
    ranker: PerPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = {name: array for name, array in ranker.arrays().items() if not name.startswith("shop:")}
    monkeypatch.setattr(ranker, "arrays", lambda: arrays)
    save_ranker(ranker, tmp_path)
    with pytest.raises(StoredRankerError, match="materialise this ranker again"):
        load_ranker(tmp_path)


def test_parts_that_learned_nothing_are_not_saved(world: World, tmp_path: Path) -> None:
    empty = PerPlatform({"shop": Learned(SVD(SETTINGS.svd), "none")}, {"shop": world.history.items_of("shop")})
    with pytest.raises(NotFittedError, match="svd has learned nothing"):
        save_ranker(empty, tmp_path)


def test_it_cannot_be_learned_or_restored_without_its_strategy(ranker: PerPlatform, world: World) -> None:
    with pytest.raises(TypeError, match="learned by a transfer strategy"):
        ranker.fit(world.history, world.knowledge)
    with pytest.raises(TypeError, match="call from_parts"):
        PerPlatform.from_arrays(ranker.arrays(), SETTINGS.svd)
