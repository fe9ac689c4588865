"""Both sides of a transfer of person vectors, and how the two are weighed."""

from dataclasses import replace

import numpy as np
import pytest

from tests.rankers.planted import World, planted_world
from tests.rankers.transfer.problems import COLD, WARM, problem_of
from xdrec_assets.rankers.transfer.two_sides import FEWEST, TwoSides


@pytest.fixture(scope="module")
def world() -> World:
    return planted_world()


@pytest.fixture(scope="module")
def sides(world: World) -> TwoSides:
    return TwoSides.of(problem_of(world))


def test_each_side_knows_its_own_people(sides: TwoSides) -> None:
    assert sides.is_known_elsewhere[:240].all()
    assert not sides.is_known_elsewhere[240]
    assert sides.on_both.tolist() == WARM.tolist()
    assert not sides.target_people[COLD].any()


def test_too_few_people_on_both_are_nobody(sides: TwoSides) -> None:
    few = sides.target_people.copy()
    few[WARM[FEWEST - 1 :]] = 0
    assert replace(sides, target_people=few).on_both.tolist() == []
    few[WARM[FEWEST - 1]] = 1
    assert len(replace(sides, target_people=few).on_both) == FEWEST


def test_whoever_is_known_on_the_target_keeps_what_was_learned_there(sides: TwoSides) -> None:
    carried = np.full_like(sides.target_people, 7)
    people = sides.with_carried(carried, known_after=0).arrays()["people"]
    np.testing.assert_array_equal(people[WARM], sides.target_people[WARM])
    assert (people[COLD] == 7).all()
    assert not people[240].any()  # who is known nowhere has nothing to carry


def test_the_more_events_on_the_target_the_less_is_carried(sides: TwoSides) -> None:
    n_events = sides.n_events.copy()
    n_events[WARM[:3]] = 1, 4, 16
    carried = np.full_like(sides.target_people, 2)
    people = replace(sides, n_events=n_events).with_carried(carried, known_after=4).arrays()["people"]
    for person, share in zip(WARM[:3], (4 / 5, 4 / 8, 4 / 20), strict=True):
        np.testing.assert_allclose(people[person], share * 2 + (1 - share) * sides.target_people[person], rtol=1e-5)


def test_items_and_settings_are_those_of_the_twin(sides: TwoSides) -> None:
    ranker = sides.with_carried(sides.target_people, 0)
    np.testing.assert_array_equal(ranker.arrays()["items"], sides.twin.arrays()["items"])
    assert (type(ranker), ranker.settings) == (type(sides.twin), sides.twin.settings)
