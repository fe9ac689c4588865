"""The SQL engine: runs the files of sql/ over tables of the lake, in DuckDB, in memory, spilling to disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from duckdb import StatementType

from resources.confined import confine
from resources.lake import Lake
from resources.names import name

SCHEMAS = """
create schema platforms; create schema raw; create schema clean; create schema joined; create schema embeddings;
create schema knowledge; create schema rankers; create schema evaluation; create schema recommendations;
create schema lake;
"""


@dataclass(frozen=True)
class SqlEngine:
    """Opens sessions on the lake; `folders` are searched in order for a SQL file: what an earlier one has stands."""

    lake: Lake
    folders: tuple[Path, ...]
    scratch: Path
    memory_limit: str = "2GB"
    threads: int | None = None

    def file(self, sql: str) -> Path | None:
        """The file of a SQL name such as `joined/items`, or None where no folder has it."""
        found = (folder / f"{sql}.sql" for folder in self.folders)
        return next((path for path in found if path.is_file()), None)

    def text(self, sql: str) -> str:
        """The text of a SQL file.

        Raises:
            FileNotFoundError: no folder has it.
        """
        path = self.file(sql)
        if path is None:
            folders = ", ".join(map(str, self.folders))
            raise FileNotFoundError(f"no SQL file {sql}.sql in {folders}; add it, or correct the table's name")
        return path.read_text(encoding="utf-8")

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A fresh in-memory database for one step, confined to the lake and the scratch folder."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        config: dict[str, Any] = {"temp_directory": str(self.scratch), "memory_limit": self.memory_limit}
        with duckdb.connect(config=config | ({"threads": self.threads} if self.threads else {})) as con:
            con.execute("set TimeZone = 'UTC'")
            con.execute("set enable_progress_bar = false")
            con.execute("set python_scan_all_frames = false")
            if not self.lake.is_local:
                con.register_filesystem(_object_store(self.lake.root))
            con.execute(SCHEMAS)
            confine(con, (self.lake.root, self.scratch))
            for folder in reversed(self.folders):  # an earlier folder's macros take the place of a later one's
                for macro in sorted(folder.glob("macros/*.sql")):
                    con.execute(one_statement(con, macro.read_text(encoding="utf-8"), macro, StatementType.CREATE))
            yield Session(self, con)


class Session:
    """One step's database: inputs are bound to names, SQL files run over them, results stay as temporary tables."""

    def __init__(self, engine: SqlEngine, con: duckdb.DuckDBPyConnection) -> None:
        """A session on an open connection."""
        self.engine = engine
        self.con = con
        self._kept: list[Any] = []  # Arrow data that views read must outlive them
        self._views: set[str] = set()

    def bind(self, table: str, tables: Sequence[str], schema: pa.Schema) -> None:
        """Let SQL read lake tables (their union) under one name such as `joined.items`.

        Tables that were never published count as empty; `schema` says what an empty table looks like.
        """
        files = [file for lake_table in tables for file in self.engine.lake.files(lake_table)]
        if files:
            relation = self.con.read_parquet(files, union_by_name=len(tables) > 1, hive_partitioning=False)
        else:
            relation = self.con.from_arrow(schema.empty_table())
        self._view(table, relation)

    def bind_rows(self, table: str, rows: pa.Table | pa.RecordBatchReader) -> None:
        """Let SQL read Arrow rows under a name such as `clean.rows`; a reader can be read once."""
        self._kept.append(rows)
        self._view(table, self.con.from_arrow(rows))

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> duckdb.DuckDBPyRelation:
        """The result of a SQL file, not yet computed; parameters the file does not name are left out.

        Raises:
            ValueError: the file is not one SELECT.
        """
        statement = one_statement(self.con, self.engine.text(sql), sql, StatementType.SELECT)
        used = {key: value for key, value in (parameters or {}).items() if key in statement.named_parameters}
        return self.con.sql(statement, params=used or None)

    def build(self, table: str, sql: str, parameters: Mapping[str, Any] | None = None) -> str:
        """Compute a SQL file into a temporary table; its name, under which later files find it."""
        self.keep(table, self.query(sql, parameters))
        return table

    def view(self, table: str, sql: str, parameters: Mapping[str, Any] | None = None) -> str:
        """Let later SQL read a file's result under a name, computed whenever it is read; its name."""
        self._view(table, self.query(sql, parameters))
        return table

    def keep(self, table: str, relation: duckdb.DuckDBPyRelation) -> None:
        """Compute a relation into a table of this session under a name such as `clean.judged`."""
        with self._schema_of(table) as short:
            relation.create(short)

    def union(self, table: str, parts: Sequence[str]) -> str:
        """Put tables of the same columns together under one name."""
        first, *others = (self.con.table(part) for part in parts)
        for other in others:
            first = first.union(other)
        self.keep(table, first)
        return table

    def drop(self, *tables: str) -> None:
        """Forget tables and views that were made here, where they stand."""
        for table in tables:
            kind = "view" if table in self._views else "table"
            with self._schema_of(table) as short:
                self.con.execute(f"drop {kind} if exists {short}")  # a checked name: identifiers cannot be bound
            self._views.discard(table)

    def count(self, table: str) -> int:
        """How many rows a bound or built table has."""
        rows = self.con.table(table).count("*").fetchall()
        return int(rows[0][0])

    def arrow(self, table: str) -> pa.Table:
        """A bound or built table as Arrow."""
        return self.con.table(table).to_arrow_table()

    def _view(self, table: str, relation: duckdb.DuckDBPyRelation) -> None:
        with self._schema_of(table) as short:
            relation.create_view(short, replace=True)
        self._views.add(table)

    @contextmanager
    def _schema_of(self, table: str) -> Iterator[str]:
        schema, short = table.split(".")
        self.con.execute("set schema = $schema", {"schema": schema})
        try:
            yield name(short)
        finally:
            self.con.execute("reset schema")


def one_statement(con: duckdb.DuckDBPyConnection, text: str, source: object, kind: StatementType) -> duckdb.Statement:
    """The one statement of a SQL file.

    Raises:
        ValueError: there are more or fewer, or it is of another kind.
    """
    statements = con.extract_statements(text)
    found = [statement.type for statement in statements]
    if found != [kind]:
        kinds = ", ".join(each.name for each in found) or "nothing"
        raise ValueError(f"SQL file {source}: found {kinds}, expected one {kind.name}; write the one and no other")
    return statements[0]


def _object_store(root: str) -> Any:
    """Arrow's file system of a URL, as DuckDB takes one: no extension has to be downloaded."""
    from fsspec.implementations.arrow import ArrowFSWrapper
    from pyarrow.fs import FileSystem

    return ArrowFSWrapper(FileSystem.from_uri(root)[0])  # its protocol is the file system's own name, such as s3
