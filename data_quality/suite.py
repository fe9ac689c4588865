"""From a contract to the checks of an audit: each promise once for Great Expectations and once for finding its rows.

A contract's own words become the standard expectations: `required` ExpectColumnValuesToNotBeNull, `min` and `max`
ExpectColumnValuesToBeBetween, `allowed` ExpectColumnValuesToBeInSet, `key` ExpectCompoundColumnsToBeUnique (or, of
one column, ExpectColumnValuesToBeUnique), `rows` ExpectTableRowCountToBeBetween. A key whose hashes tell all rows apart
is known to be unique, a column with as many values as there are rows has no null, and a rule of a column that is looked
up in another table holds if it does of its distinct values; Great Expectations is asked what these leave open.
Conditions for which there is none in SQL (a pattern, a finite number, an expression) are computed beside the table as
boolean columns, of which only true (or null) is allowed: so all rules of single rows are answered by one pass over the
table. Every float without both bounds is promised to be finite, for in DuckDB nan is larger than every number and so
passes a minimum.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb
from duckdb import ColumnExpression, ConstantExpression, FunctionExpression, SQLExpression

from data_quality.contract import Column, Contract, Rows, Rule
from data_quality.verdict import Severity

ROW_COUNT = "ExpectTableRowCountToBeBetween"
REQUIRED = "required"


@dataclass(frozen=True)
class Check:
    """One promise of a contract, ready to be audited."""

    rule: str  # required | range | allowed | pattern | finite | key | rows, or the expression's own name
    column: str | None
    severity: Severity
    expected: str  # in words
    expectation: str  # the Great Expectations class
    arguments: dict[str, Any]
    breaks: duckdb.Expression | None = None  # true on the rows that break it; None for what is no rule of single rows
    holds: duckdb.Expression | None = None  # to be computed as the column `arguments["column"]` of the audited view


def checks(contract: Contract) -> tuple[Check, ...]:
    """Everything a contract promises beyond the columns' names and types, in its own order."""
    found = [check for column, said in contract.columns.items() for check in _column_checks(column, said)]
    if contract.key:
        found.append(_key(contract.key))
    return (*found, *(_rule(rule) for rule in contract.rules))


def _column_checks(column: str, said: Column) -> Iterator[Check]:
    value = ColumnExpression(column)
    if said.required:
        yield Check(
            REQUIRED, column, said.severity, "no null",
            "ExpectColumnValuesToNotBeNull", {"column": column}, value.isnull(),
        )  # fmt: skip
    if said.min is not None or said.max is not None:
        yield _range(column, said)
    if said.allowed is not None:
        one_of = [ConstantExpression(allowed) for allowed in said.allowed]
        yield Check(
            "allowed", column, said.severity, f"one of {', '.join(map(str, said.allowed))}",
            "ExpectColumnValuesToBeInSet", {"column": column, "value_set": list(said.allowed)}, value.isnotin(*one_of),
        )  # fmt: skip
    if said.pattern is not None:
        matches = FunctionExpression("regexp_full_match", value, ConstantExpression(said.pattern))
        yield _condition("pattern", column, said.severity, f"text like {said.pattern}", matches)
    if said.type.startswith(("float", "double")) and (said.min is None or said.max is None):
        # The sum of a list is finite exactly if all of its numbers are: floats are summed as doubles.
        number = FunctionExpression("list_sum", value) if said.type.endswith("[]") else value
        yield _condition("finite", column, said.severity, "no nan, no inf", FunctionExpression("isfinite", number))


def _range(column: str, said: Column) -> Check:
    low, high = (_bound(bound, said.type) for bound in (said.min, said.max))
    value = ColumnExpression(column)
    broken = [
        *([value < ConstantExpression(low)] if low is not None else []),
        *([value > ConstantExpression(high)] if high is not None else []),
    ]
    return Check(
        "range", column, said.severity, _between(said.min, said.max),
        "ExpectColumnValuesToBeBetween", {"column": column, "min_value": low, "max_value": high},
        broken[0] if len(broken) == 1 else broken[0] | broken[1],
    )  # fmt: skip


def _between(low: object, high: object) -> str:
    return " and ".join([f"at least {low}"] * (low is not None) + [f"at most {high}"] * (high is not None))


def _bound(bound: int | float | date | None, type_: str) -> int | float | date | None:
    """The bound as the column would hold it: 0.1 is no float, and 0.1 as a float is larger than 0.1."""
    if isinstance(bound, int | float) and type_ == "float":
        return float(struct.unpack("f", struct.pack("f", bound))[0])
    if isinstance(bound, date) and type_ == "timestamptz":
        moment = bound if isinstance(bound, datetime) else datetime(bound.year, bound.month, bound.day)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return bound


def _condition(rule: str, column: str | None, severity: Severity, expected: str, holds: duckdb.Expression) -> Check:
    computed = f"xdrec_{rule}_{column}" if column else f"xdrec_rule_{rule}"
    return Check(
        rule, column, severity, expected,
        "ExpectColumnValuesToBeInSet", {"column": computed, "value_set": [True]}, ~holds, holds,
    )  # fmt: skip


def _key(key: tuple[str, ...]) -> Check:
    expected = f"{', '.join(key)} unique"
    if len(key) == 1:
        return Check("key", key[0], "block", expected, "ExpectColumnValuesToBeUnique", {"column": key[0]})
    return Check("key", None, "block", expected, "ExpectCompoundColumnsToBeUnique", {"column_list": list(key)})


def _rule(rule: Rule) -> Check:
    if not isinstance(rule, Rows):
        return _condition(rule.name, None, rule.severity, rule.sql, SQLExpression(rule.sql))
    return Check(
        "rows", None, rule.severity, f"{_between(rule.min, rule.max)} rows",
        ROW_COUNT, {"min_value": rule.min, "max_value": rule.max},
    )  # fmt: skip
