"""Who may be served, on what evidence."""

from datetime import date
from typing import Any

import pytest

from xdrec_assets.evaluation.champion.decision import Champion, champion_table, choose_champions

WEEK_1, WEEK_2, WEEK_3 = date(2026, 2, 2), date(2026, 2, 9), date(2026, 2, 16)


def board(as_of: date, n_people: int = 100, platform: str = "shop", **ndcg: float | None) -> list[dict[str, Any]]:
    named = {tuple(name.rsplit("_", 1)): value for name, value in ndcg.items()}
    return [
        {"as_of": as_of, "platform": platform, "ranker": ranker, "trained_on": on, "ndcg": value, "n_people": n_people}
        for (ranker, on), value in named.items()
    ]


def choose(rows: list[dict[str, Any]], as_of: date = WEEK_2, windows: int = 4) -> Champion:
    (champion,) = choose_champions(rows, as_of, ["shop"], days=7, windows=windows)
    return champion


def test_best_that_beats_its_twin_and_popularity_is_promoted() -> None:
    champion = choose(board(WEEK_1, popularity_one=0.02, knn_one=0.04, knn_all=0.05))
    assert (champion.ranker, champion.trained_on, champion.ndcg, champion.popularity_ndcg) == ("knn", "all", 0.05, 0.02)
    assert "beats popularity (0.0200) and its twin of this platform alone (0.0400)" in champion.reason


def test_twin_is_served_where_transfer_hurts() -> None:
    champion = choose(board(WEEK_1, popularity_one=0.02, knn_one=0.04, knn_all=0.03))
    assert (champion.ranker, champion.trained_on) == ("knn", "one")
    assert "with the other platforms' data it does no better (0.0300)" in champion.reason


def test_equal_to_the_twin_is_not_better() -> None:
    assert choose(board(WEEK_1, popularity_one=0.02, knn_one=0.04, knn_all=0.04)).trained_on == "one"


def test_trained_on_all_without_a_twin_is_refused() -> None:
    assert choose(board(WEEK_1, popularity_one=0.02, knn_all=0.05)).ranker == "popularity"


def test_popularity_is_served_where_nothing_beats_it() -> None:
    champion = choose(board(WEEK_1, popularity_one=0.05, knn_one=0.04, knn_all=0.05))
    assert (champion.ranker, champion.trained_on, champion.ndcg) == ("popularity", "one", 0.05)
    assert "No ranker earned it over popularity (0.0500)" in champion.reason


def test_no_evidence_yet_is_said() -> None:
    champion = choose([])
    assert (champion.ranker, champion.ndcg, champion.popularity_ndcg) == ("popularity", None, None)
    assert "no evaluated week before 2026-02-09" in champion.reason


def test_window_that_is_not_over_is_no_evidence() -> None:
    rows = board(WEEK_1, popularity_one=0.02, knn_one=0.04) + board(WEEK_2, popularity_one=0.02, knn_one=0.01)
    assert choose(rows, as_of=WEEK_2).ranker == "knn"
    assert choose(rows, as_of=date(2026, 2, 8)).ndcg is None  # the first window ends on the 9th


def test_later_figures_change_nothing() -> None:
    past = board(WEEK_1, popularity_one=0.02, knn_one=0.04)
    assert choose(past) == choose(past + board(WEEK_3, popularity_one=0.9, knn_one=0.1))


def test_windows_are_pooled_by_people() -> None:
    rows = board(WEEK_1, 300, popularity_one=0.02, knn_one=0.04) + board(WEEK_2, 100, popularity_one=0.02, knn_one=0.08)
    assert choose(rows, as_of=WEEK_3).ndcg == pytest.approx(0.05)
    assert choose(rows, as_of=WEEK_3, windows=1).ndcg == pytest.approx(0.08)
    assert "over 2 windows since 2026-02-02 with 400 test people" in choose(rows, as_of=WEEK_3).reason


def test_ranker_missing_from_a_window_is_not_compared() -> None:
    rows = board(WEEK_1, popularity_one=0.02, knn_one=0.04)
    rows += board(WEEK_2, popularity_one=0.02, knn_one=0.04, late_one=0.5)
    assert choose(rows, as_of=WEEK_3).ranker == "knn"


def test_weeks_without_test_people_are_passed_by() -> None:
    rows = board(WEEK_1, popularity_one=0.02, knn_one=0.04) + board(WEEK_2, 0, popularity_one=None, knn_one=None)
    assert choose(rows, as_of=WEEK_3).ndcg == 0.04


def test_every_platform_is_decided_apart_and_fits_the_contract() -> None:
    rows = board(WEEK_1, popularity_one=0.02, knn_one=0.04) + board(WEEK_1, platform="music", popularity_one=0.3)
    table = champion_table(choose_champions(rows, WEEK_2, ["music", "news", "shop"], days=7, windows=4))
    assert table["platform"].to_pylist() == ["music", "news", "shop"]
    assert table["ranker"].to_pylist() == ["popularity", "popularity", "knn"]
