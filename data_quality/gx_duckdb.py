"""Great Expectations' SQL engine on a DuckDB connection that someone else owns.

Four things stand between them, each met here and nowhere else:

- Great Expectations fetches rows after it gave the connection back, which ends a DuckDB cursor. It keeps the
  connection for dialects that it lists as persisted; DuckDB is made one of them.
- SQLAlchemy closes, commits and rolls back what it is lent. The lent connection ignores that: neither the caller's
  connection nor its transaction is the audit's to end.
- SQLAlchemy asks for the columns with PostgreSQL's catalogue, of which DuckDB lacks a table; Great Expectations then
  reads a row instead. Refused before it reaches DuckDB, the question does not abort the caller's transaction.
- Great Expectations logs a traceback for an expectation that raises. That outcome is returned, so the log is silenced
  for the while.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

LOGGERS = (
    "great_expectations.execution_engine.sqlalchemy_execution_engine",
    "great_expectations.validator.validator",
)
MISSING_IN_DUCKDB = "pg_catalog.pg_collation"
_one_at_a_time = threading.Lock()  # Great Expectations keeps its current context in a global


@dataclass(frozen=True)
class Outcome:
    """What became of one expectation: it held, it did not, or it could not be computed."""

    held: bool
    error: str | None = None


class _Lent:
    """A DuckDB connection on loan: it runs statements, and ends nothing."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con: Any = con

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._con, attribute)

    @property
    def description(self) -> list[tuple[Any, ...]]:
        """Columns of the result, with types as text: SQLAlchemy's cache would keep DuckDB's own beyond its end."""
        described = getattr(self._con, "description", None) or []
        return [(column, str(type_), *rest) for column, type_, *rest in described]

    def execute(self, statement: str, *parameters: Any) -> Any:
        if MISSING_IN_DUCKDB in statement:
            raise duckdb.CatalogException(f"DuckDB has no {MISSING_IN_DUCKDB}")
        return self._con.execute(statement, *parameters)

    def close(self) -> None: ...
    def begin(self) -> None: ...
    def commit(self) -> None: ...
    def rollback(self) -> None: ...

    def give_back(self) -> None:
        """Let go of the connection, with no result on it half read: what is left of the audit lives on for a while."""
        self._con.complete()
        self._con = None


def evaluate(
    con: duckdb.DuckDBPyConnection, relation: str, expectations: Sequence[tuple[str, dict[str, Any]]]
) -> list[Outcome]:
    """Evaluate expectations (class name, arguments) on a table or view of a connection; outcomes in the same order."""
    with _one_at_a_time, _quiet():
        lent = _Lent(con)
        try:
            return _evaluate(lent, relation, expectations)
        finally:
            lent.give_back()


def _evaluate(lent: Any, relation: str, expectations: Sequence[tuple[str, dict[str, Any]]]) -> list[Outcome]:
    import duckdb_engine
    import great_expectations as gx

    _keep_connections_of_duckdb()
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_or_update_sql(
        "audit",
        connection_string="duckdb:///:memory:",
        create_temp_table=False,
        kwargs={"creator": lambda: duckdb_engine.ConnectionWrapper(lent)},
    )
    batch = source.add_table_asset("audited", table_name=relation).add_batch_definition_whole_table("all").get_batch()
    suite = gx.ExpectationSuite(
        name="contract",
        expectations=[
            getattr(gx.expectations, kind)(**arguments, meta={"place": place})
            for place, (kind, arguments) in enumerate(expectations)
        ],
    )
    results: list[Any] = batch.validate(suite, result_format="BOOLEAN_ONLY").results
    outcomes = {result.expectation_config.meta["place"]: _outcome(result) for result in results}
    missing = Outcome(False, "Great Expectations returned no result for it")
    return [outcomes.get(place, missing) for place in range(len(expectations))]


def _outcome(result: Any) -> Outcome:
    raised = [said for said in _leaves(result.exception_info) if said.get("raised_exception")]
    if raised:
        return Outcome(False, str(raised[0].get("exception_message")))
    return Outcome(bool(result.success))


def _leaves(info: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """The exceptions of a result: given flat, or one below each metric that raised."""
    if info and "raised_exception" in info:
        yield info
    else:
        yield from (said for said in (info or {}).values() if isinstance(said, dict))


def _keep_connections_of_duckdb() -> None:
    from great_expectations.execution_engine import sqlalchemy_execution_engine

    engine: Any = sqlalchemy_execution_engine
    if not any(dialect.value == "duckdb" for dialect in engine._PERSISTED_CONNECTION_DIALECTS):
        engine._PERSISTED_CONNECTION_DIALECTS = (*engine._PERSISTED_CONNECTION_DIALECTS, _Dialect("duckdb"))


class _Dialect(str):
    """Equal to the dialect's name, with a `value`, as Great Expectations' own dialects are."""

    @property
    def value(self) -> str:
        return str(self)


@contextmanager
def _quiet() -> Iterator[None]:
    levels = {name: logging.getLogger(name).level for name in LOGGERS}
    with warnings.catch_warnings():
        # Great Expectations 1.24 imports two modules that Python 3.11 deprecated; it is its to change.
        warnings.filterwarnings("ignore", "module 'sre_(constants|parse)' is deprecated", DeprecationWarning)
        for name in LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
