"""What counts as evidence, and how windows are pooled."""

from datetime import date

import numpy as np
import pytest

from tests.evaluation.champion.judged import WEEK_1, WEEK_2, WEEK_3, Judged, judged, people
from xdrec_assets.evaluation.champion.evidence import EVERYONE, UNLISTED, evidence_of

POPULAR, KNN = ("popularity", "one"), ("item_knn", "one")


def both(as_of: date, popular: float, knn: float, n_people: int = 100, platform: str = "shop") -> Judged:
    return judged({"popularity_one": popular, "item_knn_one": knn}, as_of, platform, n_people)


def test_window_counts_once_it_is_over() -> None:
    rows = both(WEEK_1, 0.02, 0.04) + both(WEEK_2, 0.02, 0.01)
    assert rows.evidence(date(2026, 2, 8)).windows == ()
    assert rows.evidence(WEEK_2).windows == (WEEK_1,)
    assert rows.evidence(WEEK_3).windows == (WEEK_1, WEEK_2)


def test_latest_windows_are_pooled_by_people() -> None:
    rows = both(WEEK_1, 0.02, 0.04, 300) + both(WEEK_2, 0.02, 0.08, 100)
    found = rows.evidence(WEEK_3)
    assert found.figures[KNN].ndcg == pytest.approx(0.05)
    assert found.n_people == 300  # the hundred of the second week may be among those of the first
    assert rows.evidence(WEEK_3, windows=1).figures[KNN].ndcg == pytest.approx(0.08)


def test_resamples_pool_to_the_same_mean() -> None:
    rows = both(WEEK_1, 0.02, 0.04, 300) + both(WEEK_2, 0.02, 0.08, 100)
    whole = rows.evidence(WEEK_3).resampled(KNN, EVERYONE)
    assert whole is not None
    assert (whole.mean, whole.n_values, whole.n_people) == (pytest.approx(0.05), 400, 300)


def test_weeks_without_test_people_are_passed_by() -> None:
    empty = both(WEEK_2, 0.0, 0.0)
    for row in empty.boards:
        row |= {"ndcg": None, "n_people": 0}
    rows = both(WEEK_1, 0.02, 0.04) + Judged(empty.boards, [])
    assert rows.evidence(WEEK_3).windows == (WEEK_1,)


def test_ranker_missing_from_a_window_is_left_out() -> None:
    rows = both(WEEK_1, 0.02, 0.04) + judged({"popularity_one": 0.02}, WEEK_2, n_people=100)
    found = rows.evidence(WEEK_3)
    assert list(found.figures) == [POPULAR]
    assert found.resampled(KNN, EVERYONE) is None


def test_segment_counts_over_the_windows_that_have_it() -> None:
    segment = {"cold_people": {"popularity_one": people(0.1, seed=1, n=100)}}
    rows = judged({"popularity_one": 0.1}, WEEK_1, n_people=100, cold=segment) + judged(
        {"popularity_one": 0.1}, WEEK_2, n_people=100
    )
    found = rows.evidence(WEEK_3).resampled(POPULAR, ("cold_people", "with"))
    assert found is not None
    assert found.n_people == 100


def test_coverage_and_latency_are_means_over_people_or_unknown() -> None:
    rows = judged({"svd_one": 0.1}, WEEK_1, n_people=300, coverage={"svd_one": 0.2}, latency_ms={"svd_one": None})
    rows += judged({"svd_one": 0.1}, WEEK_2, n_people=100, coverage={"svd_one": 0.6})
    figures = rows.evidence(WEEK_3).figures["svd", "one"]
    assert figures.coverage == pytest.approx(0.3)
    assert figures.latency_ms is None


def test_other_platforms_are_no_evidence() -> None:
    rows = both(WEEK_1, 0.02, 0.04) + both(WEEK_1, 0.9, 0.9, platform="music")
    assert rows.evidence().figures[KNN].ndcg == pytest.approx(0.04)
    assert rows.evidence(platform="video").figures == {}


def test_order_of_rows_changes_nothing() -> None:
    rows = both(WEEK_1, 0.02, 0.04) + both(WEEK_2, 0.03, 0.05)
    backwards = evidence_of("shop", rows.boards[::-1], rows.resamples[::-1], WEEK_3, 7, 4)
    forwards = rows.evidence(WEEK_3)
    assert (backwards.windows, list(backwards.figures)) == (forwards.windows, list(forwards.figures))
    for name, figures in forwards.figures.items():
        for part in (EVERYONE, UNLISTED):
            np.testing.assert_array_equal(backwards.figures[name].resampled[part].gains, figures.resampled[part].gains)
