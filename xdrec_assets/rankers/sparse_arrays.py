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
    order = np.lexsort((matrix.indices, -matrix.data, rows))
    rank = np.arange(len(rows)) - matrix.indptr[rows]  # rows keep their place, so an entry's rank is its offset
    kept = order[rank < k]
    return csr_matrix((matrix.data[kept], (rows[kept], matrix.indices[kept])), shape=matrix.shape)
