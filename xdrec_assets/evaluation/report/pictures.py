"""What the evaluation assets show in the web UI: boards as tables and plots as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from xdrec_assets.evaluation.leaderboard import leaderboard
from xdrec_assets.evaluation.report.coverage_plot import coverage_plot
from xdrec_assets.evaluation.report.plots import leaderboard_plot, lift_plot
from xdrec_assets.evaluation.report.wording import TRAINED_ON, figure, percent, platform_title, share, titled
from xdrec_assets.publishing import Shown
from xdrec_assets.shown import figures_table

Row = Mapping[str, Any]
Titles = Mapping[str, str]
BEST = 2  # rows of each platform that are shown without a click


def metrics_shown(metrics: Sequence[Row], titles: Titles) -> Shown:
    """What other platforms' data changed by segment, and quality against coverage."""
    tested = _tested(metrics)
    if not tested:
        return Shown()
    pictures = {
        "plot of lift": lift_plot(metrics, titles, "png"),
        "plot of coverage": coverage_plot(tested, titles, "png"),
    }
    return Shown(pictures=pictures)


def leaderboard_shown(board: pa.Table, titles: Titles) -> Shown:
    """The best of each platform as a table, and all of them as a plot."""
    rows = [row for row in board.to_pylist() if row["ndcg"] is not None]
    if not rows:
        return Shown()
    best = [_short(row, titles) for row in rows if row["rank"] <= BEST]
    return Shown(
        has_preview=False,
        pictures={"plot of leaderboard": leaderboard_plot(rows, titles, "png")},
        texts={"best": figures_table(best), "leaderboard": figures_table([_line(row, titles) for row in rows])},
    )


def champions_shown(champions: pa.Table, titles: Titles) -> Shown:
    """What is served where, and why."""
    lines = [
        {
            "platform": platform_title(row["platform"], titles),
            "ranker": titled(row["ranker"]),
            "trained on": TRAINED_ON[row["trained_on"]],
            "why": row["reason"],
        }
        for row in champions.to_pylist()
    ]
    return Shown(has_preview=False, texts={"served": figures_table(lines, width=240)})


def report_shown(metrics: Sequence[Row], titles: Titles) -> Shown:
    """The plots of the report."""
    tested = _tested(metrics)
    if not tested:
        return Shown(has_preview=False)
    pictures = {
        "plot of leaderboard": leaderboard_plot(tested, titles, "png"),
        "plot of lift": lift_plot(metrics, titles, "png"),
    }
    return Shown(has_preview=False, pictures=pictures)


def _tested(metrics: Sequence[Row]) -> list[dict[str, Any]]:
    return [row for row in leaderboard(metrics) if row["ndcg"] is not None]


def _short(row: Row, titles: Titles) -> dict[str, Any]:
    line = _line(row, titles)
    kept = ("platform", "ranker", "trained on", "NDCG", "over twin", "over popularity")
    return {name: line[name] for name in kept}


def _line(row: Row, titles: Titles) -> dict[str, Any]:
    return {
        "platform": platform_title(row["platform"], titles),
        "#": row["rank"],
        "ranker": titled(row["ranker"]),
        "trained on": TRAINED_ON[row["trained_on"]],
        "NDCG": figure(row["ndcg"]),
        "recall": figure(row["recall"]),
        "hit rate": figure(row["hit_rate"]),
        "coverage": share(row["coverage"]),
        "over twin": percent(row["lift_over_twin"]),
        "over popularity": percent(row["lift_over_popularity"]),
    }
