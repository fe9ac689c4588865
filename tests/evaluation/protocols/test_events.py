"""Events keep one order, however their rows came."""

import numpy as np
import pytest

from tests.evaluation.protocols.logs import NAMES, log_of, random_log
from xdrec_assets.evaluation.protocols.events import Events, events_of, first_of_each_pair, in_order


def rows_of(events: Events) -> list[tuple[str, str, int]]:
    columns = (events.person.tolist(), events.item.tolist(), events.occurred_at.tolist())
    return [(events.person_id[person], NAMES[item], when) for person, item, when in zip(*columns, strict=True)]


def test_people_and_items_are_numbered_in_the_order_of_their_ids() -> None:
    events = log_of([("zoe", "pot", 1), ("ann", "apple", 2)])
    assert events.platforms == ("food", "kitchen")
    assert events.person_id.tolist() == ["ann", "zoe"]
    assert events.person.tolist() == [1, 0]
    assert events.item_platform.tolist() == [0, 0, 0, 1, 1]
    assert events.strength.tolist() == [1, 1]


def test_order_is_by_person_then_time_then_id() -> None:
    events = in_order(log_of([("u", "pot", 3), ("u", "bread", 3), ("t", "cake", 9), ("u", "cake", 1)]))
    assert [(person, item) for person, item, _ in rows_of(events)] == [
        ("t", "cake"),
        ("u", "cake"),
        ("u", "bread"),
        ("u", "pot"),
    ]


def test_ties_favour_no_platform() -> None:
    items = [("food", "b"), ("food", "d"), ("kitchen", "a"), ("kitchen", "b"), ("kitchen", "c")]
    events = events_of(items, np.array(["u"] * 5), np.arange(5), np.zeros(5))
    assert [items[item] for item in in_order(events).item] == [
        ("kitchen", "a"),
        ("food", "b"),
        ("kitchen", "b"),
        ("kitchen", "c"),
        ("food", "d"),
    ]


@pytest.mark.parametrize("seed", range(5))
def test_permuting_the_rows_changes_nothing(seed: int) -> None:
    events = random_log(seed)
    permuted = events.where(np.random.default_rng(seed).permutation(len(events)))
    assert rows_of(in_order(permuted)) == rows_of(in_order(events))
    assert rows_of(first_of_each_pair(permuted)) == rows_of(first_of_each_pair(events))


def test_the_first_event_of_a_pair_stands_with_the_strongest_strength() -> None:
    events = log_of([("u", "cake", 5), ("u", "cake", 2), ("u", "pan", 3)], strength=[0.9, 0.1, 0.5])
    first = first_of_each_pair(events)
    assert [item for _, item, _ in rows_of(first)] == ["cake", "pan"]
    assert first.occurred_at[0] == events.occurred_at[1]
    assert first.strength.tolist() == pytest.approx([0.9, 0.5])
    assert events.strength.tolist() == pytest.approx([0.9, 0.1, 0.5])


def test_columns_of_unequal_length_are_refused() -> None:
    events = log_of([("u", "cake", 5)])
    with pytest.raises(ValueError, match=r"lengths .*'strength': 2.* one value per event"):
        Events(**{**vars(events), "strength": np.ones(2)})


@pytest.mark.parametrize("strength", [0, -1, 1.5, float("nan")])
def test_strengths_outside_the_range_are_refused(strength: float) -> None:
    with pytest.raises(ValueError, match="1 of 2 events have a strength outside"):
        log_of([("u", "cake", 5), ("u", "pan", 5)], strength=[1, strength])


@pytest.mark.parametrize("items", [[("b", "x"), ("a", "y")], [("a", "x"), ("a", "x")]])
def test_items_out_of_order_or_twice_are_refused(items: list[tuple[str, str]]) -> None:
    with pytest.raises(ValueError, match="sort them and keep each once"):
        events_of(items, np.array(["u"]), np.array([0]), np.array([0]))


@pytest.mark.parametrize("item", [-1, 1])
def test_events_of_unlisted_items_are_refused(item: int) -> None:
    with pytest.raises(ValueError, match="1 of 1 events are of items that are not listed"):
        events_of([("a", "x")], np.array(["u"]), np.array([item]), np.array([0]))
