"""Rank by similarity to the items a person took: cosine between items' columns of people, shrunk.

Sarwar, Karypis, Konstan, Riedl: Item-based Collaborative Filtering Recommendation Algorithms, WWW 2001. The shrinkage
is that of Bell and Koren, 2007, in the form used by Ferrari Dacrema, Cremonesi, Jannach, RecSys 2019:
sim(i, j) = xᵢ·xⱼ / (‖xᵢ‖‖xⱼ‖ + shrinkage).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.ranker import Arrays, NotFittedError, Ranker
from xdrec_assets.rankers.settings import ItemKNNSettings
from xdrec_assets.rankers.sparse_arrays import csr_from_arrays, csr_to_arrays, largest_per_row

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

ITEMS_PER_BLOCK = 8192  # bounds the memory of the similarities that are computed before the nearest are kept


class ItemKNN(Ranker[ItemKNNSettings]):
    """score(u, i) = Σⱼ strength(u, j) · sim(j, i), items taken by u on any platform being j."""

    name = "item_knn"
    _taken: csr_matrix | None = None  # (n_people, n_items)
    _similarity: csr_matrix | None = None  # (n_items, n_items), row j holds the neighbours of j

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        self._taken = history.matrix(history.strength)
        self._similarity = shrunk_cosine(self._taken, self.settings.shrinkage, self.settings.neighbours)
        return self

    def score(self, people: NDArray[Any], items: slice) -> NDArray[np.float32]:
        if self._taken is None or self._similarity is None:
            raise NotFittedError(self.name)
        scores: NDArray[np.float32] = (self._taken[people] @ self._similarity[:, items]).toarray()
        return scores

    def arrays(self) -> dict[str, NDArray[Any]]:
        if self._taken is None or self._similarity is None:
            raise NotFittedError(self.name)
        return csr_to_arrays("taken", self._taken) | csr_to_arrays("similarity", self._similarity)

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: ItemKNNSettings) -> Self:
        ranker = cls(settings)
        ranker._taken, ranker._similarity = csr_from_arrays("taken", arrays), csr_from_arrays("similarity", arrays)
        return ranker


def shrunk_cosine(taken: csr_matrix, shrinkage: float, neighbours: int | None) -> csr_matrix:
    """Similarities of the columns of `taken`, shape (n_items, n_items), without self-similarity; in [0, 1)."""
    from scipy.sparse import vstack

    columns = taken.T.tocsr()  # (n_items, n_people)
    length = np.sqrt(np.asarray(columns.multiply(columns).sum(axis=1)).ravel())
    starts = range(0, columns.shape[0], ITEMS_PER_BLOCK)
    blocks = [
        _block(columns, taken, length, slice(start, start + ITEMS_PER_BLOCK), shrinkage, neighbours) for start in starts
    ]
    return vstack(blocks, format="csr") if blocks else columns @ taken


def _block(
    columns: csr_matrix,
    taken: csr_matrix,
    length: NDArray[np.float32],
    rows: slice,
    shrinkage: float,
    neighbours: int | None,
) -> csr_matrix:
    block = (columns[rows] @ taken).tocsr()
    row = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr)) + rows.start
    block.data /= length[row] * length[block.indices] + np.float32(shrinkage)
    block.data[row == block.indices] = 0
    block.eliminate_zeros()
    if neighbours is not None:
        return largest_per_row(block, neighbours)
    block.sort_indices()
    return block
