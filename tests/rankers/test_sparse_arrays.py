"""Sparse matrices as plain arrays, and their largest entries."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from xdrec_assets.rankers.sparse_arrays import csr_from_arrays, csr_to_arrays, largest_per_row


def random_rows() -> np.ndarray:
    """Rows of none to 20 entries, of few different values, so that there are many ties."""
    rng = np.random.default_rng(9)
    values = rng.integers(1, 5, (60, 20)).astype(np.float32)
    return np.where(rng.random((60, 20)) < rng.random((60, 1)), values, 0)


def largest(row: np.ndarray, k: int) -> np.ndarray:
    """What stays of a row, by a stable sort of all of it."""
    stays = np.argsort(-row, kind="stable")[:k]
    found = np.zeros_like(row)
    found[stays] = row[stays]
    return found


@pytest.mark.parametrize("k", [1, 3, 10, 20, 30])
def test_the_largest_of_each_row_stay_and_of_equal_ones_the_lower_columns(k: int) -> None:
    rows = random_rows()
    found = largest_per_row(csr_matrix(rows), k)
    np.testing.assert_array_equal(found.toarray(), [largest(row, k) for row in rows])
    assert found.has_sorted_indices


def test_the_order_in_which_entries_lie_does_not_matter() -> None:
    data, indices, indptr = np.array([2, 7, 2, 2], dtype=np.float32), np.array([3, 0, 2, 1]), np.array([0, 4])
    found = largest_per_row(csr_matrix((data, indices, indptr), shape=(1, 4)), 2)
    assert found.toarray().tolist() == [[7, 2, 0, 0]]
    assert data.tolist() == [2, 7, 2, 2]


def test_a_matrix_comes_back_from_its_arrays() -> None:
    matrix = csr_matrix(random_rows())
    arrays = csr_to_arrays("taken", matrix)
    assert sorted(arrays) == ["taken.data", "taken.indices", "taken.indptr", "taken.shape"]
    np.testing.assert_array_equal(csr_from_arrays("taken", arrays).toarray(), matrix.toarray())
