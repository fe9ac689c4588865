"""Ranks and lifts."""

from typing import Any

import pyarrow as pa
import pytest

from data_quality.contract import load_contract
from tests.evaluation.rows import AS_OF, metric_rows
from xdrec_assets.evaluation.leaderboard import leaderboard, leaderboard_table


def table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=load_contract("evaluation/metrics").arrow_schema())


def board(**ndcg: float | None) -> list[dict[str, Any]]:
    ranked: list[dict[str, Any]] = leaderboard_table(table(metric_rows(AS_OF, shop=ndcg))).to_pylist()
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


def test_figures_and_the_interval_of_ndcg_stand_in_the_row() -> None:
    (row,) = board(knn_one=0.04)
    assert (row["ndcg_low"], row["ndcg_high"]) == (pytest.approx(0.036), pytest.approx(0.044))
    assert row["n_people"] == 300
    assert {row[name] for name in ("map", "f1", "auc", "novelty", "calibration", "latency_ms")} == {0.25}


def test_people_are_those_of_ndcg_not_of_a_metric_that_is_undefined_for_some() -> None:
    rows = metric_rows(AS_OF, shop={"knn_one": 0.04})
    for row in rows:
        row["n_people"] = 300 if row["metric"] == "ndcg" else 12
    assert leaderboard(rows)[0]["n_people"] == 300


def test_harm_is_a_negative_lift() -> None:
    assert board(knn_one=0.04, knn_all=0.03)[1]["lift_over_twin"] == pytest.approx(-0.25)


def test_the_lift_stands_once_more_without_twin_products() -> None:
    rows = metric_rows(AS_OF, shop={"popularity_one": 0.02, "knn_one": 0.04, "knn_all": 0.05})
    for row in rows:
        if row["twins"] == "without" and row["metric"] == "ndcg":
            row["value"] = 0.03 if row["trained_on"] == "all" else 0.04
    for column, segment, lifts in (
        ("lift_over_twin", "all", [0.25, None, None]),
        ("lift_over_twin_without_twin_products", "all", [-0.25, None, None]),
        ("lift_over_twin_without_twin_products", "cold_people", [-0.25, None, None]),
    ):
        assert [row[column] for row in leaderboard(rows, segment)] == [lift and pytest.approx(lift) for lift in lifts]


def test_a_catalogue_judged_with_twin_products_alone_has_no_lift_without_them() -> None:
    rows = [row for row in metric_rows(AS_OF, shop={"knn_one": 0.04, "knn_all": 0.05}) if row["twins"] == "with"]
    best = leaderboard(rows)[0]
    assert best["lift_over_twin"] == pytest.approx(0.25)
    assert best["lift_over_twin_without_twin_products"] is None


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


@pytest.mark.parametrize(("column", "other"), [("segment", "cold_people"), ("twins", "without")])
def test_segments_and_twins_are_ranked_apart(column: str, other: str) -> None:
    rows = metric_rows(AS_OF, shop={"a_one": 0.1, "b_one": 0.2})
    for row in rows:
        if row[column] == other and row["metric"] == "ndcg":
            row["value"] = 0.3 - row["value"]
    assert [row["ranker"] for row in leaderboard(rows)] == ["b", "a"]
    assert [row["ranker"] for row in leaderboard(rows, **{column: other})] == ["a", "b"]


def test_the_catalogue_that_decides_is_the_one_with_segments() -> None:
    known = metric_rows(AS_OF, shop={"a_one": 0.1})
    seen = [row | {"catalogue": "seen"} for row in metric_rows(AS_OF, shop={"a_one": 0.4})]
    whole = ("all", "with")
    for deciding, other, ndcg in ((known, seen, 0.1), (seen, known, 0.4)):
        rows = [*(row for row in other if (row["segment"], row["twins"]) == whole), *deciding]
        assert [row["ndcg"] for row in leaderboard(rows)] == [ndcg]
    assert [row["ndcg"] for row in leaderboard([*known, *seen], catalogue="seen")] == [0.4]
