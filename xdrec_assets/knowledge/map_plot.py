"""Maps of item vectors side by side: every item a dot, near ones alike, coloured by platform."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import numpy as np

from xdrec_assets.embeddings.vectors import is_known
from xdrec_assets.joined.history import History

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#4d4d4d")  # Okabe and Ito
MOST_DOTS = 6000


def plane(vectors: np.ndarray) -> np.ndarray:
    """The two directions in which vectors (n, d) differ most (principal components): shape (n, 2), centred."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)  # ascending eigenvalues
    axes = directions[:, : -3 if directions.shape[1] > 2 else None : -1]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])  # the same map every time
    return np.asarray(centred @ (axes * signs))


def map_plot(history: History, panels: Mapping[str, np.ndarray]) -> bytes | None:
    """The maps side by side as one PNG; None where fewer than three items have a vector in all of them.

    panels: by title, vectors (n_items, d). The same items are drawn in all, at most 6,000.
    """
    known = np.flatnonzero(np.logical_and.reduce([is_known(vectors) for vectors in panels.values()]))
    if len(known) < 3 or min(vectors.shape[1] for vectors in panels.values()) < 2:
        return None
    shown = known[:: -(-len(known) // MOST_DOTS)]
    return _drawn(history, shown, {title: plane(vectors[shown]) for title, vectors in panels.items()})


def _drawn(history: History, items: np.ndarray, places: Mapping[str, np.ndarray]) -> bytes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.5 * len(places), 5.5), layout="constrained")
    for axes, (title, dots) in zip(figure.subplots(1, len(places), squeeze=False)[0], places.items(), strict=True):
        for number, name in enumerate(history.platforms):
            x, y = dots[history.item_platform[items] == number].T
            axes.scatter(x, y, s=9, alpha=0.55, linewidths=0, color=COLOURS[number % len(COLOURS)], label=name)
        axes.set(xticks=[], yticks=[])
        axes.set_title(title, loc="left", fontsize=11)
        axes.spines[:].set_color("#dfe3e8")
    marks, names = axes.get_legend_handles_labels()
    figure.legend(marks, names, frameon=False, markerscale=2.5, ncols=8, loc="outside lower left")
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=90, facecolor="white")
    return buffer.getvalue()
