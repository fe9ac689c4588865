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
from xdrec_assets.rankers.sparse_arrays import (
    csr_from_arrays,
    csr_to_arrays,
    fitting_cap,
    largest_per_row,
    most_per_row,
    row_blocks,
)
from xdrec_assets.rankers.threads import in_threads

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

ENTRIES_PER_BLOCK = 2_000_000  # similarities that a thread holds before the nearest are kept: 16 MB, and some copies
ENTRIES_KEPT = 125_000_000  # similarities of all items together: 1 GB, twice that while blocks are joined


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
    """Similarities of the columns of `taken`, shape (n_items, n_items), without self-similarity; in [0, 1).

    Of each item the nearest `neighbours` are kept; where None, all, or as many as `ENTRIES_KEPT` has room for.
    """
    from scipy.sparse import vstack

    columns = taken.T.tocsr()  # (n_items, n_people)
    length = np.sqrt(np.asarray(columns.multiply(columns).sum(axis=1)).ravel())
    most = most_per_row(columns, taken)
    kept = fitting_cap(most, ENTRIES_KEPT) if neighbours is None else neighbours
    rows = row_blocks(most, ENTRIES_PER_BLOCK)
    blocks = in_threads(lambda some: _block(columns, taken, length, some, shrinkage, kept), rows)
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
    n_entries = np.diff(block.indptr)
    lengths = np.repeat(length[rows], n_entries)
    lengths *= length.take(block.indices)
    lengths += np.float32(shrinkage)
    block.data /= lengths
    block.data[np.repeat(np.arange(rows.start, rows.stop, dtype=np.int32), n_entries) == block.indices] = 0
    block.eliminate_zeros()
    if neighbours is not None:
        return largest_per_row(block, neighbours)
    block.sort_indices()
    return block
