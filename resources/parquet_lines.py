"""The rows of a Parquet file as lines of JSON, within its limits."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from resources.confined import confine
from resources.landing import LandedFile, Landing
from resources.limits import Limits
from resources.tally import Tally
from resources.text_lines import KEPT_BYTES, LINES, one_problem, too_long

BATCH_ROWS = 4096


def parquet_lines(landing: Landing, file: LandedFile, limits: Limits, tally: Tally) -> Iterator[pa.RecordBatch]:
    """The rows of a file as batches of schema LINES, counted from 1.

    A row that is too long is rejected. A file that cannot be read any further, passes a limit or is refused gives what
    can be read of it, then one line that says so.
    """
    number = 0
    try:
        if file.refusal:
            raise pa.ArrowInvalid(file.refusal)
        with landing.open(file.path) as raw:
            tally.watched(raw).close()
        with landing.open(file.path) as raw:
            if raw.size() > limits.bytes:
                raise pa.ArrowInvalid(f"it has {raw.size():,} bytes, the limit is {limits.bytes:,}")
            parquet = pq.ParquetFile(raw, page_checksum_verification=True)
            for rows in parquet.iter_batches(BATCH_ROWS):
                left = limits.rows - number
                yield _as_lines(file.path, number, rows.slice(0, left), limits.line_bytes)
                number += min(rows.num_rows, left)
                if rows.num_rows > left:
                    raise pa.ArrowInvalid(f"it goes on past the limit of {limits.rows:,} rows; they are left out")
        tally.rows(number)
    except PermissionError:
        raise  # not the file's fault: what it held before stays
    except (pa.ArrowException, OSError) as error:
        tally.rows(number + 1)
        yield one_problem(file.path, number + 1, f"not readable as Parquet: {error}")


def _as_lines(path: str, before: int, rows: pa.RecordBatch, most: int) -> pa.RecordBatch:
    import duckdb

    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        confine(con)
        con.from_arrow(pa.Table.from_batches([_without_nan(rows)])).create_view("landed")
        texts = con.sql("select to_json(landed)::varchar as line from landed").to_arrow_table().column("line")
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
    return pa.RecordBatch.from_pydict(columns, schema=LINES)


def _without_nan(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Numbers that are none become nulls: JSON has no NaN, and a user id of NaN would make one person of many."""
    columns = [
        pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
        if pa.types.is_floating(column.type)
        else column
        for column in rows.columns
    ]
    return pa.RecordBatch.from_arrays(columns, schema=rows.schema)
