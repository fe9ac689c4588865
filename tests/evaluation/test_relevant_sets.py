"""What counts as relevant in a test window."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from numpy.testing import assert_array_equal

from tests.evaluation.worlds import AS_OF, events_of, history_of
from xdrec_assets.evaluation.relevant_sets import relevant_sets, window

ITEMS = {"music": ["m1", "m2"], "shop": ["s1", "s2", "s3"]}  # indices 0, 1 and 2, 3, 4
HISTORY = history_of([("ann", "shop", "s1"), ("bob", "music", "m1")], people=["ann", "bob"], items=ITEMS)


def test_window_ends_before_its_last_day() -> None:
    assert window(date(2026, 2, 27), 7) == (date(2026, 2, 27), date(2026, 3, 6))


def test_pairs_count_once_and_other_platforms_not_at_all() -> None:
    events = events_of(
        ("shop", "ann", "s3", 1.0), ("shop", "ann", "s3", 0.1), ("shop", "ann", "s2", 0.5), ("music", "ann", "m2", 1.0)
    )
    sets = relevant_sets(events, HISTORY, "shop")
    assert list(sets.person_id) == ["ann"]
    assert_array_equal(sets.item, [3, 4])
    assert_array_equal(sets.n_relevant, [2])


def test_items_had_before_are_left_out() -> None:
    sets = relevant_sets(events_of(("shop", "ann", "s1", 1.0), ("shop", "bob", "s1", 1.0)), HISTORY, "shop")
    assert list(sets.person_id) == ["bob"]  # nothing relevant remains for ann
    assert_array_equal(sets.item, [2])


def test_weak_events_are_no_positives() -> None:
    events = events_of(("shop", "ann", "s2", 0.0), ("shop", "bob", "s2", 0.3), ("shop", "bob", "s3", 0.31))
    assert list(relevant_sets(events, HISTORY, "shop").person_id) == ["bob"]
    assert_array_equal(relevant_sets(events, HISTORY, "shop", min_strength=0.3).n_relevant, [1])


def test_new_people_and_new_items_stay_as_minus_one() -> None:
    events = events_of(("shop", "zoe", "s9", 1.0), ("shop", "zoe", "s8", 1.0), ("shop", "ann", "s9", 1.0))
    sets = relevant_sets(events, HISTORY, "shop")
    assert list(sets.person_id) == ["ann", "zoe"]
    assert_array_equal(sets.person, [0, -1])
    assert_array_equal(sets.item, [-1, -1, -1])
    assert_array_equal(sets.n_relevant, [1, 2])


def test_item_of_the_same_name_elsewhere_is_another_item() -> None:
    history = history_of([("ann", "music", "x")], people=["ann"], items={"music": ["x"], "shop": ["x"]})
    assert_array_equal(relevant_sets(events_of(("shop", "ann", "x", 1.0)), history, "shop").item, [1])


def test_no_events_make_no_test_people() -> None:
    sets = relevant_sets(events_of(("shop", "ann", "s2", 1.0)).slice(0, 0), HISTORY, "shop")
    assert sets.n_people == 0
    assert_array_equal(sets.indptr, [0])


def test_events_of_the_past_are_refused() -> None:
    events = events_of(("shop", "ann", "s2", 1.0)).append_column("day", pa.array([date(2026, 2, 1)]))
    with pytest.raises(ValueError, match=f"start on 2026-02-01, before as-of date {AS_OF}"):
        relevant_sets(events, HISTORY, "shop")


def test_restricting_keeps_people_who_lose_everything() -> None:
    sets = relevant_sets(events_of(("shop", "ann", "s2", 1.0), ("shop", "bob", "s3", 1.0)), HISTORY, "shop")
    restricted = sets.restricted_to(np.array([False, True]))
    assert_array_equal(restricted.n_relevant, [0, 1])
    assert_array_equal(sets.n_relevant, [1, 1])
