"""Rows of about equally many entries together."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from xdrec_assets.rankers import groups
from xdrec_assets.rankers.groups import ALIKE, gathered, groups_of


def random_rows() -> csr_matrix:
    rng = np.random.default_rng(4)
    density = rng.random((200, 1)) * (rng.random((200, 1)) < 0.9)
    return csr_matrix(np.where(rng.random((200, 40)) < density, rng.uniform(0.1, 1, (200, 40)), 0), dtype=np.float32)


def test_groups_hold_every_entry_once() -> None:
    matrix, found = random_rows(), np.zeros((200, 40), dtype=np.float32)
    for group in groups_of(matrix, 8):
        np.add.at(found, (group.rows[:, None], group.columns), group.values)
    np.testing.assert_array_equal(found, matrix.toarray())


def test_rows_with_entries_stand_in_one_group_each() -> None:
    matrix = random_rows()
    rows = np.concatenate([group.rows for group in groups_of(matrix, 8)])
    assert sorted(rows) == np.flatnonzero(np.diff(matrix.indptr)).tolist()


def test_rows_of_a_group_are_alike() -> None:
    for group in groups_of(random_rows(), 8):
        counts = np.count_nonzero(group.values, axis=1)
        assert group.values.shape[1] == counts.max() <= ALIKE * counts.min()


def test_a_group_gathers_no_more_than_its_cells_but_always_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "CELLS_PER_GROUP", 400)
    sizes = [group.columns.shape for group in groups_of(random_rows(), 8)]
    assert all(rows * n * 8 <= 400 * ALIKE or rows == 1 for rows, n in sizes)
    monkeypatch.setattr(groups, "CELLS_PER_GROUP", 1)
    assert all(len(group.rows) == 1 for group in groups_of(random_rows(), 8))


def test_short_rows_can_be_counted_as_longer_ones() -> None:
    one_each = csr_matrix(np.eye(50, dtype=np.float32))
    assert len(groups_of(one_each, groups.CELLS_PER_GROUP // 100)) == 1
    assert [len(group.rows) for group in groups_of(one_each, groups.CELLS_PER_GROUP // 100, at_least=5)] == [20, 20, 10]


def test_no_entries_make_no_group() -> None:
    assert groups_of(csr_matrix((3, 4), dtype=np.float32), 8) == []


def test_vectors_are_gathered_group_by_group() -> None:
    vectors = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    found = groups_of(random_rows(), 8)
    for group, taken in gathered(vectors, found):
        np.testing.assert_array_equal(taken, vectors[group.columns])
    assert list(gathered(vectors, [])) == []
