"""What strategies are given, and what holds for all that need no training of a network."""

from dataclasses import replace

import numpy as np
import pytest

from tests.rankers.planted import TARGET, World, history_of, knowledge_of, planted_world
from tests.rankers.transfer.problems import assert_same, copied, problem_of
from xdrec_assets.rankers.transfer.registry import create_strategy
from xdrec_assets.rankers.transfer.settings import BridgeSettings, ChoiceSettings, TransferSettings
from xdrec_assets.rankers.transfer.strategy import Problem

FAST = TransferSettings(bridge=BridgeSettings(epochs=2), choice=ChoiceSettings(days=7, resamples=100))
RANKERS = {"none": "svd", "joint": "svd", "features": "linear", "mapping": "svd", "bridge": "svd", "choice": "svd"}


@pytest.fixture(scope="module")
def world() -> World:
    return planted_world()


def test_the_target_and_the_rest_are_everything(world: World) -> None:
    problem, items = problem_of(world), world.history.items_of(TARGET)
    on_target, elsewhere = problem.on_target, problem.elsewhere
    assert ((on_target.item >= items.start) & (on_target.item < items.stop)).all()
    assert not ((elsewhere.item >= items.start) & (elsewhere.item < items.stop)).any()
    for name in ("person", "item", "strength", "age_days"):
        both = np.concatenate([getattr(on_target, name), getattr(elsewhere, name)])
        np.testing.assert_array_equal(np.sort(both), np.sort(getattr(world.history, name)))
    assert (np.diff(elsewhere.person) >= 0).all()


def test_parts_of_the_history_are_taken_out_once_for_each_target(world: World) -> None:
    problem = problem_of(world)
    assert problem.on_target is problem.on_target
    assert problem.elsewhere is problem.elsewhere
    other = replace(problem, target="shop")
    items = world.history.items_of("shop")
    assert np.isin(other.on_target.item, np.arange(items.start, items.stop)).all()
    assert len(other.elsewhere.item) + len(other.on_target.item) == len(world.history.item)


@pytest.mark.parametrize("name", RANKERS)
class TestEveryStrategy:
    def test_the_same_problem_learns_the_same_bits(self, name: str, world: World) -> None:
        problem = problem_of(world, RANKERS[name])
        first, second = (create_strategy(name, FAST).fit(problem).arrays() for _ in range(2))
        assert all(first[key].tobytes() == second[key].tobytes() for key in first)

    def test_it_leaves_its_problem_unchanged(self, name: str, world: World) -> None:
        problem = problem_of(world, RANKERS[name])
        kept = copied(problem)
        create_strategy(name, FAST).fit(problem)
        assert_same(problem, kept)

    def test_it_gives_a_ranker_of_the_class_it_was_asked_for(self, name: str, world: World) -> None:
        problem = problem_of(world, RANKERS[name])
        ranker, asked = create_strategy(name, FAST).fit(problem), problem.make()
        assert (type(ranker), ranker.settings) == (type(asked), asked.settings)

    def test_it_learns_where_nothing_has_happened_yet(self, name: str, world: World) -> None:
        history, nothing = history_of([], [2, 3], n_people=2), knowledge_of(np.eye(5), n_people=2)
        knowledge = {"all": nothing, "music": nothing, "shop": nothing}
        problem = Problem(history, knowledge, "shop", problem_of(world, RANKERS[name]).make)
        learned = create_strategy(name, FAST).learn(problem)
        assert not learned.ranker.score(np.arange(2), history.items_of("shop")).any()
        assert learned.strategy == ("none" if name == "choice" else name)
