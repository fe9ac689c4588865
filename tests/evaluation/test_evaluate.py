"""Metric rows of one ranker, from lists we know."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.evaluation.worlds import AS_OF, events_of, history_of
from xdrec_assets.evaluation.evaluate import AT_THRESHOLD, EVALUATED, LATENCY, OF_LISTS, WHOLE, evaluate
from xdrec_assets.evaluation.evaluated import Evaluated, MetricRow, metrics_table, resamples_table
from xdrec_assets.evaluation.exam import Exam, Traits, exam_on
from xdrec_assets.evaluation.full_ranking import FullRanking
from xdrec_assets.evaluation.metrics import definitions
from xdrec_assets.evaluation.metrics.definitions import METRICS
from xdrec_assets.evaluation.metrics.ranking import PER_PERSON
from xdrec_assets.evaluation.metrics.taste import item_shares
from xdrec_assets.evaluation.segments import OF_ITEMS, SEGMENTS, TWINS
from xdrec_assets.evaluation.settings import EvaluationSettings

ITEMS = {"music": ["m1"], "shop": ["s1", "s2", "s3", "s4"]}  # indices 0 and 1, 2, 3, 4
HISTORY = history_of(
    [("ann", "shop", "s1"), ("bob", "music", "m1"), ("cid", "shop", "s1"), ("cid", "shop", "s2")],
    people=["ann", "bob", "cid"],
    items=ITEMS,
)
EVENTS = events_of(("shop", "ann", "s2", 1.0), ("shop", "bob", "s3", 1.0), ("shop", "new", "s9", 1.0))
LISTS = [[3, 2], [3, -1], [1, 2]]  # ann finds s2 at rank 2, bob finds s3 at once, a new person nothing
SETTINGS = EvaluationSettings(resamples=200)
S2_IS_A_TWIN = np.array([False, False, True, False, False])


def exam(is_twin: np.ndarray = S2_IS_A_TWIN, events: object = EVENTS, catalogue: str = "known") -> Exam:
    vectors = np.array([[1, 0], [1, 0], [1, 0], [0, 1], [0, 0]], dtype=np.float32)
    traits = Traits(is_twin, vectors, item_shares([["pop"], ["tea"], ["tea"], ["gifts"], None]))
    return exam_on(HISTORY, events, "shop", traits, SETTINGS, catalogue)


def ranking(lists: list[list[int]] = LISTS) -> FullRanking:
    items = np.array(lists, dtype=np.int32).reshape(-1, 2)
    auc = np.array([0.5, 1.0, np.nan])[: len(lists)]
    return FullRanking(items, np.zeros(items.shape, np.float32), np.zeros(len(lists), dtype=bool), auc, seconds=0.3)


def evaluated() -> Evaluated:
    return evaluate(exam(), ranking(), "by_hand", "all", SETTINGS)


def row(metric: str, segment: str = "all", twins: str = "with") -> MetricRow:
    asked = (segment, twins, metric)
    (found,) = [row for row in evaluated().metrics if (row.segment, row.twins, row.metric) == asked]
    return found


def value(metric: str, segment: str = "all", twins: str = "with") -> float | None:
    return row(metric, segment, twins).value


def test_means_over_people_by_hand() -> None:
    assert value("ndcg") == pytest.approx((1 / np.log2(3) + 1 + 0) / 3)
    assert value("mrr") == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert value("f1") == pytest.approx(2 / 3 * 2 / 3)  # twice 2 × 1 / (2 + 1), once 0
    assert value("ndcg", "warm_people") == pytest.approx(1 / np.log2(3))
    assert value("precision", "cold_people") == pytest.approx(1 / 2)
    assert value("recall", "new_people") == 0


def test_whole_rankings_by_hand() -> None:
    # ann: of s2, s3, s4 one is wrongly listed; bob: none of four; new: s1, s2 wrongly in and s9 out, of five judged
    assert value("accuracy") == pytest.approx((2 / 3 + 1 + 2 / 5) / 3)
    assert value("auc") == 0.75
    assert row("auc").n_people == 2  # new has no relevant candidate


def test_lists_by_hand() -> None:
    assert value("novelty") == pytest.approx((1 + 1 + (0 + 1) / 2) / 3)  # s1 is known to both people, s2 and s3 to one
    assert value("diversity") == pytest.approx((1 + 0) / 2)  # bob's list is too short
    assert row("popularity_bias").n_people == 1
    assert value("popularity_bias") == pytest.approx(np.log2(1 / 2))  # ann's s1 has two takers, her list one each
    assert value("calibration") == pytest.approx(-np.log(0.99 * 0.5 + 0.01))  # half of ann's list is tea, as all of s1


def test_probabilities_are_measured_at_a_threshold_where_popularity_did_not_answer() -> None:
    scores = np.array([[0.9, 0.6], [0.4, -np.inf], [0.8, 0.7]], dtype=np.float32)
    answer = replace(ranking(), scores=scores, by_popularity=np.array([False, False, True]))
    found = {row.metric: row for row in evaluate(exam(), answer, "x", "all", SETTINGS, is_probability=True).metrics}
    assert {found[name].n_people for name in ("recall_at_threshold", "f1_at_threshold")} == {2}
    assert found["precision_at_threshold"].value == 1 / 2  # nothing reaches it for bob
    assert found["recall_at_threshold"].value == (1 + 0) / 2
    assert found["f1_at_threshold"].value == pytest.approx((2 / 3 + 0) / 2)
    assert found["accuracy_at_threshold"].value == pytest.approx((2 / 3 + 3 / 4) / 2)  # one wrong of 3, and of 4


def test_coverage_is_of_the_segments_lists() -> None:
    assert value("coverage") == 3 / 4
    assert value("coverage", "cold_people") == 1 / 4
    assert value("coverage", "cold_items") == 1 / 2  # of s3 and s4, s3 is recommended


def test_milliseconds_are_per_person() -> None:
    assert value(LATENCY) == pytest.approx(100)


def test_without_twins_finding_them_is_worth_nothing() -> None:
    assert value("ndcg", twins="without") == pytest.approx((1 + 0) / 2)  # ann is not tested: she took a twin alone
    assert row("ndcg", twins="without").n_people == 2
    assert value("coverage", twins="without") == 1.0 * 3 / 4  # of bob's and new's lists


def test_every_segment_has_its_metrics_once_and_fits_the_contract() -> None:
    table = metrics_table(evaluated().metrics)
    found = sorted(zip(*(table[name].to_pylist() for name in ("twins", "segment", "metric")), strict=True))
    expected = {(twins, name, metric) for twins in TWINS for name in SEGMENTS for metric in (*PER_PERSON, "coverage")}
    expected |= {("with", name, metric) for name in SEGMENTS if name not in OF_ITEMS for metric in WHOLE}
    expected |= {("with", "all", metric) for metric in EVALUATED if metric not in AT_THRESHOLD}
    assert found == sorted(expected)
    assert set(table["as_of"].to_pylist()) == {AS_OF}
    assert set(table["k"].to_pylist()) == {2}


def test_every_metric_is_defined() -> None:
    assert set(EVALUATED) == {*METRICS, *definitions.AT_THRESHOLD}


def test_figures_lie_within_what_their_definition_says() -> None:
    for found in evaluated().metrics:
        if found.value is not None:
            assert METRICS[found.metric].holds(found.value), found


def test_means_over_people_have_intervals_and_others_none() -> None:
    for found in evaluated().metrics:
        has_one = found.n_people > 1 and found.metric in (*PER_PERSON, *WHOLE, *OF_LISTS)
        assert (found.low is not None) == (found.high is not None) == has_one, found
        if found.low is not None and found.high is not None and found.value is not None:
            assert found.low <= found.value <= found.high


def test_resamples_are_of_the_decisive_metric_where_there_are_people() -> None:
    table = resamples_table(evaluated().resamples)
    where = set(zip(table["segment"].to_pylist(), table["twins"].to_pylist(), strict=True))
    peopled = {(row.segment, row.twins) for row in evaluated().metrics if row.metric == "ndcg" and row.n_people}
    assert where == peopled < {(segment, twins) for segment in SEGMENTS for twins in TWINS}
    everyone = table.slice(0, 1).to_pylist()[0]
    assert len(everyone["gains"]) == len(everyone["weights"]) == 1 + SETTINGS.resamples
    assert everyone["weights"][0] == everyone["n_people"] == 3
    assert everyone["gains"][0] / 3 == pytest.approx(value("ndcg"))


def test_over_the_other_catalogue_nothing_is_resampled_for_decisions() -> None:
    found = evaluate(exam(catalogue="seen"), ranking([[2, -1]]), "by_hand", "all", SETTINGS)
    assert found.resamples == []
    assert [row.metric for row in found.metrics if row.segment == "all" and row.twins == "with"] == [
        row.metric for row in found.metrics
    ]
    assert {row.catalogue for row in found.metrics} == {"seen"}


def test_every_ranker_meets_the_same_resamples() -> None:
    one, other = (evaluate(exam(), answer, "by_hand", "all", SETTINGS) for answer in (ranking(), ranking([[4, 3]] * 3)))
    for here, there in zip(one.resamples, other.resamples, strict=True):
        assert_allclose(here.resampled.weights, there.resampled.weights)


def test_the_same_seed_gives_the_same_rows_and_another_one_the_same_figures_with_other_resamples() -> None:
    assert evaluated().metrics == evaluated().metrics
    other = evaluate(exam(), ranking(), "by_hand", "all", SETTINGS.model_copy(update={"seed": 1}))
    assert [row.value for row in other.metrics] == [row.value for row in evaluated().metrics]
    assert (other.resamples[0].resampled.weights != evaluated().resamples[0].resampled.weights).any()


def test_nobody_to_test_gives_rows_without_a_figure() -> None:
    nobody = evaluate(exam(events=EVENTS.slice(0, 0)), ranking([]), "x", "one", SETTINGS)
    assert {(row.value, row.low, row.n_people) for row in nobody.metrics} == {(None, None, 0)}
    assert resamples_table(nobody.resamples).num_rows == 0
