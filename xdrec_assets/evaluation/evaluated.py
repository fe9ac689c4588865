"""What is kept of one ranker's exam: rows of evaluation/metrics and evaluation/resamples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from xdrec_assets.evaluation.uncertainty.bootstrap import Resampled
from xdrec_assets.evaluation.uncertainty.kept import resampled_columns

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class MetricRow:
    """One figure: a metric of one ranker, in one of its two trainings, for one segment of one platform."""

    as_of: date
    platform: str
    ranker: str
    trained_on: str  # one | all
    catalogue: str  # known | seen
    segment: str
    twins: str  # with | without
    metric: str
    k: int
    value: float | None  # None: nobody in the segment, or undefined for all of them
    low: float | None  # None: no mean over people, or too few of them
    high: float | None
    n_people: int  # whom the figure is of


@dataclass(frozen=True)
class ResampleRow:
    """The decisive metric of one ranker and segment in every resample; see `uncertainty.bootstrap`."""

    as_of: date
    platform: str
    ranker: str
    trained_on: str
    segment: str
    twins: str
    n_people: int
    resampled: Resampled


@dataclass(frozen=True)
class Evaluated:
    """What is kept of one ranker's exam."""

    metrics: list[MetricRow]
    resamples: list[ResampleRow]  # of segments with people; empty over the catalogue that does not decide


def metrics_table(rows: Iterable[MetricRow]) -> pa.Table:
    """The rows as the table evaluation/metrics."""
    import pyarrow as pa

    from data_quality.contract import load_contract

    schema = load_contract("evaluation/metrics").arrow_schema()
    return pa.Table.from_pylist([asdict(row) for row in rows], schema=schema)


def resamples_table(rows: Sequence[ResampleRow]) -> pa.Table:
    """The rows as the table evaluation/resamples."""
    import pyarrow as pa

    from data_quality.contract import load_contract

    schema = load_contract("evaluation/resamples").arrow_schema()
    columns: dict[str, Any] = {name: [getattr(row, name) for row in rows] for name in schema.names[:-2]}
    return pa.table(columns | resampled_columns([row.resampled for row in rows]), schema=schema)
