"""Who and what belongs to which segment."""

import numpy as np
from numpy.testing import assert_array_equal

from tests.evaluation.worlds import events_of, history_of
from xdrec_assets.evaluation.catalogue import candidate_items
from xdrec_assets.evaluation.relevant_sets import relevant_sets
from xdrec_assets.evaluation.segments import SEGMENTS, Segment, segments

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


def of_history() -> dict[str, Segment]:
    relevant = relevant_sets(EVENTS, HISTORY, "shop")
    return {found.name: found for found in segments(HISTORY, relevant, candidate_items(HISTORY, "shop", "known"))}


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


def test_cold_items_are_those_nobody_took_before() -> None:
    cold = of_history()["cold_items"]
    assert_array_equal(cold.relevant.n_relevant, [1, 2, 1, 1])  # s1 of person cold has events; s9 is not known at all
    assert_array_equal(cold.relevant.item, [2, 2, -1, 2, 2])
    assert_array_equal(cold.candidates, [2, 3])


def test_candidates_known_or_seen() -> None:
    assert_array_equal(candidate_items(HISTORY, "shop", "known"), [1, 2, 3])
    assert_array_equal(candidate_items(HISTORY, "shop", "seen"), [1])
