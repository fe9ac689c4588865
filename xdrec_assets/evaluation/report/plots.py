"""Plots of leaderboards: who is best, what transfer did, how it went before; coverage stands in `coverage_plot`.

Each takes rows of evaluation/leaderboard (lift: of evaluation/metrics) and returns a picture as bytes. A panel per
platform; light blue is trained on the platform alone, dark blue on all platforms, as everywhere in the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log2
from statistics import median
from typing import TYPE_CHECKING, Any

from xdrec_assets.evaluation.leaderboard import POPULARITY, leaderboard
from xdrec_assets.evaluation.report.plot_style import (
    ALL,
    COLOURS,
    FAINT,
    HURT,
    INK,
    MUTED,
    POPULAR,
    Format,
    Row,
    Titles,
    draw_panels,
    platforms_of,
    titles_of,
    training_legend,
)
from xdrec_assets.evaluation.report.wording import SEGMENT_TITLES, TRAINED_ON, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDEST = 3.0  # lifts are drawn as log2 of all / one, from an eighth to the eightfold


def leaderboard_plot(board: Sequence[Row], titles: Titles, format: Format = "svg") -> bytes:
    """NDCG of every ranker, both trainings next to each other, popularity as a line."""
    platforms = platforms_of(board)
    most = max(len({row["ranker"] for row in board if row["platform"] == platform}) for platform in platforms)

    def draw(number: int, axes: Axes) -> None:
        _bars(axes, [row for row in board if row["platform"] == platforms[number]])

    return draw_panels(titles_of(platforms, titles), draw, 1.0 + 0.36 * most, _bars_legend, format)


def lift_plot(metrics: Sequence[Row], titles: Titles, format: Format = "svg") -> bytes:
    """What training on all platforms changed, by segment: a dot per ranker, a bar at the median."""
    platforms = platforms_of(metrics)
    lifts = {segment: leaderboard(metrics, segment) for segment in SEGMENT_TITLES}

    def draw(number: int, axes: Axes) -> None:
        of_platform = {
            segment: [_log_lift(row) for row in rows if row["platform"] == platforms[number] and _compares(row)]
            for segment, rows in lifts.items()
        }
        _lift_dots(axes, of_platform)

    return draw_panels(titles_of(platforms, titles), draw, 2.5, _lift_legend, format)


def history_plot(boards: Sequence[Row], titles: Titles, format: Format = "svg") -> bytes:
    """NDCG over as-of dates: the ranker that is best on the last one in both trainings, popularity, the others grey."""
    platforms = platforms_of(boards)

    def draw(number: int, axes: Axes) -> None:
        _lines(axes, [row for row in boards if row["platform"] == platforms[number] and row["ndcg"] is not None])

    return draw_panels(titles_of(platforms, titles), draw, 2.7, _history_legend, format)


def _bars(axes: Axes, rows: Sequence[Row]) -> None:
    value = {(row["ranker"], row["trained_on"]): row["ndcg"] or 0.0 for row in rows}
    rankers = sorted({name for name, _ in value}, key=lambda name: max(value.get((name, on), 0) for on in COLOURS))
    for trained_on, above in (("one", -0.2), ("all", 0.2)):
        for place, ranker in enumerate(rankers):
            if (ranker, trained_on) in value:
                bar = value[ranker, trained_on]
                axes.barh(place + above, bar, height=0.36, color=COLOURS[trained_on])
                axes.annotate(
                    f"{bar:.4f}",
                    (bar, place + above),
                    (4, 0),
                    textcoords="offset points",
                    va="center",
                    size=8,
                    color=MUTED,
                )
    popular = value.get((POPULARITY, "one"), value.get((POPULARITY, "all")))
    if popular is not None:
        axes.axvline(popular, color=POPULAR, linewidth=1, linestyle=(0, (3, 3)), zorder=0.5)
    axes.set_yticks(range(len(rankers)), [titled(ranker) for ranker in rankers])
    axes.grid(axis="y", visible=False)
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlim(0, 1.18 * max([*value.values(), 1e-6]))
    axes.set_xlabel("NDCG")


def _compares(row: Row) -> bool:
    return row["lift_over_twin"] is not None and row["ranker"] != POPULARITY


def _log_lift(row: Row) -> float:
    ratio = row["lift_over_twin"] + 1
    return max(-WIDEST, min(WIDEST, log2(ratio))) if ratio > 0 else -WIDEST


def _lift_dots(axes: Axes, lifts: Mapping[str, Sequence[float]]) -> None:
    for place, values in enumerate(reversed(list(lifts.values()))):
        colours = [MUTED if value == 0 else ALL if value > 0 else HURT for value in values]
        axes.scatter(values, [place] * len(values), s=42, c=colours, alpha=0.6, linewidths=0, clip_on=False, zorder=3)
        if values:
            axes.plot([median(values)] * 2, [place - 0.3, place + 0.3], color=INK, linewidth=2, zorder=4)
        else:
            axes.annotate(
                "nobody to compare", (0, place), (6, 0), textcoords="offset points", va="center", size=8, color=MUTED
            )
    axes.axvline(0, color=MUTED, linewidth=1, zorder=1)
    axes.set_yticks(range(len(lifts)), [SEGMENT_TITLES[segment] for segment in reversed(list(lifts))])
    axes.set_ylim(-0.6, len(lifts) - 0.4)
    reach = max([1.1, *(abs(value) for values in lifts.values() for value in values)])
    ticks = [tick for tick in (-3, -2, -1, 0, 1, 2, 3) if abs(tick) <= reach]
    axes.set_xlim(-reach * 1.08, reach * 1.08)
    axes.set_xticks(
        ticks, ["same" if tick == 0 else f"× {2**tick}" if tick > 0 else f"× 1/{2**-tick}" for tick in ticks]
    )
    axes.set_xlabel("NDCG with all platforms' data against this platform's alone")


def _lines(axes: Axes, rows: Sequence[Row]) -> None:
    series: dict[tuple[str, str], list[tuple[Any, float]]] = {}
    for row in sorted(rows, key=lambda row: row["as_of"]):
        series.setdefault((row["ranker"], row["trained_on"]), []).append((row["as_of"], row["ndcg"]))
    last = max((row["as_of"] for row in rows), default=None)
    best = max((row for row in rows if row["as_of"] == last), key=lambda row: row["ndcg"], default=None)
    for (ranker, trained_on), points in series.items():
        kept = best is not None and ranker == best["ranker"]
        colour = COLOURS[trained_on] if kept else POPULAR if ranker == POPULARITY else FAINT
        style: Any = (0, (3, 2)) if ranker == POPULARITY else "-"
        marker: dict[str, Any] = {"marker": "o", "markersize": 4} if kept else {}
        axes.plot(
            *zip(*points, strict=True),
            color=colour,
            linestyle=style,
            linewidth=2 if kept else 1.2,
            zorder=3 if kept else 2,
            **marker,
        )
    if best is not None:
        axes.set_title(f"{axes.get_title('left')} · {titled(best['ranker'])}")
        _date_ticks(axes, sorted({row["as_of"] for row in rows}))
    axes.set_ylim(bottom=0)
    axes.set_ylabel("NDCG")


def _date_ticks(axes: Axes, dates: Sequence[Any]) -> None:
    shown = dates[:: -(-len(dates) // 6)]
    form = "%-d %b" if (dates[-1] - dates[0]).days < 300 else "%b %Y"
    axes.set_xticks(shown, [format(day, form) for day in shown])


def _bars_legend() -> list[Any]:
    return [*training_legend(), _popularity_line()]


def _popularity_line() -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=POPULAR, linewidth=1.2, linestyle=(0, (3, 2)), label="popularity")


def _lift_legend() -> list[Any]:
    from matplotlib.lines import Line2D

    def dot(colour: str, label: str) -> Line2D:
        return Line2D([], [], marker="o", linestyle="", color=colour, alpha=0.7, label=label)

    bar = Line2D([], [], marker="|", markersize=11, markeredgewidth=2, linestyle="", color=INK, label="median")
    return [dot(ALL, "ranker that was helped"), dot(HURT, "ranker that was hurt"), bar]


def _history_legend() -> list[Any]:
    from matplotlib.lines import Line2D

    best = [
        Line2D([], [], color=COLOURS[on], linewidth=2, label=f"best, trained on {TRAINED_ON[on]}") for on in COLOURS
    ]
    return [*best, _popularity_line(), Line2D([], [], color=FAINT, label="other rankers")]
