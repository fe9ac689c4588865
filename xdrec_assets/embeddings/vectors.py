"""Rows of vectors in which a row of zeros means that nothing is known."""

import numpy as np


def is_known(vectors: np.ndarray) -> np.ndarray:
    """Which rows are not all zeros: (n, d) to (n,) bool."""
    return np.asarray(vectors.any(axis=1))


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Rows brought to unit length, (n, d) float32; rows of zeros stay zeros.

    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]]))
    array([[0.6, 0.8],
           [0. , 0. ]], dtype=float32)
    """
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = np.zeros(vectors.shape, dtype=np.float32)
    np.divide(vectors, length, out=rows, where=length > 0, casting="unsafe")
    return rows


def only_rows(vectors: np.ndarray, rows: slice) -> np.ndarray:
    """A copy in which every row outside `rows` is zeros."""
    kept = np.zeros_like(vectors)
    kept[rows] = vectors[rows]
    return kept
