"""Rank by what the most similar people took: cosine between histories in which rare items weigh more.

Herlocker, Konstan, Borchers, Riedl: An Algorithmic Framework for Performing Collaborative Filtering, SIGIR 1999;
inverse frequency of items as in Breese, Heckerman, Kadie: Empirical Analysis of Predictive Algorithms, UAI 1998.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.ranker import Arrays, NotFittedError, Ranker
from xdrec_assets.rankers.settings import UserKNNSettings
from xdrec_assets.rankers.sparse_arrays import (
    csr_from_arrays,
    csr_to_arrays,
    largest_per_row,
    most_per_row,
    row_blocks,
)
from xdrec_assets.rankers.threads import in_threads

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

ENTRIES_PER_BLOCK = 2_000_000  # similarities that a thread holds before the nearest are kept: 16 MB, and some copies


class UserKNN(Ranker[UserKNNSettings]):
    """score(u, i) = Σᵥ cos(u, v) · strength(v, i), over the people v nearest to u on all platforms."""

    name = "user_knn"
    _taken: csr_matrix | None = None  # (n_people, n_items)
    _nearest: csr_matrix | None = None  # (n_people, n_people), row u holds the neighbours of u

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        self._taken = history.matrix(history.strength)
        self._nearest = nearest_people(idf_weighted(self._taken), self.settings.neighbours)
        return self

    def score(self, people: NDArray[Any], items: slice) -> NDArray[np.float32]:
        if self._taken is None or self._nearest is None:
            raise NotFittedError(self.name)
        scores: NDArray[np.float32] = (self._nearest[people] @ self._taken[:, items]).toarray()
        return scores

    def arrays(self) -> dict[str, NDArray[Any]]:
        if self._taken is None or self._nearest is None:
            raise NotFittedError(self.name)
        return csr_to_arrays("taken", self._taken) | csr_to_arrays("nearest", self._nearest)

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: UserKNNSettings) -> Self:
        ranker = cls(settings)
        ranker._taken, ranker._nearest = csr_from_arrays("taken", arrays), csr_from_arrays("nearest", arrays)
        return ranker


def idf_weighted(taken: csr_matrix) -> csr_matrix:
    """Histories with each item weighted by ln(1 + people / (1 + people who took it)), rows of unit length or zero."""
    active = np.count_nonzero(np.diff(taken.indptr))
    takers = np.bincount(taken.indices, minlength=taken.shape[1])
    weighted = taken.copy()
    weighted.data *= np.log1p(active / (1 + takers)).astype(np.float32)[taken.indices]
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    weighted.data /= np.repeat(np.maximum(length, np.finfo(np.float32).tiny), np.diff(weighted.indptr))
    return weighted


def nearest_people(histories: csr_matrix, neighbours: int) -> csr_matrix:
    """Cosines with the nearest other people, shape (n_people, n_people), at most `neighbours` per row, in (0, 1]."""
    from scipy.sparse import vstack

    columns = histories.T.tocsr()

    def nearest(people: slice) -> csr_matrix:
        block = (histories[people] @ columns).tocsr()
        row = np.repeat(np.arange(people.start, people.stop, dtype=np.int32), np.diff(block.indptr))
        block.data[row == block.indices] = 0
        block.eliminate_zeros()
        return largest_per_row(block, neighbours)

    blocks = in_threads(nearest, row_blocks(most_per_row(histories, columns), ENTRIES_PER_BLOCK))
    return vstack(blocks, format="csr") if blocks else histories @ columns
