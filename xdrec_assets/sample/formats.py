"""File contents in the formats of the platforms: the same bytes for the same rows, every time."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def json_line(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def lines(rows: Iterable[bytes]) -> bytes:
    return b"".join(row + b"\n" for row in rows)


def csv_line(values: Sequence[object], delimiter: str) -> bytes:
    """Return one CSV line without its end, quoted where a value holds the delimiter, a quote or a line break."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="").writerow(values)
    return text.getvalue().encode()


def gzipped(content: bytes) -> bytes:
    """Return the content compressed, without the time of day that gzip would note in it."""
    return gzip.compress(content, compresslevel=6, mtime=0)


def parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()
