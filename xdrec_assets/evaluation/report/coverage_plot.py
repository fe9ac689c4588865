"""How much of the catalogue a ranker shows, and how popular what it shows is, against how good its lists are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from xdrec_assets.evaluation.metrics.definitions import METRICS
from xdrec_assets.evaluation.report.plot_style import (
    COLOURS,
    FAINT,
    Format,
    Row,
    Titles,
    draw_panels,
    platforms_of,
    titles_of,
    training_legend,
)
from xdrec_assets.evaluation.report.wording import titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def coverage_plot(board: Sequence[Row], titles: Titles, format: Format = "svg") -> bytes:
    """How much of the catalogue the lists show against how good they are; a line joins a ranker and its twin."""
    return _against(board, titles, format, "coverage", "coverage: share of candidates recommended to anyone")


def bias_plot(board: Sequence[Row], titles: Titles, format: Format = "svg") -> bytes:
    """How popular the lists are against how good they are; a line joins a ranker and its twin."""
    return _against(board, titles, format, "popularity_bias", METRICS["popularity_bias"].title.lower())


def _against(board: Sequence[Row], titles: Titles, format: Format, metric: str, label: str) -> bytes:
    platforms = platforms_of(board)

    def draw(number: int, axes: Axes) -> None:
        of_platform = [row for row in board if row["platform"] == platforms[number] and row["ndcg"] is not None]
        _points(axes, [row for row in of_platform if row.get(metric) is not None], metric)
        axes.set_xlabel(label)

    return draw_panels(titles_of(platforms, titles), draw, 3.1, training_legend, format)


def _points(axes: Axes, rows: Sequence[Row], metric: str) -> None:
    points = {(row["ranker"], row["trained_on"]): (row[metric], row["ndcg"]) for row in rows}
    for ranker in sorted({name for name, _ in points}):
        both = [points[ranker, on] for on in COLOURS if (ranker, on) in points]
        axes.plot(*zip(*both, strict=True), color=FAINT, linewidth=1.5, zorder=1)
        for on, colour in COLOURS.items():
            if (ranker, on) in points:
                axes.scatter(*points[ranker, on], s=38, color=colour, zorder=3)
    axes.margins(0.18, 0.16)
    axes.set_ylim(bottom=0)
    if metric == "coverage":
        axes.set_xlim(left=0)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    best = {
        ranker: max((points[key] for key in points if key[0] == ranker), key=lambda at: at[1]) for ranker, _ in points
    }
    for ranker, (at, place) in _spread_labels(axes, best).items():
        axes.annotate(titled(ranker), at, (7, place), textcoords="offset points", va="center", size=8.5)
    axes.set_ylabel("NDCG")


def _spread_labels(
    axes: Axes, points: Mapping[str, tuple[float, float]]
) -> dict[str, tuple[tuple[float, float], float]]:
    """Moves labels apart where points lie close: each point with its label's offset in typographic points."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    placed: list[tuple[float, float, float]] = []
    labels = {}
    for name, (x, y) in sorted(points.items(), key=lambda point: point[1][1]):
        start, up = (x - left) / (right - left) * 277, (y - bottom) / (top - bottom) * 167  # a panel's size
        end, wanted = start + 5 * len(titled(name)), up
        for other_start, other_end, other_up in sorted(placed, key=lambda other: other[2]):
            if start < other_end and other_start < end and abs(wanted - other_up) < 9.5:
                wanted = other_up + 9.5
        placed.append((start, end, wanted))
        labels[name] = ((x, y), wanted - up)
    return labels
