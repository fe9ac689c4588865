"""Who and what belongs to which segment."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tests.evaluation.worlds import events_of, history_of
from xdrec_assets.evaluation.catalogue import candidate_items
from xdrec_assets.evaluation.relevant_sets import relevant_sets
from xdrec_assets.evaluation.segments import SEGMENTS, TWINS, Segment, is_head, segments

ITEMS = {"music": ["m1"], "shop": ["s1", "s2", "s3"]}  # indices 0 and 1, 2, 3
HISTORY = history_of(
    [("warm", "shop", "s1"), ("warm", "music", "m1"), ("cold", "music", "m1")],
    people=["cold", "quiet", "warm"],  # quiet is known, but did nothing that counts
    items=ITEMS,
)
EVENTS = events_of(
    *(("shop", who, "s2", 1.0) for who in ("cold", "new", "quiet", "warm")),
    ("shop", "cold", "s1", 1.0),
    ("shop", "new", "s9", 1.0),
)
NO_TWINS, S2_IS_A_TWIN = np.zeros(4, dtype=bool), np.array([False, False, True, False])


def of_history(is_twin: np.ndarray = NO_TWINS, twins: str = "with", few_events: int = 5) -> dict[str, Segment]:
    relevant = relevant_sets(EVENTS, HISTORY, "shop")
    candidates = candidate_items(HISTORY, "shop", "known")
    found = segments(HISTORY, relevant, candidates, is_twin, few_events)
    return {segment.name: segment for segment in found if segment.twins == twins}


def people(segment: Segment) -> list[str]:
    return list(segment.relevant.person_id[segment.people])


def test_people_by_where_they_were_seen() -> None:
    found = of_history()
    assert tuple(found) == SEGMENTS
    assert people(found["all"]) == ["cold", "new", "quiet", "warm"]
    assert people(found["warm_people"]) == ["warm"]
    assert people(found["cold_people"]) == ["cold"]
    assert people(found["new_people"]) == ["new", "quiet"]


def test_warm_cold_and_new_are_everyone_once() -> None:
    found = of_history()
    counted = sum(found[name].people.astype(int) for name in ("warm_people", "cold_people", "new_people"))
    assert_array_equal(counted, np.ones(4))


@pytest.mark.parametrize(("few_events", "expected"), [(1, []), (2, ["warm"])])
def test_few_events_are_warm_people_with_fewer_items_on_the_platform(few_events: int, expected: list[str]) -> None:
    assert people(of_history(few_events=few_events)["few_events"]) == expected  # what warm took elsewhere counts not


def test_cold_items_are_those_nobody_took_before() -> None:
    cold = of_history()["cold_items"]
    assert_array_equal(cold.relevant.n_relevant, [1, 2, 1, 1])  # s1 of person cold has events; s9 is not known at all
    assert_array_equal(cold.relevant.item, [2, 2, -1, 2, 2])
    assert_array_equal(cold.candidates, [2, 3])


def test_the_head_is_as_few_items_as_hold_the_share() -> None:
    took = [(f"p{who}", "shop", item) for item, n in (("s1", 2), ("s2", 5), ("s3", 3)) for who in range(n)]
    took.append(("p0", "music", "m1"))
    history = history_of(took, people=[f"p{who}" for who in range(5)], items=ITEMS)
    for share, head in ((0.3, ["s2"]), (0.5, ["s2"]), (0.51, ["s2", "s3"]), (0.99, ["s1", "s2", "s3"])):
        assert list(history.item_id[is_head(history, "shop", share)]) == head, share


def test_of_equally_popular_items_the_first_is_in_the_head() -> None:
    took = [("p", "shop", item) for item in ("s1", "s2", "s3")]
    history = history_of(took, people=["p"], items=ITEMS)
    assert list(history.item_id[is_head(history, "shop", 0.6)]) == ["s1", "s2"]


def test_a_platform_that_nobody_used_has_no_head() -> None:
    assert not is_head(history_of([], people=["p"], items=ITEMS), "shop", 0.5).any()


def test_long_tail_leaves_out_the_head() -> None:
    tail = of_history()["long_tail"]  # s1 alone was taken
    assert_array_equal(tail.relevant.item, [2, 2, -1, 2, 2])
    assert_array_equal(tail.candidates, [2, 3])


def test_without_twins_what_is_listed_elsewhere_too_is_not_relevant() -> None:
    found = of_history(S2_IS_A_TWIN, "without")
    assert tuple(found) == SEGMENTS
    assert people(found["all"]) == ["cold", "new"]  # nothing else is relevant to quiet and warm
    assert_array_equal(found["all"].relevant.item, [1, -1])
    assert people(found["warm_people"]) == []
    assert people(found["cold_items"]) == ["new"]
    assert_array_equal(found["all"].candidates, [1, 2, 3])  # lists stay as they are


def test_with_twins_nothing_changes() -> None:
    plain, twinned = of_history(), of_history(S2_IS_A_TWIN)
    for name in SEGMENTS:
        assert_array_equal(plain[name].relevant.item, twinned[name].relevant.item)
        assert_array_equal(plain[name].people, twinned[name].people)


def test_where_nothing_is_a_twin_both_are_the_same() -> None:
    with_twins, without = (of_history(NO_TWINS, twins) for twins in TWINS)
    for name in SEGMENTS:
        assert_array_equal(with_twins[name].relevant.item, without[name].relevant.item)
        assert_array_equal(with_twins[name].people, without[name].people)


def test_candidates_known_or_seen() -> None:
    assert_array_equal(candidate_items(HISTORY, "shop", "known"), [1, 2, 3])
    assert_array_equal(candidate_items(HISTORY, "shop", "seen"), [1])
