"""Rows of evaluation/champion, platform by platform."""

import json
from dataclasses import replace

import pytest

from data_quality.contract import load_contract
from tests.evaluation.champion.judged import WEEK_1, WEEK_2, WEEK_3, WEEK_4, Judged, decided, judged, names, people
from xdrec_assets.evaluation.champion.decision import champion_table, choose_champions
from xdrec_assets.evaluation.champion.settings import ChampionSettings

BASE = people(0.10, seed=1)
VALUES = {
    "popularity_one": BASE,
    "item_knn_one": people(0.02, seed=2, like=BASE),
    "item_knn_all": people(0.04, seed=3, like=BASE),
}
ROWS = judged(VALUES)


def test_row_of_a_promotion_holds_its_figures() -> None:
    found = ROWS.champion(("popularity", "one"))
    assert (found.platform, found.ranker, found.trained_on, found.decision) == ("shop", "item_knn", "all", "promoted")
    assert (found.former_ranker, found.former_trained_on) == ("popularity", "one")
    assert found.ndcg == pytest.approx(VALUES["item_knn_all"].mean(), abs=1e-6)
    assert found.ndcg_low is not None
    assert found.ndcg_high is not None
    assert found.ndcg_low < found.ndcg < found.ndcg_high
    assert found.popularity_ndcg == pytest.approx(BASE.mean(), abs=1e-6)
    assert found.twin_ndcg == pytest.approx(VALUES["item_knn_one"].mean(), abs=1e-6)
    assert found.p_adjusted is not None
    assert found.p_adjusted < 0.001
    assert (found.n_people, found.windows, found.first_window) == (400, 1, WEEK_1)
    assert found.guard_rails is not None
    assert "coverage 30.0%, at least 15.0%" in found.guard_rails
    assert "with and without products that another platform lists too" in found.reason
    assert "in the window of 2026-02-02 with 400 test people, and keeps the guard rails." in found.reason


def test_row_of_a_platform_nobody_judged() -> None:
    found = Judged().champion()
    assert (found.ranker, found.trained_on, found.decision) == ("popularity", "one", "first")
    figures = (found.ndcg, found.ndcg_low, found.ndcg_high, found.popularity_ndcg, found.twin_ndcg, found.p_adjusted)
    assert figures == (None,) * 6
    assert (found.n_people, found.windows, found.first_window, found.former_ranker) == (0, 0, None, None)


def test_five_people_promote_nobody_in_however_many_weeks() -> None:
    """All of the five gain much in every week: no test of five people can be surer than 1 in 16."""
    values = {"popularity_one": people(0.05, seed=0, n=5), "svd_one": people(0.4, seed=1, n=5)}
    weeks = (judged(values, week, n_people=5) for week in (WEEK_1, WEEK_2, WEEK_3))
    found = sum(weeks, Judged()).champion(as_of=WEEK_4)
    assert (found.ranker, found.decision, found.windows, found.n_people) == ("popularity", "first", 3, 5)
    assert found.p_adjusted == 1 / 16
    assert "over 3 windows since 2026-02-02 with at least 5 test people: the strongest, SVD" in found.reason
    assert "with so few people nothing can be told" in found.reason


def test_figures_of_what_was_not_resampled_decide_nothing() -> None:
    """Leaderboard rows without resamples: nothing can be sure, and nothing is promoted."""
    found = Judged(ROWS.boards, []).champion()
    assert (found.ranker, found.decision, found.ndcg_low) == ("popularity", "first", None)


def test_later_figures_change_nothing() -> None:
    later = ROWS + judged({"popularity_one": VALUES["item_knn_all"], "item_knn_all": BASE}, WEEK_3)
    assert later.champion() == ROWS.champion()


def test_decision_follows_the_latest_one_before_the_date() -> None:
    past = [decided(WEEK_3, "svd", "one"), decided(WEEK_1, "item_knn", "one"), decided(WEEK_2, "nmf", "one")]
    (found,) = choose_champions(ROWS.boards, ROWS.resamples, past, WEEK_2, ["shop"], 7)
    assert found.former_ranker == "item_knn"


def test_every_platform_is_decided_apart_and_fits_the_contract() -> None:
    rows = ROWS + judged({"popularity_one": BASE}, platform="music")
    found = choose_champions(rows.boards, rows.resamples, [], WEEK_2, ["music", "news", "shop"], 7)
    assert names(found) == [
        ("music", "popularity", "one"),
        ("news", "popularity", "one"),
        ("shop", "item_knn", "all"),
    ]
    table = champion_table(found)
    assert table.schema.equals(load_contract("evaluation/champion").arrow_schema())
    assert [json.loads(versions) for versions in table["versions"].to_pylist()] == [{}, {}, {}]
    alone = choose_champions(ROWS.boards, ROWS.resamples, [], WEEK_2, ["shop"], 7)
    assert alone == found[2:]


def test_order_of_rows_and_repetition_change_nothing() -> None:
    backwards = Judged(ROWS.boards[::-1], ROWS.resamples[::-1])
    assert backwards.champion() == ROWS.champion() == ROWS.champion()


def test_rows_that_were_given_are_not_altered() -> None:
    before = [dict(row) for row in ROWS.resamples]
    ROWS.champion()
    assert ROWS.resamples == before


def test_promoted_one_stays_when_nothing_changes() -> None:
    first = ROWS.champion()
    again = ROWS.champion((first.ranker, first.trained_on))
    assert (again.ranker, again.trained_on, again.decision) == (first.ranker, first.trained_on, "kept")


def test_interval_follows_alpha() -> None:
    wide, narrow = (ROWS.champion(settings=ChampionSettings(alpha=alpha)) for alpha in (0.01, 0.2))
    assert wide.ndcg_low is not None
    assert narrow.ndcg_low is not None
    assert wide.ndcg_low < narrow.ndcg_low
    assert "99% interval" in wide.reason
    assert replace(wide, ndcg_low=0.0, ndcg_high=0.0, reason="") != replace(narrow, ndcg_low=0.0, ndcg_high=0.0)
