"""A picture of how a ranker's models learned, for its asset in the web UI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Final

COLOURS: Final = {"one": "#a9c8e2", "all": "#0072b2"}  # as in the report


def learning_pictures(losses: Sequence[Mapping[str, Any]], ranker: str) -> dict[str, bytes]:
    """The loss of each model of a ranker over its first, pass by pass, as a PNG; no picture where none tells two.

    losses: rows of ranker, trained_on, platform and losses, as `training.training_losses` reads them.
    """
    told = [row for row in losses if row["ranker"] == ranker and len(row["losses"]) > 1]
    return {"plot of losses": _loss_plot(told)} if told else {}


def _loss_plot(rows: Sequence[Mapping[str, Any]]) -> bytes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.subplots()
    for row in rows:
        first = abs(row["losses"][0]) or 1.0
        passes, of_first = range(1, len(row["losses"]) + 1), [loss / first for loss in row["losses"]]
        axes.plot(passes, of_first, color=COLOURS[row["trained_on"]], label=f"trained on {row['platform']}")
    axes.set(xlabel="pass", ylabel="loss over the first")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(frameon=False, loc="outside right upper", fontsize="small")
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=90, facecolor="white")
    return buffer.getvalue()
