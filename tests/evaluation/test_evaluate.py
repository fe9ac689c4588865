"""Metric rows of one ranker, from lists we know."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from tests.evaluation.worlds import AS_OF, events_of, history_of
from xdrec_assets.evaluation.catalogue import candidate_items
from xdrec_assets.evaluation.evaluate import METRICS, MetricRow, evaluate, metrics_table, recommend_with
from xdrec_assets.evaluation.relevant_sets import relevant_sets
from xdrec_assets.evaluation.segments import SEGMENTS
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.settings import PopularitySettings

ITEMS = {"music": ["m1"], "shop": ["s1", "s2", "s3", "s4"]}  # indices 0 and 1, 2, 3, 4
HISTORY = history_of(
    [("ann", "shop", "s1"), ("bob", "music", "m1"), ("cid", "shop", "s1"), ("cid", "shop", "s2")],
    people=["ann", "bob", "cid"],
    items=ITEMS,
)
EVENTS = events_of(("shop", "ann", "s2", 1.0), ("shop", "bob", "s3", 1.0), ("shop", "new", "s9", 1.0))
LISTS = {0: [3, 2], 1: [3, -1], -1: [1, 2]}  # ann finds s2 at rank 2, bob finds s3 at once, a new person nothing


def recommend(people: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.array([LISTS[int(person)] for person in people], dtype=np.int32)


def rows() -> list[MetricRow]:
    relevant = relevant_sets(EVENTS, HISTORY, "shop")
    return evaluate(HISTORY, relevant, candidate_items(HISTORY, "shop", "known"), recommend, "by_hand", "all")


def value(segment: str, metric: str) -> float | None:
    return next(row.value for row in rows() if (row.segment, row.metric) == (segment, metric))


def test_means_over_people_by_hand() -> None:
    assert value("all", "ndcg") == pytest.approx((1 / np.log2(3) + 1 + 0) / 3)
    assert value("all", "mrr") == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert value("warm_people", "ndcg") == pytest.approx(1 / np.log2(3))
    assert value("cold_people", "precision") == pytest.approx(1 / 2)
    assert value("new_people", "recall") == 0


def test_coverage_is_of_the_segments_lists() -> None:
    assert value("all", "coverage") == 3 / 4
    assert value("cold_people", "coverage") == 1 / 4
    assert value("cold_items", "coverage") == 1 / 2  # of s3 and s4, s3 is recommended


def test_every_segment_has_every_metric_once_and_fits_the_contract() -> None:
    table = metrics_table(rows())
    found = list(zip(table["segment"].to_pylist(), table["metric"].to_pylist(), strict=True))
    assert found == [(segment, metric) for segment in SEGMENTS for metric in METRICS]
    assert set(table["as_of"].to_pylist()) == {AS_OF}
    assert set(table["k"].to_pylist()) == {2}


def test_nobody_to_test_gives_rows_without_a_figure() -> None:
    relevant = relevant_sets(EVENTS.slice(0, 0), HISTORY, "shop")
    nobody = evaluate(
        HISTORY, relevant, np.arange(1, 5, dtype=np.int32), lambda people: np.empty((0, 2), np.int32), "x", "one"
    )
    assert {(row.value, row.n_people) for row in nobody} == {(None, 0)}


def test_people_nobody_knows_get_what_is_popular() -> None:
    nothing = np.zeros((HISTORY.n_items, 1), dtype=np.float32)
    knowledge = Knowledge(text=nothing, fused=nothing, person=np.zeros((HISTORY.n_people, 1), dtype=np.float32))
    popularity = Popularity(PopularitySettings()).fit(HISTORY, knowledge)
    candidates = candidate_items(HISTORY, "shop", "seen")
    ask = recommend_with(popularity, popularity, HISTORY, "shop", k=3, candidates=candidates)
    best = ask(np.array([-1, 0, 2], dtype=np.int32))
    assert_array_equal(best, [[1, 2, -1], [2, -1, -1], [-1, -1, -1]])  # ann has s1, cid has both
