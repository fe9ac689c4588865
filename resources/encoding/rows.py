"""Arithmetic on rows of vectors that every encoder needs."""

import numpy as np


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows brought to unit length; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: np.ndarray = vectors / np.where(lengths > 0, lengths, np.float32(1))
    return scaled


def average(vectors: np.ndarray, weights: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Weighted means over runs of rows: one row for each run, which begins at the row `first`.

    >>> average(np.array([[1.0], [4.0], [7.0]]), np.array([2, 1, 5]), np.array([0, 2])).ravel().tolist()
    [2.0, 7.0]
    """
    if len(first) == len(vectors):
        return vectors
    shares = weights[:, None].astype(np.float32)
    mean: np.ndarray = np.add.reduceat(vectors * shares, first) / np.add.reduceat(shares, first)
    return mean
