"""Leave one out: the last item of each person, ties broken the same way always."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.protocols.logs import asked_anywhere, day, learned, log_of, random_log, same
from xdrec_assets.evaluation.protocols.leave_one_out import leave_one_out


def test_the_last_item_is_tested_and_the_one_before_validated() -> None:
    split = leave_one_out(log_of([("u", "pan", 9), ("u", "apple", 1), ("u", "cake", 5), ("u", "bread", 3)]))
    assert asked_anywhere(split.test) == {("u", "pan")}
    assert learned(split.test) == {("u", "apple"), ("u", "bread"), ("u", "cake")}
    assert asked_anywhere(split.validation) == {("u", "cake")}
    assert learned(split.validation) == {("u", "apple"), ("u", "bread")}
    assert split.test.history.as_of == split.validation.history.as_of == day(10)
    assert split.test.history.age_days.tolist() == [9, 7, 5]


def test_people_with_one_or_two_items_leave_something_to_learn_from() -> None:
    split = leave_one_out(log_of([("one", "pan", 1), ("two", "apple", 1), ("two", "bread", 2)]))
    assert asked_anywhere(split.test) == {("two", "bread")}
    assert learned(split.test) == {("one", "pan"), ("two", "apple")}
    assert asked_anywhere(split.validation) == set()
    assert learned(split.validation) == {("one", "pan"), ("two", "apple")}


def test_of_equal_times_the_item_that_stands_last_is_left_out() -> None:
    took = [("u", "pot", 2), ("u", "bread", 2), ("u", "cake", 2), ("u", "apple", 1)]
    for start in range(len(took)):
        split = leave_one_out(log_of(took[start:] + took[:start]))
        assert asked_anywhere(split.test) == {("u", "pot")}
        assert asked_anywhere(split.validation) == {("u", "cake")}


def test_an_item_taken_again_counts_where_it_was_taken_first() -> None:
    split = leave_one_out(log_of([("u", "apple", 1), ("u", "bread", 2), ("u", "cake", 3), ("u", "apple", 9)]))
    assert asked_anywhere(split.test) == {("u", "cake")}
    assert learned(split.test) == {("u", "apple"), ("u", "bread")}


@given(seed=st.integers(0, 200))
def test_permuting_the_rows_changes_nothing(seed: int) -> None:
    events = random_log(seed)
    split = leave_one_out(events)
    permuted = leave_one_out(events.where(np.random.default_rng(seed).permutation(len(events))))
    assert same(permuted.test, split.test)
    assert same(permuted.validation, split.validation)


@given(seed=st.integers(0, 200))
def test_one_item_is_asked_of_each_person_who_has_two(seed: int) -> None:
    split = leave_one_out(random_log(seed))
    every = learned(split.test) | asked_anywhere(split.test)
    n_items = Counter(person for person, _ in every)
    assert Counter(p for p, _ in asked_anywhere(split.test)) == Counter(p for p, n in n_items.items() if n > 1)
    assert Counter(p for p, _ in asked_anywhere(split.validation)) == Counter(p for p, n in n_items.items() if n > 2)
    assert not learned(split.validation) & (asked_anywhere(split.validation) | asked_anywhere(split.test))
    assert learned(split.validation) | asked_anywhere(split.validation) == learned(split.test)


def test_a_log_without_events_is_refused() -> None:
    events = log_of([("u", "pan", 1)])
    with pytest.raises(ValueError, match="no events"):
        leave_one_out(events.where(events.person < 0))
