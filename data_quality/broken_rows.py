"""Find the rows that break a rule: how many, and a few of them in words."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

N_EXAMPLES = 5
EXAMPLE_LENGTH = 80  # characters of one value

Found = tuple[int, tuple[str, ...]]


def n_rows(rows: duckdb.DuckDBPyRelation) -> int:
    """How many rows a relation has."""
    return int(rows.aggregate("count(*)").fetchall()[0][0])


def n_values(rows: duckdb.DuckDBPyRelation, columns: Sequence[str]) -> dict[str, int]:
    """How many values that are not null each column has; a count reads no value, and so costs next to nothing."""
    (found,) = rows.aggregate([FunctionExpression("count", ColumnExpression(column)) for column in columns]).fetchall()
    return dict(zip(columns, found, strict=True))


def breaking(rows: duckdb.DuckDBPyRelation, breaks: duckdb.Expression, shown: Sequence[str]) -> Found:
    """How many rows meet the condition, and examples showing the named columns."""
    broken = rows.filter(breaks)
    return n_rows(broken), examples(broken, shown)


def hashes_differ(rows: duckdb.DuckDBPyRelation, key: Sequence[str]) -> bool:
    """Whether the hashes of the key tell all rows apart, so that the key does; where they do not, it still may.

    It costs a fraction of comparing the keys themselves, and none of their memory.
    """
    hashes = rows.project(FunctionExpression("hash", *map(ColumnExpression, key)).alias("hash"))
    return n_rows(hashes.distinct()) == n_rows(rows)


def repeated(rows: duckdb.DuckDBPyRelation, key: Sequence[str]) -> Found:
    """How many rows share their key with another row, and examples of such keys with how often each occurs."""
    times = ColumnExpression("times")
    counted = FunctionExpression("count", ConstantExpression(1)).alias("times")
    groups = rows.aggregate([*map(ColumnExpression, key), counted]).filter(times > ConstantExpression(1))
    n_failed = groups.aggregate("coalesce(sum(times), 0)::bigint").fetchall()[0][0]
    return int(n_failed), examples(groups, [*key, "times"])


def examples(rows: duckdb.DuckDBPyRelation, columns: Sequence[str]) -> tuple[str, ...]:
    """The first rows by value, in words, so that the same data gives the same examples."""
    first = rows.sort(*map(ColumnExpression, columns)).limit(N_EXAMPLES)
    return _in_words(columns, first.project(*_texts(columns)).fetchall())


def counted(groups: duckdb.DuckDBPyRelation, times: str, columns: Sequence[str]) -> Found:
    """How many rows some groups stand for, by the column that counts each group's, and examples; in one pass."""
    smallest = FunctionExpression("min", FunctionExpression("row", *_texts(columns)), ConstantExpression(N_EXAMPLES))
    total = FunctionExpression("sum", ColumnExpression(times))
    ((n_failed, found),) = groups.aggregate([total, smallest]).fetchall()
    return int(n_failed or 0), _in_words(columns, found or ())


def _texts(columns: Sequence[str]) -> list[duckdb.Expression]:
    return [
        FunctionExpression("left", ColumnExpression(column).cast("varchar"), ConstantExpression(EXAMPLE_LENGTH))
        for column in columns
    ]


def _in_words(columns: Sequence[str], rows: Sequence[tuple[str | None, ...]]) -> tuple[str, ...]:
    return tuple(
        ", ".join(f"{column} = {_shown(value)}" for column, value in zip(columns, row, strict=True)) for row in rows
    )


def _shown(value: str | None) -> str:
    if value is None:
        return "null"
    return value if value.strip() else repr(value)
