"""Cluster unit vectors by direction: spherical k-means (Dhillon and Modha, 2001)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from xdrec_assets.embeddings.vectors import is_known, unit_rows

STARTS, BATCH = 4, 4096
WHOLE_BELOW = 20_000
"""Rows up to which each step of k-means sees all of them; beyond it sees a batch."""
MOST = 1000
"""Clusters that the square-root rule gives at most."""
ROWS_AT_ONCE = 16_384


@dataclass(frozen=True)
class Clusters:
    """Which cluster each row is of, and how near it is to its centre."""

    of_row: np.ndarray
    """(n,) int32, the largest cluster is 0; -1 for a row of zeros."""
    similarity: np.ndarray
    """(n,) float32, cosine to the cluster's centre, in [-1, 1]; 0 for a row of zeros."""
    centres: np.ndarray
    """(n_clusters, d) float32, unit length."""


def default_count(n_rows: int) -> int:
    """The square root of half the rows (Mardia, Kent and Bibby, 1979), at least 1.

    >>> [default_count(n) for n in (0, 10, 3200, 10**9)]
    [1, 2, 40, 1000]
    """
    return int(np.clip(round((n_rows / 2) ** 0.5), 1, MOST))


def clustered(vectors: np.ndarray, count: int | None = None, seed: int = 0) -> Clusters:
    """Cluster the rows of `vectors` (n, d) that are not zeros by their direction.

    count: clusters sought; there are fewer where some stay empty. None: by `default_count`.
    """
    known = np.flatnonzero(is_known(vectors))
    of_row = np.full(len(vectors), -1, dtype=np.int32)
    similarity = np.zeros(len(vectors), dtype=np.float32)
    if not len(known):
        return Clusters(of_row, similarity, np.zeros((0, vectors.shape[1]), dtype=np.float32))
    rows = unit_rows(vectors[known])
    centres = _centres(rows, min(count or default_count(len(known)), len(known)), seed)
    nearest, _ = _nearest(rows, centres)
    numbers, found = np.unique(nearest, return_inverse=True)
    by_size = np.lexsort((numbers, -np.bincount(found)))
    place = np.empty(len(numbers), dtype=np.int32)
    place[by_size] = np.arange(len(numbers), dtype=np.int32)
    centres = centres[numbers[by_size]]
    of_row[known], similarity[known] = place[found], (rows * centres[place[found]]).sum(axis=1)
    return Clusters(of_row, np.clip(similarity, -1, 1), centres)


def _centres(rows: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Centres by k-means on unit vectors, then one step on all rows that makes them means of directions."""
    from sklearn.cluster import KMeans, MiniBatchKMeans

    options = {"n_clusters": count, "random_state": seed, "n_init": STARTS}
    is_whole = len(rows) <= WHOLE_BELOW
    fitted = KMeans(**options) if is_whole else MiniBatchKMeans(**options, batch_size=BATCH)
    with warnings.catch_warnings():  # equal rows give fewer clusters than asked for, which the caller expects
        warnings.filterwarnings("ignore", message="Number of distinct clusters")
        centres = unit_rows(fitted.fit(rows).cluster_centers_)
    nearest, _ = _nearest(rows, centres)
    sums = np.zeros_like(centres)
    np.add.at(sums, nearest, rows)
    return np.where(is_known(sums)[:, None], unit_rows(sums), centres)


def _nearest(rows: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The centre of the largest cosine for each row, (n,) and the cosine (n,), block by block."""
    best, value = np.empty(len(rows), dtype=np.int64), np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        block = slice(start, start + ROWS_AT_ONCE)
        cosines = rows[block] @ centres.T
        best[block] = cosines.argmax(axis=1)
        value[block] = cosines.max(axis=1)
    return best, value
