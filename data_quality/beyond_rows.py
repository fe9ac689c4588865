"""Hold rows against what lies beyond them: another table, the end of their partition, the partitions before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

import duckdb
from duckdb import ColumnExpression, FunctionExpression

from data_quality.broken_rows import counted
from data_quality.contract import Contract
from data_quality.distinct_values import TIMES, DistinctValues, distinct_values
from data_quality.table_rules import Freshness, Reference, Volume
from data_quality.verdict import RuleResult
from resources.partitions import Layout, Partition

FEWEST_TRAILING = 3  # partitions with rows; the median of fewer says nothing
RECENT = timedelta(days=3)
OTHER = "xdrec_other_"  # before the names of another table's columns

Days = dict[date, tuple[int, date | None]]  # rows, newest value of the column that must be fresh


@dataclass(frozen=True)
class Beyond:
    """What an audit can hold a relation against; what is not here is not judged."""

    tables: Mapping[str, str] = field(default_factory=dict)  # table: its relation on the audited connection
    layout: Layout | None = None
    partitions: Sequence[Partition] = ()  # those that the relation replaces, in order
    until: date | None = None  # the first day that cannot have landed: a partition still running is judged up to it
    trailing: Mapping[str, int] = field(default_factory=dict)  # rows of the partitions before them, in order


def looked_up(
    con: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, contract: Contract, beyond: Beyond
) -> list[tuple[Reference, DistinctValues]]:
    """The contract's references that can be judged, with the values that each is of."""
    known = [reference for reference in contract.references if reference.table in beyond.tables]
    return [(reference, distinct_values(con, rows, reference.columns)) for reference in known]


def results(
    con: duckdb.DuckDBPyConnection,
    rows: duckdb.DuckDBPyRelation,
    contract: Contract,
    beyond: Beyond,
    references: Sequence[tuple[Reference, DistinctValues]],
    total: int,
) -> Iterator[RuleResult]:
    """What became of a contract's references, freshness and volume, on rows of which there are `total`."""
    for reference, values in references:
        yield referred(values, reference, con.table(beyond.tables[reference.table]), total)
    if beyond.layout is None:
        return
    if contract.freshness:
        yield fresh(contract.freshness, _by_day(rows, beyond.layout, contract.freshness.column), beyond)
    if contract.volume:
        yield filled(contract.volume, _by_day(rows, beyond.layout, None), beyond)


def referred(values: DistinctValues, reference: Reference, other: duckdb.DuckDBPyRelation, total: int) -> RuleResult:
    """Whether every row whose columns all have a value finds them in the other table."""
    given, equal = None, None
    for mine, theirs in reference.pairs.items():
        has_value = ColumnExpression(mine).isnotnull()
        same = ColumnExpression(mine) == ColumnExpression(OTHER + theirs)
        given, equal = (has_value, same) if given is None or equal is None else (given & has_value, equal & same)
    assert given is not None  # a reference has a column
    assert equal is not None
    keys = other.project(*(ColumnExpression(name).alias(OTHER + name) for name in reference.pairs.values())).distinct()
    unknown = values.groups.filter(given).join(keys, equal, how="anti")
    n_failed, found = counted(unknown, TIMES, reference.columns)
    return RuleResult("references", None, reference.severity, not n_failed, n_failed, total, reference.expected, found)


def fresh(promised: Freshness, days: Days, beyond: Beyond) -> RuleResult:
    """Whether the newest value of each partition that has any is near enough to the partition's end."""
    found = []
    for partition in beyond.partitions:
        newest = max((new for day, (_, new) in days.items() if new and _holds(partition, day)), default=None)
        end = min(partition.after, beyond.until or partition.after) - timedelta(days=1)
        if newest is not None and (end - newest).days > promised.at_most_days:
            found.append(f"{partition.key}: the newest of {newest}, {(end - newest).days} days before {end}")
    return _of_partitions("freshness", promised.column, promised, found, len(beyond.partitions))


def filled(promised: Volume, days: Days, beyond: Beyond) -> RuleResult:
    """Whether each partition has about as many rows as the ones before it, those of the same run included.

    One that is not over cannot have too few yet. Those after the last one with rows are judged where they ended in the
    last days: there something should have landed, while an archive or a sample just ends.
    """
    before, found, last = [n for n in beyond.trailing.values() if n], list[str](), max(days, default=date.min)
    for partition in beyond.partitions:
        n = sum(n_of_day for day, (n_of_day, _) in days.items() if _holds(partition, day))
        past = before[-promised.trailing :]
        usual = median(past) if len(past) >= FEWEST_TRAILING else n
        is_over = beyond.until is None or partition.after < beyond.until
        is_recent = beyond.until is not None and beyond.until - partition.after <= RECENT
        low = promised.low * usual if is_over and (partition.first <= last or is_recent) else 0
        if not low <= n <= promised.high * usual and abs(n - usual) > promised.few:
            found.append(f"{partition.key}: {n} rows, the median of the {len(past)} before is {usual:g}")
        before += [n] if n else []
    return _of_partitions("volume", None, promised, found, len(beyond.partitions))


def _of_partitions(
    rule: str, column: str | None, promised: Freshness | Volume, found: Sequence[str], n_partitions: int
) -> RuleResult:
    shown = tuple(found[-5:])
    return RuleResult(
        rule, column, promised.severity, not found, len(found), n_partitions, promised.expected, shown, of="partitions"
    )


def _by_day(rows: duckdb.DuckDBPyRelation, layout: Layout, column: str | None) -> Days:
    day = ColumnExpression(layout.column)
    newest = FunctionExpression("max", ColumnExpression(column or layout.column)).alias("newest")
    counted = rows.aggregate([day, FunctionExpression("count_star").alias("n_rows"), newest]).fetchall()
    return {day: (n, new.date() if isinstance(new, datetime) else new) for day, n, new in counted if day is not None}


def _holds(partition: Partition, day: date) -> bool:
    return partition.first <= day < partition.after
