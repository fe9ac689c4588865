"""Sparse matrices as plain arrays, and back, so that no ranker needs a format of its own."""

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


def largest_per_row(matrix: csr_matrix, k: int) -> csr_matrix:
    """The k largest entries of every row, ties to the lower column; shape as given."""
    from scipy.sparse import csr_matrix

    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    bars = _bars(matrix, k)[rows]
    kept = matrix.data > bars
    level = np.flatnonzero(matrix.data == bars)
    level = level[np.lexsort((matrix.indices[level], rows[level]))]
    place = np.arange(len(level)) - np.searchsorted(rows[level], rows[level])  # among the row's entries at the bar
    room = k - np.bincount(rows[kept], minlength=matrix.shape[0])
    kept[level[place < room[rows[level]]]] = True
    ends = np.cumsum(np.bincount(rows[kept], minlength=matrix.shape[0]))
    largest = csr_matrix((matrix.data[kept], matrix.indices[kept], np.append(0, ends)), shape=matrix.shape)
    largest.sort_indices()
    return largest


def _bars(matrix: csr_matrix, k: int) -> NDArray[np.float32]:
    """The k-th largest entry of every row, (n_rows,), minus infinity where there are fewer; sorting all costs more."""
    bars = np.full(matrix.shape[0], -np.inf, dtype=np.float32)
    for row in np.flatnonzero(np.diff(matrix.indptr) > k):
        entries = matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]
        bars[row] = np.partition(entries, len(entries) - k)[-k]
    return bars
