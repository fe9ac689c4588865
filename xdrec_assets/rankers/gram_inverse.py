"""Inverses of XᵀX + λI, dense and in single precision, in the memory of one such matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]

ROWS_PER_BLOCK = 512  # of a large square matrix, handled at once


def inverse_of_gram(columns: csr_matrix, ridge: float) -> Floats:
    """(CCᵀ + λI)⁻¹ for rows of C that stand for what is compared, shape (n, n), symmetric to the bit.

    columns: (n, m).

    Raises:
        ValueError: the ridge is too small for the numbers' precision.
    """
    return _inverse_in_place(_ridged_gram(columns, ridge), ridge)


def explained(rows: csr_matrix, inverse: Floats) -> Floats:
    """diag(XᵀMX) for a symmetric M, shape (m,).

    rows: X, (n, m). inverse: M, (n, n).
    """
    found = np.zeros(rows.shape[1], dtype=np.float32)
    columns = rows.T.tocsr()
    for start in range(0, rows.shape[0], ROWS_PER_BLOCK):
        block = slice(start, start + ROWS_PER_BLOCK)
        found += np.asarray(columns[:, block].multiply(columns @ inverse[:, block]).sum(axis=1)).ravel()
    return found


def _ridged_gram(columns: csr_matrix, ridge: float) -> Floats:
    """CCᵀ + λI, block by block."""
    gram = np.empty((columns.shape[0], columns.shape[0]), dtype=np.float32)
    rows = columns.T.tocsr()
    for start in range(0, len(gram), ROWS_PER_BLOCK):
        gram[start : start + ROWS_PER_BLOCK] = (columns[start : start + ROWS_PER_BLOCK] @ rows).toarray()
    gram[np.diag_indices_from(gram)] += np.float32(ridge)
    return gram


def _inverse_in_place(matrix: Floats, ridge: float) -> Floats:
    """By Cholesky's decomposition, which LAPACK does block by block."""
    from scipy.linalg.lapack import spotrf, spotri

    if not len(matrix):
        return matrix
    factor, failed = spotrf(matrix.T, lower=1, clean=0, overwrite_a=1)  # transposed, as Fortran orders it: no copy
    if failed:
        found = f"with a ridge of {ridge} row {failed - 1} of {len(matrix)} depends on those before it"
        raise ValueError(f"{found}, in single precision; raise the ridge")
    lower, _ = spotri(factor, lower=1, overwrite_c=1)
    upper: Floats = lower.T
    for start in range(0, len(upper), ROWS_PER_BLOCK):
        here, after = slice(start, start + ROWS_PER_BLOCK), slice(start + ROWS_PER_BLOCK, None)
        upper[here, here] = np.triu(upper[here, here]) + np.triu(upper[here, here], 1).T
        upper[after, here] = upper[here, after].T
    return upper
