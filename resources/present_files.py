"""The files of a table's current version: which of them a change concerns, and the rows in them that stay."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable

from resources.partitions import Layout
from resources.table_files import TableFiles

BUCKET = "bucket"  # the column that partitions the files; it stands in their paths, not in them


@dataclass(frozen=True)
class Span:
    """Days of a column, [first, after)."""

    column: str
    first: date
    after: date

    def covers(self, days: pa.Array) -> pa.Array:
        """Which of some days are of the span."""
        return pc.and_(pc.greater_equal(days, self.first), pc.less(days, self.after))


@dataclass(frozen=True)
class Present:
    """A file of the current version, and the days that it has rows of (None: not known)."""

    path: str
    size: int
    bucket: str | None
    first: date | None = None
    last: date | None = None

    def may_overlap(self, span: Span) -> bool:
        """Whether it may have rows of some days."""
        return self.first is None or self.last is None or (self.first < span.after and self.last >= span.first)

    def is_within(self, span: Span) -> bool:
        """Whether all its rows are of some days."""
        return self.first is not None and self.last is not None and span.first <= self.first and self.last < span.after


def present_files(base: DeltaTable | None, layout: Layout | None) -> list[Present]:
    """The files of a version, from its log alone."""
    if base is None:
        return []
    least, greatest = (f"{end}.{layout.column}" if layout else "" for end in ("min", "max"))
    return [
        Present(add["path"], add["size_bytes"], add.get(f"partition.{BUCKET}"), add.get(least), add.get(greatest))
        for add in pa.table(base.get_add_actions(flatten=True)).to_pylist()
    ]


@dataclass
class Verified:
    """Reads files of a table, each found unaltered once before anything in it is believed."""

    files: TableFiles
    copies: Path
    _found: dict[str, Path] = field(default_factory=dict)

    def path(self, file: Present) -> Path:
        """Where a file can be read.

        Raises:
            DamagedFileError: it is not what was published.
        """
        if file.path not in self._found:
            self._found[file.path] = self.files.fetch(file.path, file.size, self.copies)
        return self._found[file.path]

    def overlaps(self, file: Present, span: Span) -> bool:
        """Whether a file has rows of some days; its least and greatest day may be on either side of them."""
        if not file.may_overlap(span) or file.is_within(span):
            return file.may_overlap(span)
        with pq.ParquetFile(self.path(file)) as parquet:
            days = parquet.read([span.column])[span.column]
        return bool(pc.any(span.covers(days)).as_py())

    def others(self, file: Present, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """The rows of a file that are of other days, with the columns of `schema`."""
        if file.is_within(span):
            return
        with pq.ParquetFile(self.path(file)) as parquet:
            for batch in _ahead(parquet.iter_batches(columns=schema.names)):
                rest = batch.filter(pc.invert(span.covers(batch.column(span.column))))
                if rest.num_rows:
                    yield from pa.Table.from_batches([rest]).select(schema.names).cast(schema).to_batches()


def _ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same, the next one being read while one is worked on."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch
