"""What the evaluation assets show in the web UI."""

from typing import Any

import pyarrow as pa

from tests.evaluation.rows import AS_OF, LATER, metric_rows
from xdrec_assets.evaluation.champion.decision import champion_table, choose_champions
from xdrec_assets.evaluation.leaderboard import leaderboard, leaderboard_table
from xdrec_assets.evaluation.report.pictures import champions_shown, leaderboard_shown, metrics_shown, report_shown

TITLES = {"shop": "The shop"}
ROWS = metric_rows(AS_OF, shop={"popularity_one": 0.02, "knn_one": 0.04, "knn_all": 0.05})
NOBODY = metric_rows(AS_OF, shop={"knn_one": None})
INLINE = 1000  # the web UI shows shorter Markdown without a click


def board(rows: list[dict[str, Any]]) -> pa.Table:
    return leaderboard_table(pa.Table.from_pylist(rows))


def test_the_best_of_each_platform_are_seen_without_a_click() -> None:
    shown = leaderboard_shown(board(ROWS), TITLES)
    assert shown.texts["best"].splitlines()[2:] == [
        "| The shop | KNN | all platforms | 0.0500 | +25% | +150% |",
        "| The shop | KNN | this platform | 0.0400 | – | +100% |",
    ]
    assert len(shown.texts["best"]) < INLINE
    assert len(shown.texts["leaderboard"].splitlines()) == 2 + 3


def test_plots_are_pictures() -> None:
    for shown in (leaderboard_shown(board(ROWS), TITLES), metrics_shown(ROWS, TITLES), report_shown(ROWS, TITLES)):
        assert shown.pictures
        assert all(png.startswith(b"\x89PNG") for png in shown.pictures.values())


def test_nobody_tested_no_pictures() -> None:
    for shown in (
        leaderboard_shown(board(NOBODY), TITLES),
        metrics_shown(NOBODY, TITLES),
        report_shown(NOBODY, TITLES),
    ):
        assert not shown.pictures


def test_champions_come_with_the_reason_in_full() -> None:
    champions = choose_champions(leaderboard(ROWS), LATER, ["shop"], days=7, windows=4)
    (line,) = champions_shown(champion_table(champions), TITLES).texts["served"].splitlines()[2:]
    assert line == f"| The shop | KNN | all platforms | {champions[0].reason} |"
