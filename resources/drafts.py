"""A draft of a table's next version: which files it adds, staged and flushed, and which of the current ones go."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake import Schema as DeltaSchema
from deltalake.transaction import AddAction, RemoveAction

from resources.bucket_writer import FULL_BYTES, BucketWriter
from resources.partitions import Layout, Partition
from resources.present_files import BUCKET, Present, Span, Verified, present_files
from resources.table_files import TableFiles

COMPACT_ABOVE = 16  # small files of one bucket before a publish folds them into one
Kept = Callable[[pa.RecordBatch], pa.RecordBatch]


@dataclass(frozen=True)
class Change:
    """What a publish asks for."""

    table: str
    rows: Callable[[], pa.RecordBatchReader]  # not asked where the present rows are only written anew
    layout: Layout | None = None
    partitions: Sequence[Partition] = ()
    append: bool = False
    key: Sequence[str] = ()  # of rows that are appended: those whose key is there already are left out
    seen: Collection[str] = ()  # names of files that the rows to append were compared with already
    kept: Kept | None = None  # the present rows are written anew, those that it leaves of a batch
    small_only: bool = False  # of small files alone

    @property
    def span(self) -> Span:
        """The days that are replaced."""
        assert self.layout is not None
        return Span(self.layout.column, min(p.first for p in self.partitions), max(p.after for p in self.partitions))


@dataclass(frozen=True)
class Draft:
    """The next version of a table, ready to be committed: its new files, and those of the current version that go."""

    schema: DeltaSchema
    added: Mapping[Path, AddAction]  # by where the file is staged
    removed: Sequence[Present]
    has_new_columns: bool

    @property
    def adds(self) -> list[AddAction]:
        """What the commit says of new files."""
        return list(self.added.values())

    @property
    def actions(self) -> list[AddAction | RemoveAction]:
        """All that the commit says."""
        now = int(time.time() * 1000)
        of_bucket = [{BUCKET: file.bucket} if file.bucket is not None else {} for file in self.removed]
        removed = zip(self.removed, of_bucket, strict=True)
        return [*(RemoveAction(file.path, True, now, file.size, values) for file, values in removed), *self.adds]


def draft(change: Change, base: DeltaTable | None, files: TableFiles, stage: Path) -> Draft:
    """Write the new files of a change into a stage; nothing of it can be seen.

    Rows that stay go into a file beside the new ones', so that the same days are soon replaced without them, unless
    a bucket has so many files that it is folded into one.

    Raises:
        DamagedFileError: rows that stay would be copied from a file that is not what was published.
        ValueError: a row belongs to no partition that is replaced.
    """
    present, verified = present_files(base, change.layout), Verified(files, stage)
    if change.kept is not None and base is not None:
        going = [file for file in present if is_small(file) or not change.small_only]
        return _rewritten(base, going, change.kept, verified, BucketWriter(stage, None))
    writer, reader = BucketWriter(stage, change.layout), change.rows()
    if change.layout is None:
        going = [] if change.append else present
        is_new = _has_new_columns(change, base, reader.schema, stays=change.append and bool(present))
        for batch in _unknown(reader, change, present, files):
            writer.write(batch)
        return Draft(DeltaSchema.from_arrow(reader.schema), writer.close(), going, is_new)
    schema = reader.schema.append(pa.field(BUCKET, pa.string()))
    touched = [file for file in present if verified.overlaps(file, change.span)]
    stays = any(file not in touched or not file.is_within(change.span) for file in present)
    is_new = _has_new_columns(change, base, schema, stays)
    folded = _folded(change, present, touched, files)
    for batch in _checked(reader, change):
        writer.write(batch)
    for file in (*touched, *folded):
        for batch in verified.others(file, change.span, reader.schema):
            writer.write(batch, "" if folded else "staying")
    return Draft(DeltaSchema.from_arrow(schema), writer.close(), [*touched, *folded], is_new)


def is_small(file: Present) -> bool:
    """Whether a file is worth being written together with others."""
    return file.size < FULL_BYTES // 2


def _rewritten(
    base: DeltaTable, going: Sequence[Present], kept: Kept, verified: Verified, writer: BucketWriter
) -> Draft:
    schema: pa.Schema | None = None
    for file in going:
        with pq.ParquetFile(verified.path(file)) as parquet:
            schema = schema or parquet.schema_arrow
            for batch in parquet.iter_batches():
                rows = kept(batch)
                if rows.num_rows:
                    writer.write(rows.cast(schema))
    return Draft(base.schema(), writer.close(), going, has_new_columns=False)


def _has_new_columns(change: Change, base: DeltaTable | None, schema: pa.Schema, stays: bool) -> bool:
    """Whether the rows have other columns than the table; where rows of it stay, they may not."""
    if base is None:
        return False
    known, found = ({f.name: f.type for f in each.fields} for each in (base.schema(), DeltaSchema.from_arrow(schema)))
    if known == found or not stays:
        return known != found
    before, now = ({f"{name} {type_}" for name, type_ in columns.items()} for columns in (known, found))
    raise ValueError(
        f"{change.table} has other columns than before: new {sorted(now - before)}, gone {sorted(before - now)}; "
        "materialise all its partitions in one run, which replaces every file"
    )


def _folded(change: Change, present: Sequence[Present], touched: Sequence[Present], files: TableFiles) -> list[Present]:
    """Files that have nothing to do with the change, of buckets that have become many small files.

    Damaged ones are left alone: the change is none of theirs.
    """
    assert change.layout is not None
    found: list[Present] = []
    for bucket in sorted({f"{p.first:{change.layout.bucket}}" for p in change.partitions}):
        small = [file for file in present if file.bucket == bucket and is_small(file)]
        others = [file for file in small if file not in touched]
        if len(others) >= COMPACT_ABOVE:
            found += [file for file in others if files.damage(file.path, file.size) is None]
    return found


def _checked(reader: pa.RecordBatchReader, change: Change) -> Iterator[pa.RecordBatch]:
    span = change.span
    for batch in reader:
        if not batch.num_rows:
            continue
        days = batch.column(span.column)
        found = pc.min_max(days).as_py()
        if days.null_count or found["min"] < span.first or found["max"] >= span.after:
            raise ValueError(
                f"{change.table} has rows of {found['min']} to {found['max']}, {days.null_count} of no day, expected "
                f"{span.first} to {span.after - timedelta(days=1)}: a publish replaces just its partitions; "
                "correct the step's SQL"
            )
        yield batch


def _unknown(
    reader: pa.RecordBatchReader, change: Change, present: Sequence[Present], files: TableFiles
) -> Iterator[pa.RecordBatch]:
    """The rows, without those to be added that another writer has added since they were computed."""
    others = [file for file in present if file.path.rsplit("/", 1)[-1] not in change.seen]
    if not (change.append and change.key and others):
        yield from reader
        return
    rows, names = reader.read_all(), list(change.key)
    known = pa.concat_tables(files.columns(file.path, names) for file in others)
    wanted = rows.select(names).append_column("row number", pa.array(range(rows.num_rows)))
    fresh = wanted.join(known.cast(rows.select(names).schema), names, join_type="left anti")
    if fresh.num_rows:
        yield from rows.take(fresh["row number"].combine_chunks().sort()).to_batches()
