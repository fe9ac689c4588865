"""How much of the catalogue a ranker shows, and how popular what it shows is, against how good its lists are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

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

PANEL = 277.0, 167.0  # width and height of a panel, in typographic points
LETTER, LINE = 5.6, 9.5  # of labels: width of a letter, height of a line
STEPS = tuple(sign * LINE * n for n in range(8) for sign in ((1, -1) if n else (1,)))  # up and down, the nearest first
Box = tuple[float, float, float, float]
"""Left, right, bottom and top."""


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
    for ranker, label in _spread_labels(axes, best, [*points.values()]).items():
        line = {"arrowstyle": "-", "color": FAINT, "linewidth": 0.8, "zorder": 1}
        axes.annotate(
            titled(ranker),
            best[ranker],
            (label.right, label.up),
            textcoords="offset points",
            ha="left" if label.right > 0 else "right",
            va="center",
            size=8.5,
            arrowprops=line if abs(label.up) > LINE else None,
        )
    axes.set_ylabel("NDCG")


class Label(NamedTuple):
    """Where a label stands from its point, in typographic points; left of it where `right` is below zero."""

    right: float
    up: float


def _spread_labels(
    axes: Axes, named: Mapping[str, tuple[float, float]], points: Sequence[tuple[float, float]]
) -> dict[str, Label]:
    """Each label right or left of its point, as little above or below as keeps it off the others and off all points."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()

    def place(x: float, y: float) -> tuple[float, float]:
        return (x - left) / (right - left) * PANEL[0], (y - bottom) / (top - bottom) * PANEL[1]

    taken: list[Box] = [(x - 4, x + 4, y - 4, y + 4) for x, y in (place(*point) for point in points)]
    at = {name: place(*point) for name, point in named.items()}
    labels = {}
    for name, (x, y) in sorted(at.items(), key=lambda point: -point[1][1]):
        choices = [Label(side, up) for up in STEPS for side in (7.0, -7.0)]
        boxes = [_box(x, y, label, LETTER * len(titled(name))) for label in choices]
        free = [n for n, box in enumerate(boxes) if _is_inside(box) and not any(_meet(box, other) for other in taken)]
        chosen = free[0] if free else 0
        labels[name] = choices[chosen]
        taken.append(boxes[chosen])
    return labels


def _box(x: float, y: float, label: Label, width: float) -> Box:
    start = x + label.right if label.right > 0 else x + label.right - width
    return start, start + width, y + label.up - LINE / 2, y + label.up + LINE / 2


def _is_inside(box: Box) -> bool:
    """Of the panel, or a little above and beside it, where nothing else stands."""
    return box[0] > 0 and box[1] < PANEL[0] + 12 and box[2] > 0 and box[3] < PANEL[1] + LINE


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
