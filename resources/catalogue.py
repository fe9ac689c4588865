"""The catalogue for people: one DuckDB file of views over the current versions of the lake's tables.

Any DuckDB client or BI tool opens it; the rows stay in the lake. It is made anew and put in the old one's place, so
that somebody who has it open keeps what they see until they open it again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import pyarrow as pa

from resources.confined import confine
from resources.lake import BUCKET, Lake
from resources.names import name


def catalogue_name(table: str) -> tuple[str, str]:
    """The schema and the view of a table: its stage, and the rest of its name.

    >>> catalogue_name("clean/shop/events")
    ('clean', 'shop_events')
    """
    stage, *rest = table.split("/")
    return name(stage), name("_".join(rest))


def write_catalogue(
    lake: Lake, path: Path, tables: Iterable[str], describe: Callable[[str], str | None] = lambda _: None
) -> int:
    """Write views over the current versions of `tables` to `path`, in one step for whoever opens it; how many views.

    Args:
        lake: where the tables are; views name its files by their full paths.
        path: the DuckDB file, replaced as a whole.
        tables: those that were never published are left out.
        describe: what a table holds, as the comment of its view; None says nothing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    try:
        with duckdb.connect(str(beside)) as con:
            confine(con, (lake.root, path.parent))
            written = [_add(con, lake, table, describe(table)) for table in sorted(tables)]
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(
        missing_ok=True
    )  # what somebody wrote to the old file is not the new one's
    return sum(written)


def _add(con: duckdb.DuckDBPyConnection, lake: Lake, table: str, comment: str | None) -> bool:
    delta = lake.open(table)
    if delta is None:
        return False
    schema, view = catalogue_name(table)
    con.execute(f'create schema if not exists "{schema}"')
    con.execute("set schema = $schema", {"schema": schema})
    files = sorted(delta.file_uris())
    if files:
        con.read_parquet(files, hive_partitioning=False).create_view(view)
    else:
        fields = [field for field in pa.schema(delta.schema().to_arrow()) if field.name != BUCKET]
        con.from_arrow(pa.schema(fields).empty_table()).create(view)
    if comment:
        kind = "view" if files else "table"
        con.execute(f'comment on {kind} "{schema}"."{view}" is {_text(comment)}')
    return True


def _text(value: str) -> str:
    """A SQL text literal: a comment cannot be bound as a parameter."""
    return "'" + value.replace("'", "''") + "'"
