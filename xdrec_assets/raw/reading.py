"""Read what a platform landed: every line becomes a record, a rejected line, or another platform's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from csv import Error as CsvError
from csv import reader
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain

import pyarrow as pa

from resources.csv_lines import field_pattern, join_quoted
from resources.engine import Session
from resources.json_array import array_records
from resources.json_lines import sound_json
from resources.landing import LINES, LandedFile, Landing
from resources.parquet_lines import parquet_lines
from resources.partitions import Partition
from resources.tally import Tally
from resources.text_lines import one_problem
from xdrec_assets.platforms.folder import PlatformFolder
from xdrec_assets.platforms.platform import Platform
from xdrec_assets.platforms.source import Constant, Csv, Source

MOST_COLUMNS = 2000  # of a CSV file; the header goes along with each of its lines
NAME_SEPARATOR = "\x1f"  # between the names of a CSV header, as sql/raw/csv_records.sql takes them
DAYS = [pa.field("file_first", pa.date32()), pa.field("file_last", pa.date32())]
RAW_LINES = pa.schema([*LINES, *DAYS, pa.field("header", pa.string())])


@dataclass(frozen=True)
class Arrival:
    """A file that landed, and the days from first to last that its lines can be filed under.

    A file of one day has that day alone; the lines of a month's file or of a dump are filed by when they happened.
    """

    file: LandedFile
    first: date
    last: date
    tally: Tally = field(default_factory=Tally, compare=False)  # what it consists of, once it was read


def arrivals(
    landing: Landing, source: Source, partitions: Sequence[Partition], folder: PlatformFolder
) -> list[Arrival]:
    """The files of a source that belong to some partitions, in order of their days."""
    if source.is_dump:
        file = landing.find(source.files)
        return [Arrival(file, folder.settings.first, folder.settings.last or date.max)] if file else []
    spans = _file_spans(source, partitions, folder)
    found = [(landing.find(source.path_of(first)), first, last) for first, last in spans]
    return [Arrival(file, first, last) for file, first, last in found if file]


def read_source(
    session: Session,
    landing: Landing,
    folder: PlatformFolder,
    platform: Platform,
    source_name: str,
    partitions: Sequence[Partition],
) -> list[Arrival]:
    """Read the files of a source into the session's table `raw.read`; which files those were.

    A file of many days is read once for all partitions asked; lines of other days stay in the file.
    """
    source = platform.sources[source_name]
    found = arrivals(landing, source, partitions, folder)
    rows = pa.RecordBatchReader.from_batches(RAW_LINES, _lines(landing, source, found))
    session.bind_rows("raw.lines", rows)
    kind = "json" if source.format == "jsonl" else source.format
    session.keep("raw.records", session.query(f"raw/{kind}_records", _format_parameters(source)))
    session.build("raw.read", "raw/read", _parameters(platform, source_name))
    return found


def _file_spans(source: Source, partitions: Sequence[Partition], folder: PlatformFolder) -> list[tuple[date, date]]:
    """The first and last day of each file that may hold lines of some partitions."""
    first, after = min(p.first for p in partitions), max(p.after for p in partitions)
    days = [date.fromordinal(day) for day in range(first.toordinal(), after.toordinal())]
    days = [day for day in days if not folder.settings.last or day <= folder.settings.last]
    if "{day}" in source.files:
        return [(day, day) for day in days]
    months = sorted({day.replace(day=1) for day in days})
    ends = [(month + timedelta(days=31)).replace(day=1) - timedelta(days=1) for month in months]
    return [
        (max(month, folder.settings.first), min(end, folder.settings.last or end))
        for month, end in zip(months, ends, strict=True)
    ]


def _lines(landing: Landing, source: Source, found: Sequence[Arrival]) -> Iterator[pa.RecordBatch]:
    for arrival in found:
        if source.format == "parquet":
            batches = parquet_lines(landing, arrival.file, source.limits, arrival.tally)
        else:
            batches = landing.lines(arrival.file, source.compression, arrival.tally, source.limits)
        if source.format == "json":
            batches = array_records(batches, arrival.tally, source.limits.line_bytes)
        if source.format in ("jsonl", "json"):
            batches = sound_json(batches, source.limits.nesting)
        header: str | None = None
        if source.format == "csv":
            header, batches = _csv_lines(source.csv, batches)
            arrival.tally.n_header = int(header is not None and source.csv.header is None)
        for batch in batches:
            yield _with(batch, arrival, header)


def _csv_lines(csv: Csv, batches: Iterator[pa.RecordBatch]) -> tuple[str | None, Iterator[pa.RecordBatch]]:
    """The header's names, and the records of a CSV file: the lines after it, those of one record joined.

    A header that cannot be read is none, and is itself the first line to be rejected.
    """
    names = csv.header
    if names is None:
        first = next((batch for batch in batches if batch.num_rows), None)
        if first is None:
            return None, iter(())
        names, problem = _header(first, csv.delimiter)
        if problem:
            line = first.column("line")[0].as_py()
            said = one_problem(
                first.column("source_file")[0].as_py(), first.column("source_line")[0].as_py(), problem, line
            )
            return None, chain([said, first.slice(1)], batches)
        batches = chain([first.slice(1)], batches)
    return NAME_SEPARATOR.join(names), join_quoted(batches, csv.delimiter, len(names))


def _header(first: pa.RecordBatch, delimiter: str) -> tuple[list[str], str | None]:
    """The names in the first line, or why it has none."""
    if first.column("problem")[0].is_valid:
        return [], str(first.column("problem")[0])
    try:
        names = next(reader([first.column("line")[0].as_py()], delimiter=delimiter))
    except CsvError as error:
        return [], f"no header: {error}"
    if len(names) > MOST_COLUMNS:
        return [], f"no header: {len(names):,} columns, the limit is {MOST_COLUMNS:,}"
    return names, None


def _with(batch: pa.RecordBatch, arrival: Arrival, header: str | None) -> pa.RecordBatch:
    same = pa.array([0] * batch.num_rows, pa.int32())
    first, last = (pa.array([day], pa.date32()).take(same) for day in (arrival.first, arrival.last))
    headers = pa.array([header], pa.string()).take(same)
    return pa.RecordBatch.from_arrays([*batch.columns, first, last, headers], schema=RAW_LINES)


def _format_parameters(source: Source) -> dict[str, object]:
    return {
        "delimiter": source.csv.delimiter,
        "field_pattern": field_pattern(source.csv.delimiter),
        "object_paths": _object_paths(source),
    }


def _object_paths(source: Source) -> list[str]:
    """The JSON paths of the objects that a source's columns are read from; `$` is the record itself."""
    mapped = [*source.columns.values(), *source.attributes.values()]
    paths = [*source.where, *(column for column in mapped if isinstance(column, str))]
    objects = {".".join(keys[:n]) for path in paths for keys in [path.split(".")] for n in range(1, len(keys))}
    return ["$", *(str(json_path(path)) for path in sorted(objects))]


def _parameters(platform: Platform, source_name: str) -> dict[str, object]:
    source = platform.sources[source_name]
    time_column = source.columns.get("occurred_at")
    return {
        "platform": platform.platform,
        "source": source_name,
        "where_paths": [json_path(key) for key in source.where],
        "where_values": list(source.where.values()),
        "time_path": json_path(time_column) if isinstance(time_column, str) else None,
        "unit": source.time.unit,
        "zone": source.time.zone,
    }


def json_path(column: str | Constant | None) -> str | None:
    """The JSON path of a dotted column path such as `user.id`; none for a constant."""
    if column is None or isinstance(column, Constant):
        return None
    keys = (key.replace('"', '\\"') for key in column.split("."))
    return "$" + "".join(f'."{key}"' for key in keys)
