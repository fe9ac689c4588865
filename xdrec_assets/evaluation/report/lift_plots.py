"""Plots of what the other platforms' data changed: ranker by ranker with intervals, and by segment.

Both take rows of evaluation/lift. Blue is helped, orange is hurt, grey cannot be told; never by colour alone: what was
helped lies right of the middle, what was hurt left of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log2
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from xdrec_assets.evaluation.report.plot_style import (
    ALL,
    HURT,
    INK,
    MUTED,
    Format,
    Row,
    Titles,
    draw_panels,
    platforms_of,
    titles_of,
)
from xdrec_assets.evaluation.report.wording import SEGMENT_TITLES, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDEST: Final = 3.0  # changes by segment are drawn as log2 of all / one, from an eighth to the eightfold
VERDICTS: Final = {"helped": ALL, "hurt": HURT, "undecided": "#8a94a0"}
PLACES: Final = {"with": 0.14, "without": -0.18}  # of a ranker's two marks around its line


def lift_plot(lifts: Sequence[Row], titles: Titles, format: Format = "svg") -> bytes:
    """NDCG with all platforms' data minus that of the twin, each with its interval, with and without twin products."""
    shown = [row for row in lifts if row["segment"] == "all" and row["difference"] is not None]
    platforms = platforms_of(lifts)
    most = max(len({row["ranker"] for row in shown if row["platform"] == platform}) for platform in platforms)

    def draw(number: int, axes: Axes) -> None:
        _forest(axes, [row for row in shown if row["platform"] == platforms[number]])

    return draw_panels(titles_of(platforms, titles), draw, 1.1 + 0.34 * max(most, 2), _forest_legend, format)


def segment_plot(lifts: Sequence[Row], titles: Titles, format: Format = "svg") -> bytes:
    """The ratio of the two by segment, a dot per ranker, a bar at the median; open without products listed twice."""
    platforms = platforms_of(lifts)

    def draw(number: int, axes: Axes) -> None:
        compared = [row for row in lifts if row["platform"] == platforms[number] and row["difference"] is not None]
        _dots(axes, {name: [row for row in compared if row["segment"] == name] for name in SEGMENT_TITLES})

    return draw_panels(titles_of(platforms, titles), draw, 3.4, _segment_legend, format)


def _forest(axes: Axes, rows: Sequence[Row]) -> None:
    first = {row["ranker"]: row["difference"] for row in rows if row["twins"] == "with"}
    rankers = sorted(first, key=lambda ranker: (first[ranker], ranker))
    for row in (row for row in rows if row["ranker"] in first):
        _mark(axes, rankers.index(row["ranker"]) + PLACES[row["twins"]], row)
    if not rows:
        axes.text(0.5, 0.5, "nothing to compare", transform=axes.transAxes, ha="center", color=MUTED)
    axes.axvline(0, color=MUTED, linewidth=1, zorder=1)
    axes.set_yticks(range(len(rankers)), [titled(ranker) for ranker in rankers])
    axes.set_ylim(-0.6, len(rankers) - 0.4)
    axes.grid(axis="y", visible=False)
    reach = 1.1 * max([1e-4, *(abs(end) for row in rows for end in _ends(row))])
    axes.set_xlim(-reach, reach)
    axes.locator_params(axis="x", nbins=5)
    axes.xaxis.set_major_formatter(lambda value, _: f"{'+' if value > 0 else '−' if value < 0 else ''}{abs(value):g}")
    axes.set_xlabel("NDCG with all platforms' data minus this platform's alone")


def _mark(axes: Axes, place: float, row: Row) -> None:
    colour, is_whole = _colour(row), row["twins"] == "with"
    axes.plot(_ends(row), [place, place], color=colour, linewidth=1.6 if is_whole else 0.9, zorder=2)
    face = colour if is_whole else "white"
    axes.plot(row["difference"], place, "o", color=colour, markerfacecolor=face, markersize=6 if is_whole else 4.5)


def _colour(row: Row) -> str:
    """That of the verdict; grey where none is given."""
    return VERDICTS.get(row["verdict"], VERDICTS["undecided"])


def _ends(row: Row) -> tuple[float, float]:
    low, high = row["low"], row["high"]
    return (row["difference"] if low is None else low, row["difference"] if high is None else high)


def _dots(axes: Axes, lifts: Mapping[str, Sequence[Row]]) -> None:
    for place, rows in enumerate(reversed(list(lifts.values()))):
        for row in rows:
            _dot_of(axes, place + PLACES[row["twins"]], row)
        values = [_log(row) for row in rows if row["twins"] == "with"]
        if values:
            axes.plot([median(values)] * 2, [place - 0.02, place + 0.3], color=INK, linewidth=2, zorder=4)
        else:
            axes.annotate(
                "nobody to compare", (0, place), (6, 0), textcoords="offset points", va="center", size=8, color=MUTED
            )
    axes.axvline(0, color=MUTED, linewidth=1, zorder=1)
    axes.set_yticks(range(len(lifts)), [SEGMENT_TITLES[segment] for segment in reversed(list(lifts))])
    axes.set_ylim(-0.6, len(lifts) - 0.4)
    _ratio_ticks(axes, max([1.1, *(abs(_log(row)) for rows in lifts.values() for row in rows)]))


def _dot_of(axes: Axes, place: float, row: Row) -> None:
    colour, is_whole = _colour(row), row["twins"] == "with"
    face: Any = {"c": [colour], "alpha": 0.65, "linewidths": 0} if is_whole else {"c": "none", "edgecolors": [colour]}
    axes.scatter([_log(row)], [place], s=42 if is_whole else 22, clip_on=False, zorder=3, **face)


def _ratio_ticks(axes: Axes, reach: float) -> None:
    ticks = [tick for tick in (-3, -2, -1, 0, 1, 2, 3) if abs(tick) <= reach]
    axes.set_xlim(-reach * 1.08, reach * 1.08)
    axes.set_xticks(
        ticks, ["same" if tick == 0 else f"× {2**tick}" if tick > 0 else f"× 1/{2**-tick}" for tick in ticks]
    )
    axes.set_xlabel("NDCG with all platforms' data over this platform's alone")


def _log(row: Row) -> float:
    """Where a row lies; one whose twin found nothing has no ratio: it lies at the end, or in the middle for 0 and 0."""
    if row["lift"] is None:
        return WIDEST if row["difference"] > 0 else 0.0
    ratio = row["lift"] + 1
    return max(-WIDEST, min(WIDEST, log2(ratio))) if ratio > 0 else -WIDEST


def _dot(colour: str, label: str, **more: Any) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], marker="o", linestyle="", color=colour, label=label, **more)


def _verdicts() -> list[Any]:
    words = {"helped": "helped", "hurt": "hurt", "undecided": "cannot be told"}
    return [_dot(colour, words[verdict]) for verdict, colour in VERDICTS.items()]


def _forest_legend() -> list[Any]:
    return [*_verdicts(), _without_twins()]


def _without_twins() -> Any:
    return _dot(INK, "without products listed twice", markerfacecolor="white", markersize=5)


def _segment_legend() -> list[Any]:
    from matplotlib.lines import Line2D

    bar = Line2D([], [], marker="|", markersize=11, markeredgewidth=2, linestyle="", color=INK, label="median")
    return [*_verdicts(), _without_twins(), bar]
