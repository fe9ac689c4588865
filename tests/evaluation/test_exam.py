"""What a platform's test consists of."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from tests.evaluation.worlds import events_of, history_of
from xdrec_assets.evaluation.exam import Exam, Traits, exam_on
from xdrec_assets.evaluation.metrics.taste import item_shares
from xdrec_assets.evaluation.segments import SEGMENTS, TWINS
from xdrec_assets.evaluation.settings import EvaluationSettings

ITEMS = {"music": ["m1"], "shop": ["s1", "s2", "s3"]}  # indices 0 and 1, 2, 3
HISTORY = history_of(
    [("ann", "shop", "s1"), ("ann", "music", "m1"), ("cid", "shop", "s1"), ("cid", "shop", "s2")],
    people=["ann", "bob", "cid"],
    items=ITEMS,
)
EVENTS = events_of(
    ("shop", "ann", "s3", 1.0), ("shop", "bob", "s1", 1.0), ("shop", "new", "s9", 1.0), ("shop", "new", "s2", 1.0)
)
CATEGORIES = [["pop"], ["tea"], ["tea", "gifts"], None]


def exam(catalogue: str = "known", deciding: str = "known") -> Exam:
    traits = Traits(np.zeros(4, dtype=bool), np.ones((4, 2), dtype=np.float32), item_shares(CATEGORIES))
    return exam_on(HISTORY, EVENTS, "shop", traits, EvaluationSettings(catalogue=deciding), catalogue)


def test_the_catalogue_that_decides_has_all_segments_and_the_other_one_everyone() -> None:
    names = [(segment.twins, segment.name) for segment in exam().segments]
    assert names == [(twins, name) for twins in TWINS for name in SEGMENTS]
    other = exam("seen")
    assert [(segment.twins, segment.name) for segment in other.segments] == [("with", "all")]
    assert len(exam("seen", deciding="seen").segments) == len(names)


def test_over_seen_items_only_they_count_and_people_without_any_are_not_tested() -> None:
    seen = exam("seen")
    assert list(seen.relevant.person_id) == ["bob", "new"]
    assert_array_equal(seen.relevant.item, [1, 2])
    assert_array_equal(seen.candidates, [1, 2])


def test_judged_are_the_candidates_not_had_and_what_could_not_be_listed() -> None:
    assert list(exam().relevant.person_id) == ["ann", "bob", "new"]
    assert_array_equal(exam().n_judged, [2, 3, 4])  # ann has s1; to the three of the shop, new adds s9


def test_tastes_are_those_on_the_platform_and_nobodys_for_who_is_not_known() -> None:
    tastes = exam().tastes
    assert_array_equal(tastes.n_takers, [0, 2, 1, 0])  # what happened elsewhere does not count
    assert tastes.n_people == 2
    assert_allclose(tastes.popularity, [2, np.nan, np.nan])
    assert_allclose(tastes.categories.toarray(), [[0, 0, 1], [0, 0, 0], [0, 0, 0]])  # gifts, pop, tea
