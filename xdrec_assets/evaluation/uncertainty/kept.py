"""Resamples as columns of a table, and back, without a Python object per number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from xdrec_assets.evaluation.uncertainty.bootstrap import Resampled

if TYPE_CHECKING:
    import pyarrow as pa


def resampled_columns(kept: Sequence[Resampled]) -> dict[str, pa.Array]:
    """The columns gains and weights, one list of numbers for each row."""
    import pyarrow as pa

    ends = np.concatenate([[0], np.cumsum([len(row.gains) for row in kept])]).astype(np.int32)
    columns = {}
    for name in ("gains", "weights"):
        numbers = np.concatenate([np.empty(0), *(getattr(row, name) for row in kept)])
        columns[name] = pa.ListArray.from_arrays(pa.array(ends), pa.array(numbers.astype(np.float32)))
    return columns


def read_resampled(rows: pa.Table) -> list[Resampled]:
    """The resamples of each row of a table with the columns gains and weights."""
    parts = []
    for name in ("gains", "weights"):
        lists = rows[name].combine_chunks()
        ends = np.cumsum(np.asarray(lists.value_lengths()))
        parts.append(np.split(np.asarray(lists.flatten(), dtype=np.float64), ends[:-1]))
    return [Resampled(gains, weights) for gains, weights in zip(*parts, strict=True)] if rows.num_rows else []
