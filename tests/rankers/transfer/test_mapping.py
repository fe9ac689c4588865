"""Person vectors carried over by one function for all."""

from dataclasses import replace

import numpy as np
import pytest

from tests.rankers.planted import N_TASTES, World, planted_world
from tests.rankers.transfer.problems import WARM, problem_of, taste_hits
from xdrec_assets.rankers.transfer.mapping import PersonMapping, linear_map, network_map
from xdrec_assets.rankers.transfer.none import NoTransfer
from xdrec_assets.rankers.transfer.settings import MappingSettings
from xdrec_assets.rankers.transfer.strategy import NoSettings

RNG = np.random.default_rng(5)
SOURCE = RNG.normal(size=(400, 4)).astype(np.float32) + 1
PLANTED = RNG.normal(size=(4, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def world() -> World:
    return planted_world()


def test_a_planted_linear_map_is_found() -> None:
    target = (SOURCE[:300] @ PLANTED + [1, 2, 3]).astype(np.float32)
    carry = linear_map(SOURCE[:300], target, MappingSettings(ridge=1e-6))
    np.testing.assert_allclose(carry(SOURCE[300:]), SOURCE[300:] @ PLANTED + [1, 2, 3], atol=1e-4)


def test_the_penalty_weighs_as_much_as_so_many_people_whatever_the_length() -> None:
    x = np.array([[-1.0], [1.0]], dtype=np.float32)  # a mean of 0, a mean square of 1
    carry = linear_map(x, 3 * x, MappingSettings(ridge=2))
    assert carry(x).tolist() == [[-1.5], [1.5]]  # 6 / (2 + 2 × 1)
    assert linear_map(10 * x, 30 * x, MappingSettings(ridge=2))(10 * x).tolist() == [[-15.0], [15.0]]


def test_a_map_learned_from_people_who_are_all_alike_gives_their_mean() -> None:
    same = np.ones((20, 4), dtype=np.float32)
    assert linear_map(same, 2 * same, MappingSettings())(same).tolist() == (2 * same).tolist()
    found = network_map(same, 2 * same, MappingSettings(epochs=20))(same)
    np.testing.assert_allclose(found, 2 * same, atol=0.7)


def test_a_network_finds_what_no_linear_map_can() -> None:
    sign = np.sign(SOURCE[:, :1] - 1) * np.sign(SOURCE[:, 1:2] - 1)
    target = np.hstack([sign, -sign]).astype(np.float32)
    settings = MappingSettings(epochs=300)
    errors = [
        np.square(learned(SOURCE[:300], target[:300], settings)(SOURCE[300:]) - target[300:]).mean()
        for learned in (linear_map, network_map)
    ]
    assert errors[0] > 0.9
    assert errors[1] < 0.4


@pytest.mark.parametrize("settings", [MappingSettings(), MappingSettings(function="network", epochs=100)])
def test_cold_people_get_their_taste_and_not_a_stranger_s(world: World, settings: MappingSettings) -> None:
    assert taste_hits(PersonMapping(settings).fit(problem_of(world)), world) > 0.8
    shuffled = world.with_links_shuffled(np.random.default_rng(3))
    assert abs(taste_hits(PersonMapping(settings).fit(problem_of(shuffled)), shuffled) - 1 / N_TASTES) < 0.12


def test_whoever_has_events_on_the_target_is_answered_as_by_the_twin(world: World) -> None:
    problem = problem_of(world, "als")
    found, twin = PersonMapping(MappingSettings()).fit(problem), NoTransfer(NoSettings()).fit(problem)
    np.testing.assert_array_equal(found.arrays()["people"][WARM], twin.arrays()["people"][WARM])


def test_where_nobody_is_known_on_both_it_is_the_twin(world: World) -> None:
    history, items = world.history, world.history.items_of("video")
    keep = (history.person < 60) | (history.item >= items.start)  # who is elsewhere is not here
    rows = {name: getattr(history, name)[keep] for name in ("person", "item", "strength", "age_days")}
    apart = replace(world, history=replace(history, **rows))
    found = PersonMapping(MappingSettings()).fit(problem_of(apart))
    twin = NoTransfer(NoSettings()).fit(problem_of(apart))
    np.testing.assert_array_equal(found.arrays()["people"], twin.arrays()["people"])
