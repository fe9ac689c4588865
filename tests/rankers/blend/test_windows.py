"""Moments of the past: what was known before, what was taken after."""

from dataclasses import replace
from datetime import timedelta

import numpy as np

from tests.rankers.blend.worlds import timed
from xdrec_assets.rankers.blend.windows import is_regular, windows_by_time, windows_of_last_events

# person, item, age: item 0 and 1 are old, person 2 has nothing old, item 3 nothing either
WORLD = timed([(0, 0, 50), (0, 1, 12), (1, 1, 40), (1, 0, 15), (1, 3, 11), (2, 0, 13)], [4], 3)


def test_a_window_holds_what_known_people_took_of_known_items() -> None:
    (window,) = windows_by_time(WORLD, [10], 10)
    assert window.before.item.tolist() == [0, 1]
    assert window.before.age_days.tolist() == [30, 20]  # counted from the cut, 20 days before as_of
    assert window.before.as_of == WORLD.as_of - timedelta(days=20)
    assert [*zip(window.person.tolist(), window.item.tolist(), strict=True)] == [(0, 1), (1, 0)]


def test_what_happened_at_the_cut_is_after_it_and_at_the_end_outside() -> None:
    history = timed([(0, 0, 90), (0, 1, 95), (1, 1, 70), (1, 0, 60), (1, 2, 99)], [3], 2)
    (window,) = windows_by_time(history, [60], 10)
    assert window.before.age_days.min() > 0
    assert window.item.tolist() == [1]


def test_nothing_after_a_cut_is_in_what_was_before() -> None:
    (window,) = windows_by_time(WORLD, [10], 10)
    later = WORLD.age_days <= 20
    altered = replace(
        WORLD, item=np.where(later, WORLD.item == 0, WORLD.item), age_days=np.where(later, 3, WORLD.age_days)
    )
    before = [each.before for each in (window, *windows_by_time(altered, [0], 20))]
    for name in ("person", "item", "strength", "age_days"):
        np.testing.assert_array_equal(getattr(before[0], name), getattr(window.before, name))
        kept = WORLD.age_days > 20
        offset = 20 if name == "age_days" else 0
        np.testing.assert_array_equal(getattr(window.before, name), getattr(altered, name)[kept] - offset)


def test_a_window_without_anything_taken_is_left_out() -> None:
    assert windows_by_time(WORLD, [100], 10) == []


def test_last_events_are_held_out_one_after_the_other() -> None:
    events = [(0, 0, 3), (0, 1, 2), (0, 2, 1), (1, 2, 9), (1, 1, 8), (1, 0, 7), (2, 1, 30), (2, 0, 20), (2, 2, 10)]
    last, before_it = windows_of_last_events(timed(events, [3], 3), 2)
    assert [*zip(last.person.tolist(), last.item.tolist(), strict=True)] == [(0, 2), (1, 0), (2, 2)]
    assert last.before.age_days.tolist() == [2, 1, 7, 8, 10, 20]  # the newest as young as it was; by person and item
    assert [*zip(before_it.person.tolist(), before_it.item.tolist(), strict=True)] == [(0, 1), (1, 1), (2, 0)]
    assert before_it.before.item.tolist() == [0, 2, 1]


def test_places_in_a_sequence_are_told_from_times() -> None:
    assert is_regular(timed([(0, 0, 3), (0, 1, 2), (0, 2, 1), (1, 2, 2), (1, 1, 1)], [3], 2))
    assert not is_regular(timed([(0, 0, 30), (0, 1, 2), (0, 2, 1), (1, 2, 5), (1, 1, 1)], [3], 2))
    assert not is_regular(timed([(0, 0, 30)], [3], 1))
    assert not is_regular(timed([(0, item, 30 if item < 12 else 3) for item in range(24)], [24], 1))  # two baskets
