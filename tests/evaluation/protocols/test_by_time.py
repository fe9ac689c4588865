"""Splits by time: nothing of the future is learned from, and tuning sees nothing of the test."""

from dataclasses import fields, replace
from datetime import date
from typing import get_type_hints

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.protocols.logs import asked, asked_anywhere, day, learned, log_of, random_log, same
from xdrec_assets.evaluation.protocols.by_time import SplitByTime, back_test, split_global_time
from xdrec_assets.evaluation.protocols.events import Events
from xdrec_assets.evaluation.protocols.splits import FinalTest, Split, Validation, seconds_at

LOG = [("u", "apple", 1), ("v", "pan", 2), ("u", "bread", 4), ("v", "pot", 5), ("u", "cake", 7), ("w", "cake", 8)]


def altered_from(events: Events, first: date) -> Events:
    """The same, but what happened from a day on is of other people and items."""
    late = events.occurred_at >= seconds_at(first)
    n_people, n_items = len(events.person_id), len(events.item_id)
    return replace(
        events,
        person=np.where(late, (events.person + 1) % n_people, events.person).astype(np.int32),
        item=np.where(late, (events.item + 2) % n_items, events.item).astype(np.int32),
    )


def test_each_window_learns_from_all_before_it() -> None:
    split = split_global_time(log_of(LOG), day(4), day(6))
    assert learned(split.validation) == {("u", "apple"), ("v", "pan")}
    assert asked_anywhere(split.validation) == {("u", "bread"), ("v", "pot")}
    assert learned(split.test) == {("u", "apple"), ("v", "pan"), ("u", "bread"), ("v", "pot")}
    assert asked_anywhere(split.test) == {("u", "cake"), ("w", "cake")}
    assert asked(split.test.relevant["food"]) == {"u": ["cake"], "w": ["cake"]}
    assert split.test.relevant["food"].person.tolist() == [0, -1]
    assert (split.validation.history.as_of, split.test.history.as_of) == (day(4), day(6))


def test_a_test_window_ends_where_it_is_told() -> None:
    assert asked_anywhere(split_global_time(log_of(LOG), day(4), day(6), day(8)).test) == {("u", "cake")}


@given(seed=st.integers(0, 200), validation_from=st.integers(2, 9), days=st.integers(1, 5))
def test_what_happens_later_changes_nothing_before(seed: int, validation_from: int, days: int) -> None:
    events = random_log(seed)
    first, second = day(validation_from), day(validation_from + days)
    split = split_global_time(events, first, second)
    later = split_global_time(altered_from(events, second), first, second)
    assert same(later.validation, split.validation)
    assert np.array_equal(later.test.history.item, split.test.history.item)
    earlier = split_global_time(altered_from(events, first), first, second)
    assert np.array_equal(earlier.validation.history.item, split.validation.history.item)


@given(seed=st.integers(0, 200))
def test_every_new_pair_is_asked_for_in_one_window(seed: int) -> None:
    split = split_global_time(random_log(seed), day(4), day(7))
    assert not asked_anywhere(split.validation) & asked_anywhere(split.test)
    assert not asked_anywhere(split.test) & learned(split.test)
    assert asked_anywhere(split.validation) | learned(split.validation) == learned(split.test)


def test_the_type_that_tuning_gets_holds_one_split_and_no_test() -> None:
    kinds = get_type_hints(SplitByTime)
    assert kinds == {"validation": Validation, "test": FinalTest}
    assert {field.name for field in fields(Validation)} == {"history", "relevant"} == {f.name for f in fields(Split)}
    assert not issubclass(FinalTest, Validation)


@pytest.mark.parametrize(("one", "two", "three"), [(6, 4, None), (4, 4, None), (4, 6, 6), (4, 6, 5)])
def test_windows_in_another_order_are_refused(one: int, two: int, three: int | None) -> None:
    with pytest.raises(ValueError, match="expected validation, then test, then its end"):
        split_global_time(log_of(LOG), day(one), day(two), day(three) if three else None)


def test_back_tests_roll_over_the_as_of_dates() -> None:
    first, second = back_test(log_of(LOG), [day(2), day(4)], days=4)
    assert learned(first) == {("u", "apple")}
    assert asked_anywhere(first) == {("v", "pan"), ("u", "bread"), ("v", "pot")}
    assert learned(second) == {("u", "apple"), ("v", "pan")}
    assert asked_anywhere(second) == {("u", "bread"), ("v", "pot"), ("u", "cake")}


@given(seed=st.integers(0, 100))
def test_a_back_test_equals_a_split_at_its_date(seed: int) -> None:
    events = random_log(seed)
    *_, last = back_test(events, [day(3), day(6)], days=3)
    assert same(last, split_global_time(events, day(3), day(6), day(9)).test)


def test_back_tests_refuse_dates_that_do_not_rise_and_empty_windows() -> None:
    with pytest.raises(ValueError, match="2026-01-04, 2026-01-04 do not rise"):
        next(back_test(log_of(LOG), [day(4), day(4)], days=1))
    with pytest.raises(ValueError, match="windows of 0 days"):
        next(back_test(log_of(LOG), [day(4)], days=0))
