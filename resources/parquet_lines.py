"""The rows of a Parquet file as lines of JSON, within its limits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from resources.confined import confine
from resources.landing import LandedFile, Landing
from resources.limits import Limits
from resources.tally import Tally
from resources.text_lines import KEPT_BYTES, LINES, one_problem, too_long
from resources.unpacked import HARMLESS_BYTES

if TYPE_CHECKING:
    import duckdb

BATCH_ROWS, FEW_ROWS = 4096, 64
BATCH_BYTES = 8 << 20  # of rows that are turned into text at once


def parquet_lines(landing: Landing, file: LandedFile, limits: Limits, tally: Tally) -> Iterator[pa.RecordBatch]:
    """The rows of a file as batches of schema LINES, counted from 1.

    A row that is too long is rejected. A file that cannot be read any further, passes a limit or is refused gives what
    can be read of it, then one line that says so.
    """
    number = n_bytes = 0
    try:
        if file.refusal:
            raise pa.ArrowInvalid(file.refusal)
        with landing.open(file.path) as raw:
            tally.watched(raw).close()
        with landing.open(file.path) as raw, _writer_of_json() as con:
            if raw.size() > limits.bytes:
                raise pa.ArrowInvalid(f"it has {raw.size():,} bytes, the limit is {limits.bytes:,}")
            most = max(HARMLESS_BYTES, limits.ratio * raw.size())
            for rows in _batches(raw, most):
                left = limits.rows - number
                lines, size = _as_lines(con, file.path, number, rows.slice(0, left), limits.line_bytes)
                yield lines
                number, n_bytes = number + lines.num_rows, n_bytes + size
                if rows.num_rows > left:
                    raise pa.ArrowInvalid(f"it goes on past the limit of {limits.rows:,} rows; they are left out")
                if n_bytes > min(most, limits.bytes):
                    raise pa.ArrowInvalid(_beyond(most, raw.size(), limits))
        tally.rows(number)
    except PermissionError:
        raise  # not the file's fault: what it held before stays
    except (pa.ArrowException, OSError) as error:
        tally.rows(number + 1)
        yield one_problem(file.path, number + 1, f"not readable as Parquet: {error}")


def _beyond(most: int, n_bytes: int, limits: Limits) -> str:
    if limits.bytes < most:
        return f"it goes on past the limit of {limits.bytes:,} bytes; the rest is left out"
    return f"it unpacks to more than {limits.ratio} times its {n_bytes:,} bytes, as bombs do; the rest is left out"


def _batches(raw: pa.NativeFile, most: int) -> Iterator[pa.RecordBatch]:
    """The rows in batches that are small also where a value that stands once in the file is in each of its rows.

    Raises:
        ArrowInvalid: one group of rows alone unpacks to more than `most` bytes.
    """
    found = pq.ParquetFile(raw)
    groups = (found.metadata.row_group(at).total_byte_size for at in range(found.num_row_groups))
    if (largest := max(groups, default=0)) > most:
        raise pa.ArrowInvalid(f"a group of its rows unpacks to {largest:,} bytes from {raw.size():,}, as bombs do")
    texts = [field.name for field in found.schema_arrow if _is_text(field.type)]
    has_nested = any(pa.types.is_nested(field.type) for field in found.schema_arrow)
    parquet = pq.ParquetFile(raw, read_dictionary=texts, page_checksum_verification=True)
    for batch in parquet.iter_batches(FEW_ROWS if has_nested else BATCH_ROWS):
        sizes = sum((_lengths(column) for column in batch.columns), np.zeros(batch.num_rows))
        parts = np.flatnonzero(np.diff(np.cumsum(sizes) // BATCH_BYTES)) + 1
        for start, end in pairwise([0, *parts.tolist(), batch.num_rows]):
            yield batch.slice(start, end - start)


def _is_text(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_binary(type_))


def _lengths(column: pa.Array) -> NDArray[np.float64]:
    """The bytes of each value of a column of texts, as which it is written out; 0 of other columns."""
    if not isinstance(column, pa.DictionaryArray) or not _is_text(column.dictionary.type):
        return np.zeros(len(column))
    lengths = pc.binary_length(column.dictionary).take(column.indices)
    return np.asarray(lengths.fill_null(0).to_numpy(zero_copy_only=False), dtype=np.float64)


@contextmanager
def _writer_of_json() -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    with duckdb.connect(config={"threads": 1}) as con:  # batches are small, and each thread takes memory
        con.execute("set TimeZone = 'UTC'")
        confine(con)
        yield con


def _as_lines(
    con: duckdb.DuckDBPyConnection, path: str, before: int, rows: pa.RecordBatch, most: int
) -> tuple[pa.RecordBatch, int]:
    """Rows as lines of JSON, and how many bytes these have."""
    con.register("landed", pa.Table.from_batches([_without_nan(rows)]))
    texts = con.sql("select to_json(landed)::varchar as line from landed").to_arrow_table().column("line")
    con.unregister("landed")
    n_bytes = pc.binary_length(texts).to_pylist()
    problems = [too_long(n, most) if n > most else None for n in n_bytes]
    if any(problems):
        texts = pc.if_else(
            pc.greater(pc.binary_length(texts), most), pc.utf8_slice_codeunits(texts, 0, KEPT_BYTES), texts
        )
    columns = {
        "source_file": pa.array([path] * rows.num_rows, pa.string()),
        "source_line": pa.array(range(before + 1, before + rows.num_rows + 1), pa.int64()),
        "line": pa.array(texts.to_pylist(), pa.string()),
        "problem": pa.array(problems, pa.string()),
    }
    return pa.RecordBatch.from_pydict(columns, schema=LINES), sum(n_bytes)


def _without_nan(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Numbers that are none become nulls: JSON has no NaN, and a user id of NaN would make one person of many."""
    columns = [
        pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
        if pa.types.is_floating(column.type)
        else column
        for column in rows.columns
    ]
    return pa.RecordBatch.from_arrays(columns, schema=rows.schema)
