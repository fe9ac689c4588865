"""Person vectors carried over by a bridge of each person's own."""

from dataclasses import replace

import numpy as np
import pytest

from tests.rankers.planted import N_TASTES, World, history_of, planted_world
from tests.rankers.transfer.problems import WARM, problem_of, taste_hits
from xdrec_assets.rankers.transfer.bridge import NO_ITEM, PersonalBridge, last_items
from xdrec_assets.rankers.transfer.mapping import linear_map
from xdrec_assets.rankers.transfer.none import NoTransfer
from xdrec_assets.rankers.transfer.personal_bridges import Examples, carried_over
from xdrec_assets.rankers.transfer.settings import BridgeSettings, MappingSettings
from xdrec_assets.rankers.transfer.strategy import NoSettings

N, UNSEEN = 600, np.arange(500, 600)  # people, of whom the last have nothing on the target
FAST = BridgeSettings(epochs=5)


@pytest.fixture(scope="module")
def world() -> World:
    return planted_world()


@pytest.fixture(scope="module")
def two_kinds() -> tuple[Examples, np.ndarray]:
    """People of four tastes and two kinds; one kind takes what it liked elsewhere, the other the opposite.

    A person's vector tells the taste, the items that they took tell the kind: no one map can bring both together. With
    the examples comes which of four groups of items each person wants, (N,).
    """
    rng = np.random.default_rng(2)
    taste, kind = rng.integers(N_TASTES, size=N), rng.integers(2, size=N)
    wanted = np.where(kind, taste, (taste + 2) % N_TASTES)
    people = np.hstack([np.eye(N_TASTES)[taste], np.zeros((N, 2))]) + rng.normal(scale=0.05, size=(N, N_TASTES + 2))
    items = np.hstack([np.zeros((2, N_TASTES)), np.eye(2)])  # one for each kind
    groups = np.repeat(np.arange(N_TASTES), 10)
    n_events = 6
    taken = rng.integers(10, size=(N, n_events)) + 10 * wanted[:, None]
    on_both = np.arange(UNSEEN[0])
    target_people = np.eye(N_TASTES)[wanted] * np.isin(np.arange(N), on_both)[:, None]
    examples = Examples(
        people=people.astype(np.float32),
        took=np.column_stack([kind, np.full(N, NO_ITEM)]).astype(np.int32),
        source_items=items.astype(np.float32),
        target_people=target_people.astype(np.float32),
        target_items=np.eye(N_TASTES, dtype=np.float32)[groups],
        on_both=on_both,
        person=np.repeat(on_both, n_events).astype(np.int32),
        item=taken[on_both].ravel().astype(np.int32),
    )
    return examples, wanted


def right(carried: np.ndarray, examples: Examples, wanted: np.ndarray) -> float:
    """The share of unseen people whose best item is of the group that they want."""
    best = (carried[UNSEEN] @ examples.target_items.T).argmax(axis=1) // 10
    return float(np.mean(best == wanted[UNSEEN]))


def test_personal_bridges_find_what_one_map_cannot(two_kinds: tuple[Examples, np.ndarray]) -> None:
    examples, wanted = two_kinds
    both = examples.on_both
    one_map = linear_map(examples.people[both], examples.target_people[both], MappingSettings())(examples.people)
    assert right(one_map, examples, wanted) < 0.7  # two groups of four are left to choose from
    assert right(carried_over(examples, BridgeSettings(epochs=40)), examples, wanted) > 0.95


def test_carried_vectors_are_as_long_as_those_learned_there(two_kinds: tuple[Examples, np.ndarray]) -> None:
    examples, _ = two_kinds
    longer = replace(examples, target_people=examples.target_people * 3)
    carried = carried_over(longer, FAST)
    assert np.linalg.norm(carried[examples.on_both], axis=1).mean() == pytest.approx(3)


def test_whoever_is_unknown_elsewhere_has_nothing_to_carry(two_kinds: tuple[Examples, np.ndarray]) -> None:
    examples, _ = two_kinds
    people = examples.people.copy()
    people[UNSEEN[0]] = 0
    assert not carried_over(replace(examples, people=people), FAST)[UNSEEN[0]].any()


def test_cold_people_get_their_taste_and_not_a_stranger_s(world: World) -> None:
    assert taste_hits(PersonalBridge(FAST).fit(problem_of(world)), world) > 0.8
    shuffled = world.with_links_shuffled(np.random.default_rng(3))
    assert abs(taste_hits(PersonalBridge(FAST).fit(problem_of(shuffled)), shuffled) - 1 / N_TASTES) < 0.12


def test_whoever_has_events_on_the_target_is_answered_as_by_the_twin(world: World) -> None:
    found, twin = PersonalBridge(FAST).fit(problem_of(world)), NoTransfer(NoSettings()).fit(problem_of(world))
    np.testing.assert_array_equal(found.arrays()["people"][WARM], twin.arrays()["people"][WARM])


def test_last_items_stand_newest_first() -> None:
    history = history_of([(0, 0), (0, 1), (0, 2), (2, 1)], [3], n_people=3)
    history = replace(history, age_days=np.array([5, 1, 3, 0], dtype=np.float32))
    assert last_items(history, 2).tolist() == [[1, 2], [NO_ITEM, NO_ITEM], [1, NO_ITEM]]
    assert last_items(history, 9).tolist() == [[1, 2, 0], [NO_ITEM] * 3, [1, NO_ITEM, NO_ITEM]]
    assert last_items(history_of([], [3], n_people=2), 2).tolist() == [[NO_ITEM], [NO_ITEM]]
