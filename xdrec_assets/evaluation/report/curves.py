"""How the models that are trained in passes learned: their loss and NDCG on validation, pass by pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from xdrec_assets.evaluation.report.plot_style import (
    COLOURS,
    Format,
    Row,
    draw_panels,
    training_legend,
)
from xdrec_assets.evaluation.report.wording import titled
from xdrec_assets.learning_plot import over_first

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def loss_plot(losses: Sequence[Row], format: Format = "svg") -> bytes:
    """A panel per ranker with a line per model: each loss over the first one, so that models of any size compare.

    Rows have ranker, trained_on, platform ("all" for all of them) and losses, of which there are at least two.
    """
    return _panels(losses, lambda row: over_first(row["losses"]), "loss over the first", format)


def validation_plot(losses: Sequence[Row], format: Format = "svg") -> bytes | None:
    """The same of NDCG@10 on validation, by which training ended; None where no model was validated.

    Rows have validation as well: as many values as losses, None of passes without, or none at all.
    """
    validated = [row for row in losses if row["validation"]]
    return _panels(validated, lambda row: row["validation"], "NDCG@10 on validation", format) if validated else None


def _panels(rows: Sequence[Row], values: Callable[[Row], Sequence[Any]], measure: str, format: Format) -> bytes:
    rankers = sorted({row["ranker"] for row in rows})

    def draw(number: int, axes: Axes) -> None:
        for row in (row for row in rows if row["ranker"] == rankers[number]):
            by_pass = values(row)
            axes.plot(range(1, len(by_pass) + 1), by_pass, color=COLOURS[row["trained_on"]], linewidth=1.6)
        axes.locator_params(axis="x", integer=True)
        axes.set_xlabel("pass")
        axes.set_ylabel(measure)

    return draw_panels([titled(ranker) for ranker in rankers], draw, 2.5, training_legend, format)
