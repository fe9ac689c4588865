"""Which columns a column comes from, read from the SQL that makes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot.lineage import Node

Source = tuple[str, str]  # table, column
Lineage = Mapping[str, tuple[Source, ...]]


def column_lineage(steps: Mapping[str, str], inputs: Mapping[str, Sequence[str]]) -> Lineage:
    """For each column of the last step the input columns that its values are computed from, sorted.

    What only filters, joins or groups rows is no source of a value. SQL that the parser cannot follow has no lineage.

    Args:
        steps: what each step builds, such as `clean.judged`: the SQL text that builds it, in order.
        inputs: the tables that are there before the first step: their columns.
    """
    known = {table: tuple(columns) for table, columns in inputs.items()}
    traced: dict[str, Lineage] = {}
    for built, sql in steps.items():
        direct = _direct(sql, tuple(sorted(known.items())))
        traced[built] = {column: _through(sources, traced) for column, sources in direct.items()}
        known[built] = tuple(direct)
    return traced[list(steps)[-1]] if steps else {}


def renamed(lineage: Lineage, tables: Mapping[str, Sequence[str]]) -> Lineage:
    """The lineage with the lake tables that stand behind each name in the SQL; sources without any are left out."""
    return {
        column: tuple((table, source) for name, source in sources for table in tables.get(name, ()))
        for column, sources in lineage.items()
    }


def merged(lineages: Iterable[Lineage]) -> Lineage:
    """The lineage of a union of relations with the same columns."""
    found: dict[str, set[Source]] = {}
    for lineage in lineages:
        for column, sources in lineage.items():
            found.setdefault(column, set()).update(sources)
    return {column: tuple(sorted(sources)) for column, sources in found.items()}


def _through(sources: Iterable[Source], traced: Mapping[str, Lineage]) -> tuple[Source, ...]:
    """Sources that earlier steps built are replaced by what those come from."""
    found = {
        origin
        for table, column in sources
        for origin in (traced[table].get(column, ()) if table in traced else ((table, column),))
    }
    return tuple(sorted(found))


@lru_cache(maxsize=64)
def _direct(sql: str, tables: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, tuple[Source, ...]]:
    """The columns of one query and the columns of the tables it reads; each text is parsed once in a process."""
    from sqlglot.errors import SqlglotError
    from sqlglot.lineage import lineage

    schema: dict[str, dict[str, dict[str, str]]] = {}
    for table, columns in tables:
        group, short = table.split(".")
        schema.setdefault(group, {})[short] = dict.fromkeys(columns, "varchar")
    try:
        nodes = lineage(None, sql, schema=schema, dialect="duckdb", trim_selects=False)
    except SqlglotError:
        return {}
    assert isinstance(nodes, dict)  # all columns were asked for
    return {column: _leaves(node) for column, node in nodes.items()}


def _leaves(node: Node) -> tuple[Source, ...]:
    from sqlglot import exp

    found = set()
    for part in node.walk():
        if not part.downstream and isinstance(part.expression, exp.Table):
            table = part.expression
            found.add((f"{table.db}.{table.name}", part.name.rsplit(".", 1)[-1].strip('"')))
    return tuple(sorted(found))
