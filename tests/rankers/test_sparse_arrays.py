"""Sparse matrices as plain arrays, their largest entries, and how much of a product is made at once."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from xdrec_assets.rankers.sparse_arrays import (
    csr_from_arrays,
    csr_to_arrays,
    fitting_cap,
    largest_per_row,
    most_per_row,
    row_blocks,
)


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


def test_finding_the_largest_takes_little_more_than_the_matrix() -> None:
    level = csr_matrix(np.ones((500, 2000), dtype=np.float32))  # all entries tie
    tracemalloc.start()
    found = largest_per_row(level, 10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.nnz == 5000
    assert peak < level.data.nbytes + level.indices.nbytes


def test_no_row_of_a_product_has_more_than_its_most() -> None:
    left, right = csr_matrix(random_rows()), csr_matrix(random_rows()[:20])
    most = most_per_row(left, right)
    assert (np.diff((left @ right).indptr) <= most).all()
    assert (most <= 20).all()
    assert most[np.diff(left.indptr) == 0].tolist() == [0] * np.count_nonzero(np.diff(left.indptr) == 0)


@given(st.lists(st.integers(0, 9)), st.integers(1, 20))
def test_blocks_hold_every_row_once_and_no_more_than_asked(most: list[int], entries: int) -> None:
    blocks = row_blocks(np.array(most, dtype=np.int64), entries)
    assert [row for rows in blocks for row in range(rows.start, rows.stop)] == list(range(len(most)))
    assert all(sum(most[rows]) <= entries or rows.stop == rows.start + 1 for rows in blocks)


@given(st.lists(st.integers(0, 9), min_size=1), st.integers(1, 60))
def test_a_cap_is_the_largest_that_fits(most: list[int], room: int) -> None:
    cap = fitting_cap(np.array(most), room)
    if cap is None:
        assert sum(most) <= room
        return
    assert sum(min(n, cap) for n in most) <= room or cap == 1
    assert sum(min(n, cap + 1) for n in most) > room
