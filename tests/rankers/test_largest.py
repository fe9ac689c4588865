"""The k largest of each row: a stable sort cut short, whatever the values and the order of ties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_assets.rankers.largest import Ties, block_maxima, largest_first, largest_of_rows, n_blocks

WIDE = 999


def sorted_first(scores: np.ndarray, k: int, order: np.ndarray) -> list[list[int]]:
    """The slow way: columns in the order of ties, sorted stably."""
    return order[np.argsort(-scores[:, order], axis=1, kind="stable")[:, :k]].tolist()


def tables() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    distinct = rng.normal(size=(20, WIDE))
    return {
        "distinct": distinct,
        "tied": rng.integers(0, 4, (20, WIDE)).astype(float),
        "mostly zero": np.where(rng.random((20, WIDE)) < 0.01, distinct, 0),
        "mostly seen": np.where(rng.random((20, WIDE)) < 0.99, -np.inf, distinct),
        "all alike": np.full((3, WIDE), -2.5),
        "nothing left": np.full((3, WIDE), -np.inf),
    }


@pytest.mark.parametrize("name", tables())
@pytest.mark.parametrize("k", [1, 10, 200, WIDE, WIDE + 1])
def test_long_rows_are_a_stable_sort_cut_short(name: str, k: int) -> None:
    scores = tables()[name].astype(np.float32)
    assert largest_first(scores, k).tolist() == sorted_first(scores, k, np.arange(WIDE))
    order = np.random.default_rng(k).permutation(WIDE)
    assert largest_first(scores, k, Ties.by(order)).tolist() == sorted_first(scores, k, order)


def test_rows_with_and_without_ties_stand_together() -> None:
    scores = np.vstack(list(tables().values())).astype(np.float32)
    scores = scores[np.random.default_rng(1).permutation(len(scores))]
    order = np.random.default_rng(2).permutation(WIDE)
    assert largest_first(scores, 7, Ties.by(order)).tolist() == sorted_first(scores, 7, order)


SCORES = st.integers(1, 12).flatmap(
    lambda columns: st.lists(st.lists(st.integers(-2, 2), min_size=columns, max_size=columns), min_size=1, max_size=5)
)


@given(SCORES, st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_short_rows_are_a_stable_sort_cut_short(scores: list[list[int]], k: int, seed: int) -> None:
    table = np.array(scores, dtype=np.float32)
    order = np.random.default_rng(seed).permutation(table.shape[1])
    assert largest_first(table, k, Ties.by(order)).tolist() == sorted_first(table, k, order)


def test_both_zeros_are_equal() -> None:
    scores = np.array([[0.0, -0.0, 0.0, -1e-45, 1e-45]], dtype=np.float32)
    assert largest_first(scores, 5).tolist() == [[4, 0, 1, 2, 3]]
    assert largest_first(scores, 5, Ties.by(np.array([2, 1, 0, 3, 4]))).tolist() == [[4, 2, 1, 0, 3]]


def test_extremes_of_float32_keep_their_order() -> None:
    most = np.finfo(np.float32).max
    scores = np.array([[-most, np.inf, 1e-38, -np.inf, most, -1e-38]], dtype=np.float32)
    assert largest_first(scores, 6).tolist() == [[1, 4, 2, 5, 0, 3]]


def test_nothing_to_find_is_no_error() -> None:
    assert largest_first(np.empty((0, 5), np.float32), 3).shape == (0, 3)
    assert largest_first(np.empty((2, 0), np.float32), 3).shape == (2, 0)
    assert largest_first(np.ones((2, 5), np.float32), 0).shape == (2, 0)


def test_scores_are_left_as_they_are() -> None:
    scores = np.random.default_rng(0).integers(-3, 3, (5, 400)).astype(np.float32)
    before = scores.copy()
    scores.setflags(write=False)
    largest_first(scores, 20)
    assert scores.tobytes() == before.tobytes()


@pytest.mark.parametrize(("columns", "k"), [(50_000, 100), (50_000, 10), (999, 10), (12, 12), (12, 1), (3, 7), (0, 4)])
def test_there_are_k_blocks_where_there_are_k_columns(columns: int, k: int) -> None:
    assert n_blocks(columns, k) >= min(k, columns)
    assert columns == 0 or columns % n_blocks(columns, k) < columns // n_blocks(columns, k)  # few are in no block


def test_blocks_are_columns_at_a_fixed_distance() -> None:
    scores = np.arange(65, dtype=np.float32)[None]  # 65 columns, k = 2: two rows of 32 columns, and one column left
    assert n_blocks(65, 2) == 32
    assert block_maxima(scores, 2).tolist() == [list(range(32, 64))]


def test_known_maxima_change_nothing() -> None:
    scores = np.random.default_rng(9).normal(size=(6, WIDE)).astype(np.float32)
    known = largest_first(scores, 10, maxima=block_maxima(scores, 10))
    assert known.tolist() == largest_first(scores, 10).tolist()


@pytest.mark.parametrize("k", [1, 10, 200])
@pytest.mark.parametrize("lowered", [1, 9, 300])
def test_scores_may_fall_after_the_maxima_were_found(k: int, lowered: int) -> None:
    rng = np.random.default_rng(lowered)
    for table in tables().values():
        scores = table.astype(np.float32)
        maxima, fallen = block_maxima(scores, k), np.argsort(-scores, axis=1)[:, : 2 * lowered : 2]
        np.put_along_axis(scores, fallen, -np.inf, axis=1)
        order = rng.permutation(WIDE)
        found = largest_first(scores, k, Ties.by(order), maxima, lowered)
        expected = np.array(sorted_first(scores, k, order))
        left = np.isfinite(np.take_along_axis(scores, expected, axis=1))
        assert found[left].tolist() == expected[left].tolist()
        assert np.isneginf(np.take_along_axis(scores, found, axis=1)[~left]).all()


def test_ties_go_by_place() -> None:
    ties = Ties.by(np.array([2, 0, 1]))
    assert (ties.column.tolist(), ties.place.tolist()) == ([2, 0, 1], [1, 2, 0])


def test_rows_of_different_lengths_are_sorted_by_value_then_by_ties() -> None:
    row, column = np.array([1, 0, 1, 0, 1, 1]), np.array([3, 2, 0, 1, 2, 1])
    values = np.array([0.5, -0.0, 2.0, 0.0, 0.5, -1.0], dtype=np.float32)
    columns, found = largest_of_rows(row, column, values, 2, 2, Ties.by(np.array([1, 3, 2, 0])))
    assert columns.tolist() == [[1, 2], [0, 3]]
    assert found.tolist() == [[0, 0], [2, 0.5]]


@pytest.mark.parametrize("k", [1, 5, 12])
def test_rows_of_different_lengths_are_stable_sorts_cut_short(k: int) -> None:
    rng, n_rows, columns = np.random.default_rng(k), 300, 40
    scores = rng.integers(-3, 4, (n_rows, columns)).astype(np.float32)
    is_there = rng.random((n_rows, columns)) < 0.4
    is_there[:, :12] = True
    row, column = np.nonzero(is_there)
    mixed, order = rng.permutation(len(row)), rng.permutation(columns)
    row, column = row[mixed], column[mixed]
    found, values = largest_of_rows(row, column, scores[row, column], n_rows, k, Ties.by(order))
    assert found.tolist() == sorted_first(np.where(is_there, scores, -np.inf), k, order)
    assert values.tolist() == np.take_along_axis(scores, found, axis=1).tolist()
    assert largest_of_rows(row[:0], column[:0], scores[row, column][:0], 0, k, Ties.by(order))[0].shape == (0, k)
