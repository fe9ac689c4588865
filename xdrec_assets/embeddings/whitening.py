"""Whiten vectors: remove their mean and the directions they all share, so that cosine tells them apart.

Language-model vectors crowd in a narrow cone. Whitening spreads them (Su et al., 2021, "Whitening Sentence
Representations for Better Semantics and Faster Retrieval"). Of the many whitenings we take ZCA, the one that stays
closest to the vectors given (Kessy, Lewin and Strimmer, 2018), so that two platforms, each whitened by its own
statistics, still speak of the same axes.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from xdrec_assets.embeddings.vectors import is_known, unit_rows
from xdrec_assets.joined.history import History

SMALLEST_SHARE = 1e-6
"""Directions with less variance than this share of the largest carry rounding errors and are left out."""


@dataclass(frozen=True)
class Whitening:
    """The map x to (x - mean) @ turn."""

    mean: np.ndarray
    """(d,) float32."""
    turn: np.ndarray
    """(d, d) float32, symmetric."""

    @classmethod
    def fit(cls, vectors: np.ndarray, shrinkage: float | None = None) -> Self:
        """Learn mean and covariance of the known rows of `vectors` (n, d).

        shrinkage: from 0 to 1, how far the covariance is drawn towards a multiple of the identity that has the same
        trace; at 0 the covariance of the known rows becomes the identity, at 1 they are only centred and scaled. None
        takes what is best for that many rows (see `best_shrinkage`).
        """
        known = vectors[is_known(vectors)]
        size = vectors.shape[1]
        if len(known) < 2:
            return cls(np.zeros(size, dtype=np.float32), np.eye(size, dtype=np.float32))
        mean = known.mean(axis=0, dtype=np.float64)
        centred = known - mean.astype(np.float32)
        covariance = (centred.T @ centred / np.float32(len(known))).astype(np.float64)
        share = best_shrinkage(centred, covariance) if shrinkage is None else shrinkage
        variance, axes = np.linalg.eigh(covariance)
        shrunk = (1 - share) * variance + share * variance.mean()
        has_variance = shrunk > SMALLEST_SHARE * shrunk.max()
        scale = np.zeros(size)
        scale[has_variance] = 1 / np.sqrt(shrunk[has_variance])
        return cls(mean.astype(np.float32), ((axes * scale) @ axes.T).astype(np.float32))

    def apply(self, vectors: np.ndarray) -> np.ndarray:
        """Whitened rows (n, d) float32; rows of zeros stay zeros."""
        moved = (vectors - self.mean) @ self.turn
        return np.where(is_known(vectors)[:, None], moved, np.float32(0)).astype(np.float32)


def best_shrinkage(centred: np.ndarray, covariance: np.ndarray) -> float:
    """The share that brings the covariance of these rows closest to the true one, in expectation; from 0 to 1.

    Few rows of many dimensions give much, many rows little (Ledoit and Wolf, 2004, "A well-conditioned estimator for
    large-dimensional covariance matrices", lemma 3.2 to 3.4). centred: (n, d); covariance: (d, d).
    """
    size = len(covariance)
    of_estimate = (covariance**2).sum()
    apart = of_estimate - np.trace(covariance) ** 2 / size  # squared distance from the multiple of the identity
    squares = (centred.astype(np.float64) ** 2).sum(axis=1)
    error = ((squares**2).mean() - of_estimate) / len(centred)  # squared error of the estimate
    return float(np.clip(error / apart, 0, 1)) if apart > 0 else 0.0


def whitened(vectors: np.ndarray, shrinkage: float | None = None) -> np.ndarray:
    """Known rows whitened by their own statistics: (n, d) float32, every row as long as it was.

    Only directions enter the statistics. The length of a row is free to say how sure its source is of it.
    """
    directions = unit_rows(vectors)
    length = np.linalg.norm(vectors, axis=1, keepdims=True).astype(np.float32)
    return np.asarray(unit_rows(Whitening.fit(directions, shrinkage).apply(directions)) * length)


def whitened_by_platform(history: History, vectors: np.ndarray) -> np.ndarray:
    """Each platform's rows whitened by its own statistics: (n_items, d) float32, unit length or zeros.

    Texts of one platform share what only says which platform it is; taken out, items of different platforms meet.
    """
    parts = [whitened(vectors[history.items_of(platform)]) for platform in history.platforms]
    return unit_rows(np.vstack(parts))
