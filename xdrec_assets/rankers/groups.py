"""Rows of a sparse matrix with about equally many entries together, so that a dense batch can take each group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

CELLS_PER_GROUP = 1_000_000  # floats of vectors gathered for a group: 4 MB, so that they stay near the processor
ALIKE = 1.25  # how many times as many entries as the shortest row the longest of a group may have


@dataclass(frozen=True)
class Group:
    """Some rows, filled up to the longest of them."""

    rows: NDArray[np.int64]  # (n_rows,)
    columns: NDArray[np.intp]  # (n_rows, n) of their entries; any where a row is only filled up
    values: NDArray[np.float32]  # (n_rows, n) zero where a row is only filled up


def gathered(vectors: NDArray[np.float32], groups: Sequence[Group]) -> Iterator[tuple[Group, NDArray[np.float32]]]:
    """Each group with the vectors (n_rows, n, d) at its columns, which lie in the same memory as the former group's.

    vectors: (n_columns, d). New memory for every group would cost more than to fill it.
    """
    size = vectors.shape[1]
    memory = np.empty(size * max((group.columns.size for group in groups), default=0), dtype=np.float32)
    for group in groups:
        room = memory[: size * group.columns.size].reshape(*group.columns.shape, size)
        yield group, vectors.take(group.columns, axis=0, out=room, mode="clip")  # any other mode copies once more


def groups_of(matrix: csr_matrix, vector_size: int, at_least: int = 1) -> list[Group]:
    """The rows that have entries, each in one group, which takes up at most `CELLS_PER_GROUP` numbers.

    vector_size: d of what is gathered per entry. at_least: as many entries every row takes up, even if it has fewer;
    with d, there is room for a matrix (d, d) per row.
    """
    return list(_groups(matrix, max(1, CELLS_PER_GROUP // vector_size), at_least))


def _groups(matrix: csr_matrix, cells: int, at_least: int) -> Iterator[Group]:
    counts = np.diff(matrix.indptr)
    by_count = np.argsort(counts, kind="stable")
    ordered, start = counts[by_count], int(np.count_nonzero(counts == 0))
    while start < len(by_count):
        longest = int(ALIKE * ordered[start])
        alike = int(np.searchsorted(ordered, longest, side="right"))
        stop = min(alike, start + max(1, cells // max(longest, at_least)))
        rows, places = by_count[start:stop], np.arange(ordered[stop - 1])
        fills = places >= counts[rows][:, None]
        entries = np.where(fills, 0, matrix.indptr[rows][:, None] + places)
        yield Group(rows, matrix.indices[entries].astype(np.intp), np.where(fills, np.float32(0), matrix.data[entries]))
        start = stop
