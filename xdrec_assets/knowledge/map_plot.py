"""A map of item vectors: every item a dot, near ones alike, coloured by platform."""

from __future__ import annotations

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


def map_plot(history: History, vectors: np.ndarray) -> bytes | None:
    """The map as a PNG; None where fewer than three items have a vector (n_items, d). At most 6,000 dots are drawn."""
    known = np.flatnonzero(is_known(vectors))
    if len(known) < 3 or vectors.shape[1] < 2:
        return None
    shown = known[:: -(-len(known) // MOST_DOTS)]
    return _drawn(history, shown, plane(vectors[shown]))


def _drawn(history: History, items: np.ndarray, places: np.ndarray) -> bytes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 6), layout="constrained")
    axes = figure.subplots()
    platform = history.item_platform[items]
    for number, name in enumerate(history.platforms):
        x, y = places[platform == number].T
        axes.scatter(x, y, s=9, alpha=0.55, linewidths=0, color=COLOURS[number % len(COLOURS)], label=name)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_color("#dfe3e8")
    axes.legend(frameon=False, markerscale=2.5, ncols=4, loc="upper left", bbox_to_anchor=(0, 1.07), borderaxespad=0)
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=90, facecolor="white")
    return buffer.getvalue()
