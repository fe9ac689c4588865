"""Fuse what several sources know of an item into one vector; any source may be missing for an item."""

from collections.abc import Callable, Mapping

import numpy as np

from xdrec_assets.embeddings.vectors import is_known, unit_rows

Sources = Mapping[str, np.ndarray]
"""(n_items, d) float32 by name, d may differ; whitened, or one direction drowns the others. A row of zeros: the source
knows nothing of the item. A row shorter than 1: the source is not sure of it, and counts less in it."""
Weights = Mapping[str, float]


def fuse(sources: Sources, strategy: str, size: int, weights: Weights) -> np.ndarray:
    """One vector per item: (n_items, size) float32, unit length, zeros where no source knows the item.

    strategy: "sum" adds the sources, "weighted" adds them by weight, "concat" puts them side by side, so that the
    cosine of two items is the weighted mean of the sources' cosines. Sources without a weight are left out of all.

    Raises ValueError where the strategy is unknown, there is nothing to fuse, or the sources differ in their rows.
    """
    if strategy not in STRATEGIES:
        raise ValueError(f"fusion is {strategy!r}, expected one of {', '.join(sorted(STRATEGIES))}")
    used = {name: vectors for name, vectors in sorted(sources.items()) if weights.get(name, 0) > 0}
    if not used:
        raise ValueError(
            f"no source to fuse: given {sorted(sources)}, weights {dict(weights)}; weigh one of those given"
        )
    n_rows = {name: len(vectors) for name, vectors in used.items()}
    if len(set(n_rows.values())) > 1:
        raise ValueError(f"sources differ in their rows: {n_rows}; give one row per item in each")
    return STRATEGIES[strategy](used, size, weights)


def fuse_sum(sources: Sources, size: int, weights: Weights) -> np.ndarray:
    """Add the sources, each turned into its own leading directions, all of them counting the same."""
    return fuse_weighted(sources, size, dict.fromkeys(sources, 1.0))


def fuse_weighted(sources: Sources, size: int, weights: Weights) -> np.ndarray:
    """Add the sources, each turned into its own leading directions and multiplied by its weight."""
    total = np.zeros((len(next(iter(sources.values()))), size), dtype=np.float32)
    for name, vectors in sources.items():
        total += np.float32(weights[name]) * leading_part(vectors, size)
    return unit_rows(total)


def fuse_concat(sources: Sources, size: int, weights: Weights) -> np.ndarray:
    """The sources side by side, reduced to the `size` directions that keep most of their cosines."""
    parts = [np.float32(np.sqrt(weights[name])) * vectors for name, vectors in sources.items()]
    return unit_rows(leading_part(np.hstack(parts), size))


STRATEGIES: dict[str, Callable[[Sources, int, Weights], np.ndarray]] = {
    "sum": fuse_sum,
    "weighted": fuse_weighted,
    "concat": fuse_concat,
}


def leading_part(vectors: np.ndarray, size: int) -> np.ndarray:
    """Rows (n, d) turned into their `size` principal directions; filled up with zeros where d is smaller.

    Directions about the origin, not about the mean: rows of zeros stay zeros, and inner products stay as close as they
    can to what they were. Nothing is turned where d is at most `size`.
    """
    n_rows, given = vectors.shape
    if given <= size:
        return np.hstack([vectors, np.zeros((n_rows, size - given), dtype=np.float32)]).astype(np.float32)
    known = vectors[is_known(vectors)].astype(np.float32)
    _, axes = np.linalg.eigh((known.T @ known).astype(np.float64))
    return np.asarray(vectors @ axes[:, ::-1][:, :size].astype(np.float32))
