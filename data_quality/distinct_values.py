"""The distinct values of some columns in place of the rows: what holds of every value holds of every row.

Far fewer values than rows are looked up in another table, and the same few can be held against rules of their columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
from duckdb import ColumnExpression, FunctionExpression

from data_quality.broken_rows import n_rows

if TYPE_CHECKING:
    from data_quality.suite import Check

TIMES = "times"  # the column that counts the rows of each value


@dataclass(frozen=True)
class DistinctValues:
    """The values that some columns have together, each once, with how many rows have it."""

    columns: tuple[str, ...]
    groups: duckdb.DuckDBPyRelation  # the columns and `times`

    def prove(self, check: Check) -> bool:
        """Whether a rule of one of the columns holds, as far as the values can tell; False leaves it open."""
        is_of_values = check.breaks is not None and check.column in self.columns
        return is_of_values and not n_rows(self.groups.filter(check.breaks))


def distinct_values(
    con: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, columns: tuple[str, ...]
) -> DistinctValues:
    """The values of some columns, computed once, in one pass over the rows."""
    times = FunctionExpression("count_star").alias(TIMES)
    found = rows.aggregate([*map(ColumnExpression, columns), times]).to_arrow_table()
    return DistinctValues(columns, con.from_arrow(found))
