"""A picture of searches, for their asset in the web UI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Final

COLUMNS: Final = 3
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


def search_pictures(rows: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """What was tried of each ranker, trial by trial, and the best so far of each of its models, as a PNG.

    rows: of rankers/searches, in the order of trials. No picture where nothing was tried.
    """
    complete = [row for row in rows if row["state"] == "complete"]
    rankers = list(dict.fromkeys(row["ranker"] for row in complete if row["trial"]))
    return {"plot of trials": _plot(complete, rankers)} if rankers else {}


def best_so_far(values: Sequence[float]) -> list[float]:
    """The largest value up to each one.

    >>> best_so_far([0.2, 0.1, 0.3])
    [0.2, 0.2, 0.3]
    """
    return [max(values[: n + 1]) for n in range(len(values))]


def _plot(rows: Sequence[Mapping[str, Any]], rankers: Sequence[str]) -> bytes:
    from matplotlib.figure import Figure

    n_columns = min(COLUMNS, len(rankers))
    n_rows = -(-len(rankers) // n_columns)
    figure = Figure(figsize=(3.6 * n_columns, 2.6 * n_rows + 0.5), layout="constrained")
    every = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    scopes = sorted({row["platform"] for row in rows})
    colour = {scope: COLOURS[n % len(COLOURS)] for n, scope in enumerate(scopes)}
    for axes, ranker in zip(every, rankers, strict=False):
        for scope in scopes:
            _draw(axes, [row for row in rows if (row["ranker"], row["platform"]) == (ranker, scope)], colour[scope])
        axes.set(title=ranker, xlabel="trial", ylabel="NDCG on validation")
        axes.spines[["top", "right"]].set_visible(False)
    for axes in every[len(rankers) :]:
        axes.remove()
    lines = [every[0].plot([], [], color=colour[scope], label=f"trained on {scope}")[0] for scope in scopes]
    figure.legend(handles=lines, frameon=False, loc="outside upper left", ncols=3, fontsize="small")
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=90, facecolor="white")
    return buffer.getvalue()


def _draw(axes: Any, rows: Sequence[Mapping[str, Any]], colour: str) -> None:
    """The trials of one model as dots, the best so far as a line, what was chosen as a ring."""
    if not rows:
        return
    trials, values = [row["trial"] for row in rows], [row["ndcg"] for row in rows]
    axes.plot(trials, values, ".", color=colour, alpha=0.6, markersize=4)
    axes.step(trials, best_so_far(values), where="post", color=colour, linewidth=1.2)
    chosen = [row for row in rows if row["is_chosen"]]
    axes.plot([row["trial"] for row in chosen], [row["ndcg"] for row in chosen], "o", color=colour, fillstyle="none")
