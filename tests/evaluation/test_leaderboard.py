"""Ranks and lifts."""

from typing import Any

import pytest

from tests.evaluation.worlds import AS_OF
from xdrec_assets.evaluation.evaluate import METRICS, MetricRow, metrics_table
from xdrec_assets.evaluation.leaderboard import leaderboard, leaderboard_table


def board(**ndcg: float | None) -> list[dict[str, Any]]:
    rows = []
    for name, value in ndcg.items():
        ranker, trained_on = name.rsplit("_", 1)
        for metric in METRICS:
            figure = value if metric == "ndcg" else 0.5
            rows.append(MetricRow(AS_OF, "shop", ranker, trained_on, "all", metric, 10, figure, 3))
            rows.append(MetricRow(AS_OF, "shop", ranker, trained_on, "warm_people", metric, 10, 0.9, 1))
    ranked: list[dict[str, Any]] = leaderboard_table(metrics_table(rows)).to_pylist()
    return ranked


def test_best_first_with_lifts() -> None:
    rows = board(popularity_one=0.02, knn_one=0.04, knn_all=0.05)
    assert [(row["rank"], row["ranker"], row["trained_on"]) for row in rows] == [
        (1, "knn", "all"),
        (2, "knn", "one"),
        (3, "popularity", "one"),
    ]
    assert [row["lift_over_twin"] for row in rows] == [pytest.approx(0.25), None, None]
    assert [row["lift_over_popularity"] for row in rows] == [pytest.approx(1.5), pytest.approx(1.0), 0.0]


def test_harm_is_a_negative_lift() -> None:
    assert board(knn_one=0.04, knn_all=0.03)[1]["lift_over_twin"] == pytest.approx(-0.25)


def test_of_equals_the_simpler_comes_first() -> None:
    assert [(row["ranker"], row["trained_on"]) for row in board(b_all=0.1, b_one=0.1, a_one=0.1)] == [
        ("a", "one"),
        ("b", "one"),
        ("b", "all"),
    ]


def test_rankers_without_a_figure_come_last() -> None:
    rows = board(a_one=None, b_one=0.1)
    assert [row["ranker"] for row in rows] == ["b", "a"]
    assert rows[1]["lift_over_popularity"] is None


def test_no_lift_over_nothing() -> None:
    assert board(popularity_one=0.0, knn_one=0.1)[0]["lift_over_popularity"] is None


def test_segments_are_ranked_apart() -> None:
    rows = [MetricRow(AS_OF, "shop", "a", "one", "cold_people", metric, 10, 0.3, 4) for metric in METRICS]
    asked = leaderboard(metrics_table(rows).to_pylist(), segment="cold_people")
    assert [(row["ndcg"], row["n_people"]) for row in asked] == [(0.3, 4)]
    assert leaderboard(metrics_table(rows).to_pylist()) == []
