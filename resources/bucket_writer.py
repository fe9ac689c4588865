"""Write rows into new files of a table, one for each bucket, and say of each what the log is to say."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake.transaction import AddAction

from resources.partitions import Layout
from resources.present_files import BUCKET
from resources.staging import ROW_GROUP, ParquetStage

FULL_BYTES = 32 << 20  # a file is finished then: what is replaced later is a file, not a month


@dataclass
class _New:
    file: ParquetStage
    bucket: str | None
    days: list[date] = field(default_factory=list)


@dataclass
class BucketWriter:
    """New files of a table, in a stage."""

    stage: Path
    layout: Layout | None
    _writing: dict[tuple[str | None, str], _New] = field(default_factory=dict)
    _full: list[tuple[Path, AddAction]] = field(default_factory=list)

    def write(self, batch: pa.RecordBatch, of: str = "") -> None:
        """Add rows, to files of their own for each `of`."""
        slices = (batch.slice(start, ROW_GROUP) for start in range(0, batch.num_rows, ROW_GROUP))
        for bucket, rows in (part for piece in slices for part in self._by_bucket(piece)):
            if (bucket, of) not in self._writing:
                self._writing[bucket, of] = _New(ParquetStage(self.stage, batch.schema), bucket)
            new = self._writing[bucket, of]
            new.file.write(rows)
            if self.layout:
                found = pc.min_max(rows.column(self.layout.column)).as_py()
                new.days += [found["min"], found["max"]]
            if new.file.size >= FULL_BYTES:
                self._full.append(self._closed(self._writing.pop((bucket, of))))

    def close(self) -> dict[Path, AddAction]:
        """Finish and flush the files; where each lies, and how the log names it."""
        return dict([*self._full, *map(self._closed, self._writing.values())])

    def _by_bucket(self, batch: pa.RecordBatch) -> Iterator[tuple[str | None, pa.RecordBatch]]:
        if self.layout is None:
            yield None, batch
            return
        days = batch.column(self.layout.column)
        of_bucket: dict[str, list[date]] = {}
        for day in pc.unique(days).to_pylist():
            of_bucket.setdefault(f"{day:{self.layout.bucket}}", []).append(day)
        for bucket, its in sorted(of_bucket.items()):
            yield bucket, batch if len(of_bucket) == 1 else batch.filter(pc.is_in(days, pa.array(its, days.type)))

    def _closed(self, new: _New) -> tuple[Path, AddAction]:
        staged = new.file.close()
        path = staged.name if new.bucket is None else f"{BUCKET}={new.bucket}/{staged.name}"
        statistics: dict[str, Any] = {"numRecords": staged.n_rows}
        if self.layout:
            column, least, greatest = self.layout.column, min(new.days), max(new.days)
            statistics |= {"minValues": {column: f"{least}"}, "maxValues": {column: f"{greatest}"}}
            statistics["nullCount"] = {column: 0}
        values = {} if new.bucket is None else {BUCKET: new.bucket}
        now = int(time.time() * 1000)
        return staged.path, AddAction(path, staged.size, values, now, True, json.dumps(statistics))
