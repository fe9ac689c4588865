"""What the evaluation assets show in the web UI: boards as tables and plots as pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from xdrec_assets.evaluation.leaderboard import leaderboard
from xdrec_assets.evaluation.report.coverage_plot import bias_plot, coverage_plot
from xdrec_assets.evaluation.report.curves import loss_plot, validation_plot
from xdrec_assets.evaluation.report.lift_plots import lift_plot, segment_plot
from xdrec_assets.evaluation.report.plots import history_plot, leaderboard_plot, with_past
from xdrec_assets.evaluation.report.wording import (
    DECISIONS,
    SEGMENT_TITLES,
    TRAINED_ON,
    figure,
    interval,
    percent,
    platform_title,
    share,
    signed,
    titled,
)
from xdrec_assets.publishing import Shown
from xdrec_assets.shown import figures_table, literal

if TYPE_CHECKING:
    from xdrec_assets.evaluation.report.inputs import ReportInputs

Row = Mapping[str, Any]
Titles = Mapping[str, str]
BEST = 2  # rows of each platform that are shown without a click


def metrics_shown(metrics: Sequence[Row], titles: Titles) -> Shown:
    """Quality against coverage and against popularity, over the catalogue that decides."""
    tested = [row for row in leaderboard(metrics) if row["ndcg"] is not None]
    if not tested:
        return Shown()
    pictures = {"plot of coverage": coverage_plot(tested, titles, "png")}
    if any(row.get("popularity_bias") is not None for row in tested):
        pictures["plot of popularity bias"] = bias_plot(tested, titles, "png")
    return Shown(pictures=pictures)


def leaderboard_shown(board: pa.Table, titles: Titles) -> Shown:
    """The best of each platform as a table, and all of them as a plot with intervals."""
    rows = [row for row in board.to_pylist() if row["ndcg"] is not None]
    if not rows:
        return Shown()
    best = [_short(row, titles) for row in rows if row["rank"] <= BEST]
    return Shown(
        has_preview=False,
        pictures={"plot of leaderboard": leaderboard_plot(rows, titles, "png")},
        texts={"best": figures_table(best), "leaderboard": figures_table([_line(row, titles) for row in rows])},
    )


def lift_shown(lifts: Sequence[Row], titles: Titles) -> Shown:
    """What the other platforms' data changed: counted by verdict, ranker by ranker, by segment."""
    compared = [row for row in lifts if row["difference"] is not None]
    if not compared:
        return Shown()
    everyone = [row for row in compared if row["segment"] == "all"]
    return Shown(
        has_preview=False,
        pictures={
            "plot of lift": lift_plot(lifts, titles, "png"),
            "plot by segment": segment_plot(lifts, titles, "png"),
        },
        texts={
            "verdicts": figures_table(_verdicts(compared, titles)),
            "everyone": figures_table([_lift_line(row, titles) for row in everyone]),
        },
    )


def champions_shown(champions: pa.Table, titles: Titles) -> Shown:
    """What is served where, as a table, and why, a text for each platform."""
    rows = {platform_title(row["platform"], titles): row for row in champions.to_pylist()}
    lines = [
        {
            "platform": title,
            "ranker": titled(row["ranker"]),
            "trained on": TRAINED_ON[row["trained_on"]],
            "decision": DECISIONS.get(row.get("decision") or "", ""),
        }
        for title, row in rows.items()
    ]
    why = {f"why on {title}": literal(row["reason"]) for title, row in rows.items()}
    return Shown(has_preview=False, texts={"served": figures_table(lines), **why})


def report_shown(inputs: ReportInputs) -> Shown:
    """The plots of the report that say most: who is best, what transfer did, how it went before, how models learned."""
    titles, tested = inputs.platform_titles, [row for row in inputs.board if row["ndcg"] is not None]
    if not tested:
        return Shown(has_preview=False)
    pictures = {"plot of leaderboard": leaderboard_plot(tested, titles, "png")}
    if any(row["difference"] is not None for row in inputs.lifts):
        pictures["plot of lift"] = lift_plot(inputs.lifts, titles, "png")
    boards = with_past(inputs)
    if boards:
        pictures["plot over time"] = history_plot(boards, titles, "png")
    if inputs.losses:
        pictures["plot of losses"] = loss_plot(inputs.losses, "png")
    validation = validation_plot(inputs.losses, "png")
    if validation:
        pictures["plot of validation"] = validation
    return Shown(has_preview=False, pictures=pictures)


def _verdicts(lifts: Sequence[Row], titles: Titles) -> list[dict[str, Any]]:
    """How many rankers were helped and hurt on each platform, by segment, and without products listed twice."""
    lines = []
    for platform in sorted({row["platform"] for row in lifts}):
        for segment, title in SEGMENT_TITLES.items():
            with_twins, without = (_counted(lifts, platform, segment, twins) for twins in ("with", "without"))
            if with_twins:
                counts = {verdict: with_twins[verdict] for verdict in ("helped", "hurt", "undecided")}
                counts |= {f"{verdict} without twins": without[verdict] for verdict in ("helped", "hurt")}
                lines.append({"platform": platform_title(platform, titles), "segment": title, **counts})
    return lines


def _counted(lifts: Sequence[Row], platform: str, segment: str, twins: str) -> Counter[str]:
    asked = (platform, segment, twins)
    return Counter(row["verdict"] for row in lifts if (row["platform"], row["segment"], row["twins"]) == asked)


def _lift_line(row: Row, titles: Titles) -> dict[str, Any]:
    return {
        "platform": platform_title(row["platform"], titles),
        "ranker": titled(row["ranker"]),
        "twin products": row["twins"],
        "NDCG": figure(row["ndcg"]),
        "of its twin": figure(row["twin_ndcg"]),
        "difference": signed(row["difference"]),
        "interval": interval(row["low"], row["high"], is_difference=True),
        "verdict": row["verdict"],
    }


def _short(row: Row, titles: Titles) -> dict[str, Any]:
    line = _line(row, titles)
    kept = ("platform", "ranker", "trained on", "NDCG", "over twin", "without twin products", "over popularity")
    return {name: line[name] for name in kept}


def _line(row: Row, titles: Titles) -> dict[str, Any]:
    return {
        "platform": platform_title(row["platform"], titles),
        "#": row["rank"],
        "ranker": titled(row["ranker"]),
        "trained on": TRAINED_ON[row["trained_on"]],
        "NDCG": figure(row["ndcg"]),
        "interval": interval(row.get("ndcg_low"), row.get("ndcg_high")),
        "recall": figure(row["recall"]),
        "hit rate": figure(row["hit_rate"]),
        "coverage": share(row["coverage"]),
        "over twin": percent(row["lift_over_twin"]),
        "without twin products": percent(row["lift_over_twin_without_twin_products"]),
        "over popularity": percent(row["lift_over_popularity"]),
    }
