"""Fuse sources without learning: added up, or side by side."""

from collections.abc import Mapping

import numpy as np

from xdrec_assets.embeddings.vectors import is_known, unit_rows

Sources = Mapping[str, np.ndarray]
"""(n_items, d) float32 by name, d may differ; whitened, or one direction drowns the others. A row of zeros: the source
knows nothing of the item. A row shorter than 1: the source is not sure of it, and counts less in it."""
Weights = Mapping[str, float]


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
