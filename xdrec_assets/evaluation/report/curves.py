"""How the models that are trained in passes learned: their loss, pass by pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xdrec_assets.evaluation.report.plot_style import (
    COLOURS,
    Format,
    Row,
    draw_panels,
    training_legend,
)
from xdrec_assets.evaluation.report.wording import titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def loss_plot(losses: Sequence[Row], format: Format = "svg") -> bytes:
    """A panel per ranker with a line per model: each loss over the first one, so that models of any size compare.

    Rows have ranker, trained_on, platform ("all" for all of them) and losses, of which there are at least two.
    """
    rankers = sorted({row["ranker"] for row in losses})

    def draw(number: int, axes: Axes) -> None:
        _lines(axes, [row for row in losses if row["ranker"] == rankers[number]])

    return draw_panels([titled(ranker) for ranker in rankers], draw, 2.5, training_legend, format)


def _lines(axes: Axes, rows: Sequence[Row]) -> None:
    for row in rows:
        first = abs(row["losses"][0]) or 1.0
        of_first = [loss / first for loss in row["losses"]]
        axes.plot(range(1, len(of_first) + 1), of_first, color=COLOURS[row["trained_on"]], linewidth=1.6)
    axes.locator_params(axis="x", integer=True)
    axes.set_xlabel("pass")
    axes.set_ylabel("loss over the first")
