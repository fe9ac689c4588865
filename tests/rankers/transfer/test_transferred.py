"""A ranker trained on all platforms by the strategy that the settings name."""

import gc
from typing import Any
from weakref import ref

import numpy as np
import pytest

from tests.rankers.planted import PLATFORMS, TARGET, World, planted_world
from tests.rankers.transfer.problems import SETTINGS, knowledge_by_scope, problem_of, taste_hits
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.settings import PopularitySettings
from xdrec_assets.rankers.svd import SVD
from xdrec_assets.rankers.transfer.mapping import PersonMapping
from xdrec_assets.rankers.transfer.none import NoTransfer
from xdrec_assets.rankers.transfer.per_platform import PerPlatform
from xdrec_assets.rankers.transfer.settings import ChoiceSettings, MappingSettings, TransferSettings
from xdrec_assets.rankers.transfer.strategy import Learned, Problem
from xdrec_assets.rankers.transfer.transferred import transferred


@pytest.fixture(scope="module")
def world() -> World:
    return planted_world()


def test_joint_training_is_one_model_of_everything(world: World) -> None:
    found = transferred("svd", world.history, knowledge_by_scope(world), SETTINGS)
    whole = SVD(SETTINGS.svd).fit(world.history, world.knowledge)
    assert type(found) is SVD
    np.testing.assert_array_equal(found.arrays()["people"], whole.arrays()["people"])


def test_another_strategy_is_a_ranker_per_platform(world: World) -> None:
    transfer = TransferSettings(of={"svd": "mapping"}, mapping=MappingSettings(ridge=3))
    found = transferred("svd", world.history, knowledge_by_scope(world), SETTINGS, transfer)
    assert isinstance(found, PerPlatform)
    assert found.strategies == dict.fromkeys(PLATFORMS, "mapping")
    items = world.history.items_of(TARGET)
    alone = PersonMapping(MappingSettings(ridge=3)).fit(problem_of(world))
    assert found.score(np.arange(9), items).tobytes() == alone.score(np.arange(9), items).tobytes()
    assert taste_hits(found, world) > 0.8


def test_strategies_of_other_rankers_do_not_matter(world: World) -> None:
    transfer = TransferSettings(of={"als": "mapping"})
    assert type(transferred("svd", world.history, knowledge_by_scope(world), SETTINGS, transfer)) is SVD


def test_what_was_taken_out_of_the_history_for_one_target_is_gone_at_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[ref[Any]] = []
    learn = NoTransfer.learn

    def learned(strategy: NoTransfer, problem: Problem) -> Learned:
        gc.collect()
        assert [one for one in held if one() is not None] == []
        held.extend(map(ref, (problem.on_target, problem.elsewhere)))
        return learn(strategy, problem)

    monkeypatch.setattr(NoTransfer, "learn", learned)
    transferred("svd", world.history, knowledge_by_scope(world), SETTINGS, TransferSettings(of={"svd": "none"}))
    assert len(held) == 2 * len(PLATFORMS)


def test_ties_in_a_choice_are_broken_by_popularity_as_it_is_set(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fitted: list[PopularitySettings] = []
    fit = Popularity.fit

    def noted(popularity: Popularity, *given: Any) -> Popularity:
        fitted.append(popularity.settings)
        return fit(popularity, *given)

    monkeypatch.setattr(Popularity, "fit", noted)
    settings = SETTINGS.model_copy(update={"popularity": PopularitySettings(half_life_days=3)})
    transfer = TransferSettings(of={"svd": "choice"}, choice=ChoiceSettings(days=7, candidates=("joint",)))
    transferred("svd", world.history, knowledge_by_scope(world), settings, transfer)
    assert {each.half_life_days for each in fitted} == {3}
