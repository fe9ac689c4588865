"""The k largest values of each row, ties broken as asked, from one pass over the values."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

LOW_BITS = np.int64(0xFFFFFFFF)
EFFORT = 8  # of finding one of k × depth values, in that of finding one of columns / depth maxima


@dataclass(frozen=True)
class Ties:
    """Which column goes first of several with equal values."""

    column: NDArray[np.int64]  # (columns,) first to last
    place: NDArray[np.int32]  # (columns,) of each column in that order

    @classmethod
    def by(cls, column: NDArray[np.integer[Any]]) -> Ties:
        """From the columns, the one that goes first to the one that goes last."""
        place = np.empty(len(column), dtype=np.int32)
        place[column] = np.arange(len(column))
        return cls(column.astype(np.int64), place)


def largest_first(
    scores: NDArray[np.float32],
    k: int,
    ties: Ties | None = None,
    maxima: NDArray[np.float32] | None = None,
    n_lowered: int = 0,
) -> NDArray[np.int64]:
    """Columns of the k largest values of each row, best first; shape (n, min(k, columns)).

    Args:
        scores: shape (n, columns), without nan.
        k: how many.
        ties: who goes first of equal values; the lower column where not given.
        maxima: `block_maxima(scores, k)`, where they are known already.
        n_lowered: how many scores of a row, at most, have fallen since the maxima were found.

    >>> largest_first(np.array([[1, 3, 3, 2]], dtype=np.float32), 3).tolist()
    [[1, 2, 3]]
    """
    n, columns = scores.shape
    k = min(k, columns)
    if k == 0 or n == 0:
        return np.empty((n, k), dtype=np.int64)
    ties = Ties.by(np.arange(columns)) if ties is None else ties
    if maxima is None or n_lowered > k:  # more blocks to search than it takes to find their maxima again
        maxima, n_lowered = block_maxima(scores, k), 0
    within, is_clear = _best_blocks(maxima, columns, min(k + n_lowered, maxima.shape[1]))
    values = scores.ravel().take(np.flatnonzero(is_clear)[:, None] * columns + within)
    bar = np.partition(values, -k, axis=1)[:, -k, None]
    largest = np.flatnonzero(values >= bar)
    if len(largest) == k * len(values):  # without ties at the bar
        values, within = (table.reshape(-1).take(largest).reshape(-1, k) for table in (values, within))
    best = np.empty((n, k), dtype=np.int64)
    best[is_clear] = _lowest(_keys(values, ties.place.take(within)), k)
    if not is_clear.all():
        best[~is_clear] = _lowest(_keys(scores[~is_clear], ties.place), k)
    return ties.column.take(best)


def block_maxima(scores: NDArray[np.float32], k: int) -> NDArray[np.float32]:
    """The largest value of each block, shape (n, `n_blocks`).

    Block b holds the columns b, b + n_blocks, b + 2 n_blocks and so on; of the last columns, fewer than a block has,
    none is in a block.
    """
    blocks = n_blocks(scores.shape[1], k)
    depth = max(1, scores.shape[1] // max(1, blocks))
    maxima: NDArray[np.float32] = scores[:, : depth * blocks].reshape(len(scores), depth, blocks).max(axis=1)
    return maxima


def n_blocks(columns: int, k: int) -> int:
    """How many blocks a row has: k at least, where it has as many columns."""
    return columns // max(1, isqrt(columns // (EFFORT * max(1, k))))


def _best_blocks(maxima: NDArray[np.float32], columns: int, n: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Columns that hold the n largest of a row, and for which rows they are known; shapes (n_clear, width), (n_rows,).

    Of the maxima of blocks the n-th largest is a bar that n scores reach, so that only blocks whose maximum reaches
    it count. Where m of these n scores have fallen since, n - m are left, and the n - m largest are in the same blocks.
    In a row with ties at the bar more than n blocks may reach it.
    """
    blocks = maxima.shape[1]
    used = columns // blocks * blocks
    bar = np.partition(maxima, blocks - n, axis=1)[:, blocks - n, None]
    row, block = np.divmod(np.flatnonzero(maxima >= bar), blocks)
    is_clear = np.bincount(row, minlength=len(maxima)) == n
    block = (block if is_clear.all() else block[is_clear[row]]).reshape(-1, 1, n)
    inside = (block + np.arange(0, used, blocks)[:, None]).reshape(len(block), used // blocks * n)
    rest = np.broadcast_to(np.arange(used, columns), (len(block), columns - used))
    return np.concatenate([inside, rest], axis=1), is_clear


def largest_of_rows(
    row: NDArray[np.int64], column: NDArray[np.int64], values: NDArray[np.float32], n_rows: int, k: int, ties: Ties
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Columns and values of the k largest of each of rows of different lengths, best first; shapes (n_rows, k).

    Args:
        row: of each value, shape (n,), in any order; each row has k values at least.
        column: of each value, shape (n,).
        values: shape (n,), without nan.
        n_rows: how many rows.
        k: how many.
        ties: who goes first of equal values.
    """
    n_of_row = np.bincount(row, minlength=n_rows)
    place = np.arange(len(row)) - np.repeat(np.cumsum(n_of_row) - n_of_row, n_of_row)
    keys = np.full((n_rows, int(n_of_row.max(initial=k))), np.iinfo(np.int64).max)
    by_row = np.argsort(row.astype(np.min_scalar_type(n_rows)), kind="stable")  # of two bytes: sorted digit by digit
    keys[row[by_row], place] = _keys(values, ties.place[column])[by_row]
    keys = np.sort(np.partition(keys, k - 1, axis=1)[:, :k], axis=1)
    return ties.column.take(keys & LOW_BITS), _values(keys)


def _values(keys: NDArray[np.int64]) -> NDArray[np.float32]:
    """Back from `_keys`."""
    bits = (keys >> 32).astype(np.int32)
    bits ^= (bits >> 31) & np.int32(0x7FFFFFFF)
    return np.float32(0) - bits.view(np.float32)


def _keys(values: NDArray[np.float32], place: NDArray[np.int32]) -> NDArray[np.int64]:
    """Numbers that sort as the larger value first, of equal ones the lower place; the place in the low 32 bits.

    The bits of a float sort as it does once those of negative ones are turned over, but for its sign.
    """
    bits = (np.float32(0) - values).view(np.int32)  # 0 - x, not -x: so that both zeros are equal
    bits ^= (bits >> 31) & np.int32(0x7FFFFFFF)
    return (bits.astype(np.int64) << 32) | place


def _lowest(keys: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Places of the k lowest keys of each row, in order."""
    return np.sort(np.partition(keys, k - 1, axis=1)[:, :k], axis=1) & LOW_BITS
