"""Sparse matrices as plain arrays, and back, so that no ranker needs a format of its own; and what a product may take.

A product of sparse matrices can be dense: one person with 50,000 items makes 50,000² pairs of items. So it is made some
rows at a time, and of each row only the largest entries are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from xdrec_assets.rankers.ranker import Arrays


def csr_to_arrays(name: str, matrix: csr_matrix) -> dict[str, NDArray[Any]]:
    """The four parts of a CSR matrix, named `name.data`, `name.indices`, `name.indptr` and `name.shape`."""
    parts = {"data": matrix.data, "indices": matrix.indices, "indptr": matrix.indptr}
    return {f"{name}.{part}": array for part, array in parts.items()} | {
        f"{name}.shape": np.array(matrix.shape, dtype=np.int64)
    }


def csr_from_arrays(name: str, arrays: Arrays) -> csr_matrix:
    """The matrix whose parts `csr_to_arrays` named."""
    from scipy.sparse import csr_matrix

    parts = (arrays[f"{name}.data"], arrays[f"{name}.indices"], arrays[f"{name}.indptr"])
    rows, columns = (int(size) for size in arrays[f"{name}.shape"])
    return csr_matrix(parts, shape=(rows, columns))


def most_per_row(left: csr_matrix, right: csr_matrix) -> NDArray[np.int64]:
    """How many entries each row of `left @ right` has at most, (n_rows,), without making it."""
    met = np.append(0, np.cumsum(np.diff(right.indptr)[left.indices], dtype=np.int64))
    most: NDArray[np.int64] = np.minimum(np.diff(met[left.indptr]), right.shape[1])
    return most


def row_blocks(most: NDArray[np.int64], entries: int) -> list[slice]:
    """Consecutive rows in blocks of at most so many entries together, or of one row.

    >>> row_blocks(np.array([3, 1, 9, 2, 2]), 5)
    [slice(0, 2, None), slice(2, 3, None), slice(3, 5, None)]
    """
    ends, blocks, start = np.cumsum(most), [], 0
    while start < len(most):
        before = ends[start] - most[start]
        stop = max(start + 1, int(np.searchsorted(ends, before + entries, side="right")))
        blocks.append(slice(start, stop))
        start = stop
    return blocks


def fitting_cap(most: NDArray[np.int64], room: int) -> int | None:
    """How many entries each row may keep for all to fit the room, one at least; None where nothing must go.

    >>> fitting_cap(np.array([1, 100, 50]), 21)
    10
    """
    if most.sum() <= room:
        return None
    ascending, n_larger = np.sort(most), np.arange(len(most) - 1, -1, -1)
    kept = np.cumsum(ascending)
    whole = int(np.searchsorted(kept + ascending * n_larger, room, side="right"))  # rows that stay as they are
    left = room - (int(kept[whole - 1]) if whole else 0)
    return max(1, left // (len(most) - whole))


def largest_per_row(matrix: csr_matrix, k: int) -> csr_matrix:
    """The k largest entries of every row, ties to the lower column; shape as given."""
    from scipy.sparse import csr_matrix

    n_entries, stays = np.diff(matrix.indptr), np.ones(matrix.nnz, dtype=bool)
    longer = np.flatnonzero(n_entries > k)  # one by one: arrays of all entries would take far more than the matrix
    for start, stop in zip(matrix.indptr[longer].tolist(), matrix.indptr[longer + 1].tolist(), strict=True):
        stays[start:stop] = _largest(matrix.data[start:stop], matrix.indices[start:stop], k)
    kept = np.flatnonzero(stays)
    indptr = np.append(0, np.cumsum(np.minimum(n_entries, k)))
    largest = csr_matrix((matrix.data.take(kept), matrix.indices.take(kept), indptr), shape=matrix.shape)
    return largest.tocsc().tocsr()  # columns come in order, as by sort_indices and in half the time


def _largest(entries: NDArray[np.float32], columns: NDArray[Any], k: int) -> NDArray[np.bool_]:
    """Which k of more than k entries of a row stay."""
    ascending = entries.copy()
    ascending.partition(-k)  # sorting all costs more
    bar = ascending[-k]  # the k-th largest
    stays: NDArray[np.bool_] = entries >= bar
    n_too_many = np.count_nonzero(stays) - k
    if n_too_many:
        level = np.flatnonzero(entries == bar)
        stays[level[columns[level].argsort()[-n_too_many:]]] = False
    return stays
