"""None, joint and feature transfer: on what each lets a ranker learn."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tests.rankers.planted import TARGET, World, planted_world
from tests.rankers.transfer.problems import COLD, SETTINGS, WARM, problem_of, taste_hits
from xdrec_assets.rankers.linear import Linear
from xdrec_assets.rankers.transfer.features import FeatureTransfer
from xdrec_assets.rankers.transfer.joint import Joint
from xdrec_assets.rankers.transfer.none import NoTransfer
from xdrec_assets.rankers.transfer.strategy import NoSettings


@pytest.fixture(scope="module")
def world() -> World:
    return planted_world()


def test_without_transfer_the_target_alone_is_learned_from(world: World) -> None:
    problem = problem_of(world, "linear")
    twin = Linear(SETTINGS.linear).fit(world.history.only(TARGET), problem.knowledge[TARGET])
    found = NoTransfer(NoSettings()).fit(problem)
    assert_array_equal(found.arrays()["people"], twin.arrays()["people"])
    assert not found.arrays()["people"][COLD].any()


def test_joint_training_reaches_cold_people(world: World) -> None:
    found = Joint(NoSettings()).fit(problem_of(world, "linear"))
    alone = NoTransfer(NoSettings()).fit(problem_of(world, "linear"))
    assert taste_hits(found, world) > taste_hits(alone, world) + 0.4


def test_one_joint_model_serves_all_targets_of_a_history(world: World) -> None:
    strategy, other = Joint(NoSettings()), planted_world(seed=8)
    first = strategy.fit(problem_of(world, target="video"))
    assert strategy.fit(problem_of(world, target="music")) is first
    assert strategy.fit(problem_of(other)) is not first


def test_features_come_from_all_platforms_and_events_from_the_target_alone(world: World) -> None:
    problem = problem_of(world, "linear")
    found = FeatureTransfer(NoSettings()).fit(problem)
    expected = Linear(SETTINGS.linear).fit(world.history.only(TARGET), world.knowledge)
    assert_array_equal(found.arrays()["people"], expected.arrays()["people"])
    assert not found.score(COLD, world.history.items_of(TARGET)).any()
    assert taste_hits(found, world, WARM) > 0.6


def test_features_need_not_be_known_on_the_target(world: World) -> None:
    """Vectors that only all platforms together give: without transfer everything scores alike."""
    problem = problem_of(world, "linear")
    blank = {**problem.knowledge, TARGET: problem.knowledge["music"]}
    told = type(problem)(problem.history, blank, TARGET, problem.make)
    assert not np.any(NoTransfer(NoSettings()).fit(told).score(WARM, world.history.items_of(TARGET)))
    assert taste_hits(FeatureTransfer(NoSettings()).fit(told), world, WARM) > 0.6
