"""Audit a relation against its contract before it is published: write, audit, publish."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb
from duckdb import StarExpression

from data_quality import beyond_rows
from data_quality.beyond_rows import Beyond
from data_quality.broken_rows import Found, breaking, hashes_differ, n_rows, n_values, repeated
from data_quality.contract import NAMED, Contract
from data_quality.distinct_values import DistinctValues
from data_quality.gx_duckdb import Outcome, evaluate
from data_quality.suite import REQUIRED, ROW_COUNT, Check, checks
from data_quality.verdict import RuleResult

VIEW = "xdrec_audited"
NOTHING_BEYOND = Beyond()
_NAMED = 'STRUCT("name" VARCHAR, "value" VARCHAR)'
DUCKDB_NAMES = {
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
    "timestamptz[]": "TIMESTAMP WITH TIME ZONE[]",
    NAMED: _NAMED,
    f"{NAMED}[]": f"{_NAMED}[]",
}


class AuditError(RuntimeError):
    """The audit itself could not be carried out: nothing is known of the data."""


class AuditFailed(ValueError):
    """The data breaks a blocking rule of its contract."""


@dataclass(frozen=True)
class Audit:
    """What an audit found, rule by rule in the order of the contract."""

    table: str
    n_rows: int
    results: tuple[RuleResult, ...]

    @property
    def blocking(self) -> tuple[RuleResult, ...]:
        """The failed rules that forbid publishing."""
        return tuple(result for result in self.results if not result.ok and result.severity == "block")

    @property
    def warnings(self) -> tuple[RuleResult, ...]:
        """The failed rules that do not."""
        return tuple(result for result in self.results if not result.ok and result.severity == "warn")

    @property
    def passed(self) -> bool:
        """Whether the relation may be published."""
        return not self.blocking

    def summary(self) -> str:
        """The audit in words: one line in all, then one per failed rule."""
        failed = [f"{result.severity}: {result.text()}" for result in (*self.blocking, *self.warnings)]
        counts = f"{len(self.blocking)} blocking and {len(self.warnings)} warning failures"
        return "\n".join([f"{self.table}: {len(self.results)} rules on {self.n_rows} rows, {counts}", *failed])

    def raise_if_blocked(self, table: str) -> None:
        """Refuse to publish what breaks its contract.

        Raises:
            AuditFailed: a blocking rule failed; the text names the table, each rule, how many rows and examples.
        """
        if self.blocking:
            failed = "\n".join(f"  {result.text()}" for result in self.blocking)
            raise AuditFailed(
                f"{table} was not published and its last good version stands, for {len(self.blocking)} of "
                f"{len(self.results)} rules of its contract failed:\n{failed}\n"
                f"Correct the rows where they come from, or the promise in data_quality/contracts/{self.table}.yaml."
            )


def audit(con: duckdb.DuckDBPyConnection, relation: str, contract: Contract, beyond: Beyond = NOTHING_BEYOND) -> Audit:
    """Audit a table or view of a connection, on that very connection, against what its contract promises.

    Names and types of the columns come first: where they differ, no other rule has a meaning and none is evaluated.
    The relation is read several times, so hand over a (temporary) table rather than a view of a long query.
    References, freshness and volume are judged as far as `beyond` gives what they need.

    Raises:
        AuditError: a rule could not be evaluated, so nothing is known of the data.
    """
    rows = con.table(relation)
    counted = n_rows(rows)
    columns = _columns(rows, contract, counted)
    if not columns.ok:
        return Audit(contract.table, counted, (columns,))
    planned = checks(contract)
    references = beyond_rows.looked_up(con, rows, contract, beyond)
    outcomes = _evaluate(con, rows, planned, contract, [values for _, values in references])
    results = [
        _result(rows, check, outcome, contract, counted) for check, outcome in zip(planned, outcomes, strict=True)
    ]
    beyond_it = beyond_rows.results(con, rows, contract, beyond, references, counted)
    return Audit(contract.table, counted, (columns, *results, *beyond_it))


def _columns(rows: duckdb.DuckDBPyRelation, contract: Contract, n_rows: int) -> RuleResult:
    expected = {column: DUCKDB_NAMES.get(said.type, said.type.upper()) for column, said in contract.columns.items()}
    found = dict(zip(rows.columns, map(str, rows.types), strict=True))
    differ = [
        f"{column} {found.get(column, 'missing')} in place of {expected.get(column, 'no such column')}"
        for column in dict.fromkeys([*expected, *found])
        if found.get(column) != expected.get(column)
    ]
    if not differ and list(found) != list(expected):
        differ = [f"the order {', '.join(found)}"]
    words = f"the columns {', '.join(expected)} with the contract's types, in this order"
    return RuleResult("columns", None, "block", not differ, len(differ), n_rows, words, tuple(differ))


def _evaluate(
    con: duckdb.DuckDBPyConnection,
    rows: duckdb.DuckDBPyRelation,
    planned: Sequence[Check],
    contract: Contract,
    values: Sequence[DistinctValues] = (),
) -> list[Outcome]:
    proven = _proven(rows, planned, contract, values)
    asked = [check for check, is_proven in zip(planned, proven, strict=True) if not is_proven]
    found = iter(_asked(con, rows, asked, contract) if asked else [])
    return [Outcome(True) if is_proven else next(found) for is_proven in proven]


def _proven(
    rows: duckdb.DuckDBPyRelation, planned: Sequence[Check], contract: Contract, values: Sequence[DistinctValues]
) -> list[bool]:
    """Which checks hold for certain, as hashes, counts of values and distinct values tell; the others may."""
    required = [check.column for check in planned if check.rule == REQUIRED and check.column]
    counts = n_values(rows, required) if required else {}
    whole = {column for column, n in counts.items() if n == n_rows(rows)}

    def is_proven(check: Check) -> bool:
        if _is_key(check):
            return hashes_differ(rows, contract.key)
        if check.rule == REQUIRED and check.column in whole:
            return True
        return any(known.prove(check) for known in values)

    return list(map(is_proven, planned))


def _is_key(check: Check) -> bool:
    return check.breaks is None and check.expectation != ROW_COUNT


def _asked(
    con: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, planned: Sequence[Check], contract: Contract
) -> list[Outcome]:
    computed = [check.holds.alias(check.arguments["column"]) for check in planned if check.holds is not None]
    try:
        con.register(VIEW, rows.project(StarExpression(), *computed))
    except duckdb.Error as error:
        raise AuditError(f"a rule in data_quality/contracts/{contract.table}.yaml is no valid SQL: {error}") from error
    try:
        return evaluate(con, VIEW, [(check.expectation, check.arguments) for check in planned])
    finally:
        con.unregister(VIEW)


def _result(
    rows: duckdb.DuckDBPyRelation, check: Check, outcome: Outcome, contract: Contract, n_rows: int
) -> RuleResult:
    rule = f"the rule {check.rule} of {check.column or contract.table} ({check.expected})"
    if outcome.error is not None:
        raise AuditError(
            f"{rule} could not be evaluated: {outcome.error}; "
            f"correct it in data_quality/contracts/{contract.table}.yaml"
        )
    result = RuleResult(check.rule, check.column, check.severity, outcome.held, 0, n_rows, check.expected)
    if outcome.held:
        return result
    n_failed, examples = _found(rows, check, contract, n_rows)
    if not examples:
        raise AuditError(f"{rule} failed, yet no row breaks it: data_quality/suite.py asks two different questions")
    return replace(result, n_failed=n_failed, examples=examples)


def _found(rows: duckdb.DuckDBPyRelation, check: Check, contract: Contract, n_rows: int) -> Found:
    if check.expectation == ROW_COUNT:
        return n_rows, (f"{n_rows} rows",)
    if check.breaks is None:
        return repeated(rows, contract.key)
    read = [column for column in contract.columns if re.search(rf"\b{column}\b", check.expected)]
    shown = dict.fromkeys([*([check.column] if check.column else read), *contract.key])
    return breaking(rows, check.breaks, list(shown) or list(contract.columns)[:3])
