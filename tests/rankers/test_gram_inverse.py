"""Inverses of ridged Gram matrices against numpy's."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random_array

from xdrec_assets.rankers.gram_inverse import ROWS_PER_BLOCK, explained, inverse_of_gram


def sparse_rows(n: int, m: int) -> csr_matrix:
    rows = random_array((n, m), density=0.1, rng=np.random.default_rng(1), dtype=np.float32)
    return csr_matrix(rows)


@pytest.mark.parametrize("n", [1, 7, ROWS_PER_BLOCK, ROWS_PER_BLOCK + 30])
def test_the_inverse_is_that_of_numpy_and_symmetric_to_the_bit(n: int) -> None:
    rows = sparse_rows(n, 80)
    dense = rows.toarray().astype(np.float64)
    inverse = inverse_of_gram(rows, 2.0)
    np.testing.assert_allclose(inverse, np.linalg.inv(dense @ dense.T + 2 * np.eye(n)), atol=1e-5)
    assert inverse.dtype == np.float32
    assert (inverse == inverse.T).all()


def test_nothing_has_an_empty_inverse() -> None:
    assert inverse_of_gram(csr_matrix((0, 4), dtype=np.float32), 1.0).shape == (0, 0)


def test_the_rows_are_left_as_they_were() -> None:
    rows = sparse_rows(9, 5)
    before = rows.toarray()
    inverse_of_gram(rows, 1.0)
    explained(rows, np.eye(9, dtype=np.float32))
    np.testing.assert_array_equal(rows.toarray(), before)


def test_what_is_explained_is_the_diagonal_of_the_product() -> None:
    rows = sparse_rows(ROWS_PER_BLOCK + 3, 20)
    middle = np.random.default_rng(2).normal(size=(rows.shape[0], rows.shape[0])).astype(np.float32)
    middle += middle.T
    dense = rows.toarray().astype(np.float64)
    np.testing.assert_allclose(explained(rows, middle), np.diag(dense.T @ middle @ dense), rtol=1e-4, atol=1e-4)
