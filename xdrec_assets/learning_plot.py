"""A picture of how a ranker's models learned, for its asset in the web UI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS: Final = {"one": "#a9c8e2", "all": "#0072b2"}  # as in the report


def learning_pictures(losses: Sequence[Mapping[str, Any]], ranker: str) -> dict[str, bytes]:
    """How each model of a ranker learned, pass by pass, as a PNG; no picture where none tells of two passes.

    Its loss over the first and, where any model was validated, NDCG@10 on validation beside it.

    losses: rows of ranker, trained_on, platform, losses and validation, as `training.training_losses` reads them.
    """
    told = [row for row in losses if row["ranker"] == ranker and len(row["losses"]) > 1]
    return {"plot of losses": _learning_plot(told)} if told else {}


def over_first(losses: Sequence[float]) -> list[float]:
    """Each loss over the first one, so that models of any size compare.

    >>> over_first([4.0, 2.0])
    [1.0, 0.5]
    """
    first = abs(losses[0]) or 1.0
    return [loss / first for loss in losses]


def _learning_plot(rows: Sequence[Mapping[str, Any]]) -> bytes:
    from matplotlib.figure import Figure

    validated = [row for row in rows if row["validation"]]
    figure = Figure(figsize=(9 if validated else 6, 3), layout="constrained")
    panels = figure.subplots(1, 2 if validated else 1, squeeze=False)[0]
    for row in rows:
        _line(panels[0], row, over_first(row["losses"]), f"trained on {row['platform']}")
    for row in validated:
        _line(panels[1], row, row["validation"])
    for axes, measure in zip(panels, ("loss over the first", "NDCG@10 on validation"), strict=False):
        axes.locator_params(axis="x", integer=True)
        axes.set(xlabel="pass", ylabel=measure)
        axes.spines[["top", "right"]].set_visible(False)
    figure.legend(frameon=False, loc="outside right upper", fontsize="small")
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=90, facecolor="white")
    return buffer.getvalue()


def _line(axes: Axes, row: Mapping[str, Any], values: Sequence[Any], label: str | None = None) -> None:
    """Pass by pass; a gap where a value is None."""
    axes.plot(range(1, len(values) + 1), values, color=COLOURS[row["trained_on"]], label=label)
