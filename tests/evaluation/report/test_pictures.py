"""What the evaluation assets show in the web UI."""

import pyarrow as pa

from tests.evaluation.report.made_up import LATER, TITLES, champion_row, champions, few, inputs, small
from xdrec_assets.evaluation.metrics.definitions import METRICS
from xdrec_assets.evaluation.report.pictures import (
    champions_shown,
    leaderboard_shown,
    lift_shown,
    metrics_shown,
    report_shown,
)

BOARD, LIFTS = inputs().board, inputs().lifts
NOBODY = [{**row, "ndcg": None} for row in BOARD]
UNCOMPARED = [{**row, "difference": None, "lift": None, "verdict": None} for row in LIFTS]
BOARD_WITHOUT_TWIN_PRODUCTS = {
    (row["platform"], row["ranker"]): row["lift_over_twin_without_twin_products"]
    for row in BOARD
    if row["trained_on"] == "all"
}
INLINE = 1000  # the web UI shows shorter Markdown without a click
NAMED = ("as_of", "platform", "ranker", "trained_on")


def metrics(board: list[dict[str, object]]) -> list[dict[str, object]]:
    """Rows of evaluation/metrics that give these rows of a leaderboard."""
    of_all = {"segment": "all", "twins": "with", "catalogue": "known", "low": None, "high": None}
    return [
        {name: row[name] for name in (*NAMED, "n_people")} | of_all | {"metric": metric, "value": row.get(metric)}
        for row in board
        for metric in METRICS
    ]


def test_the_best_of_each_platform_are_seen_without_a_click() -> None:
    shop = [{**row, "rank": rank} for rank, row in enumerate(few(BOARD), start=1)]
    shown = leaderboard_shown(pa.Table.from_pylist(shop), TITLES)
    first, second = shown.texts["best"].splitlines()[2:]
    assert first.startswith("| The shop | Linear | all platforms | 0.0745 | +16% |")
    assert "| Linear | this platform |" in second
    head, without = shown.texts["best"].splitlines()[0], BOARD_WITHOUT_TWIN_PRODUCTS["shop", "linear"]
    assert "| over twin | without twin products |" in head
    assert f"| +16% | {without:+.0%} |" in first
    assert len(shown.texts["best"]) < INLINE
    assert len(shown.texts["leaderboard"].splitlines()) == 2 + len(shop)
    assert "0.0661 to 0.0823" in shown.texts["leaderboard"]


def test_plots_are_pictures() -> None:
    board, lifts = few(BOARD), few(LIFTS)
    shown = [leaderboard_shown(pa.Table.from_pylist(board), TITLES), metrics_shown(metrics(board), TITLES)]
    shown += [lift_shown(lifts, TITLES), report_shown(small())]
    assert [len(one.pictures) for one in shown] == [1, 2, 2, 5]
    assert {"plot over time", "plot of losses", "plot of validation"} <= report_shown(small()).pictures.keys()
    assert all(png.startswith(b"\x89PNG") for one in shown for png in one.pictures.values())


def test_nobody_tested_no_pictures() -> None:
    assert not leaderboard_shown(pa.Table.from_pylist(NOBODY), TITLES).pictures
    assert not metrics_shown(metrics(NOBODY), TITLES).pictures
    assert not lift_shown(UNCOMPARED, TITLES).pictures
    assert not report_shown(inputs(board=NOBODY, lifts=UNCOMPARED)).pictures


def test_a_first_date_has_no_history_to_draw() -> None:
    shown = report_shown(small(past=[row | {"ndcg": None} for row in small().past], losses=()))
    assert [*shown.pictures] == ["plot of leaderboard", "plot of lift"]


def test_verdicts_are_counted_by_platform_and_segment() -> None:
    lines = lift_shown(LIFTS, TITLES).texts["verdicts"].splitlines()
    assert lines[0] == "| platform | segment | helped | hurt | undecided | helped without twins | hurt without twins |"
    assert "| The shop | everyone | 7 | 0 | 0 | 7 | 0 |" in lines
    assert any(
        line.startswith("| News & <i>more</i> | everyone | 0 | 3 |".replace("<", "&lt;").replace("& ", "&amp; "))
        for line in lines
    )


def test_champions_come_with_decision_and_the_reason_beside() -> None:
    texts = champions_shown(pa.Table.from_pylist(champions(LATER)[:1]), TITLES).texts
    assert texts["served"].splitlines()[2:] == ["| Music | Linear | all platforms | promoted |"]
    assert texts["why on Music"] == champions(LATER)[0]["reason"]


def test_a_long_reason_is_not_cut() -> None:
    row = champion_row(LATER, "shop", "svd", reason="so " * 150)
    text = champions_shown(pa.Table.from_pylist([row]), TITLES).texts["why on The shop"]
    assert text.count("so ") >= 149
