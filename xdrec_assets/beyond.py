"""What a publication is held against beyond its own rows: the tables it refers to, and its own past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

from data_quality.beyond_rows import Beyond
from data_quality.contract import Contract, load_contract
from resources.engine import Session
from resources.partitions import Layout, Partition
from xdrec_assets.pipeline import Pipeline


def beyond_of(
    pipeline: Pipeline,
    session: Session,
    table: str,
    contract: Contract,
    layout: Layout | None,
    partitions: Sequence[Partition],
) -> Beyond:
    """What an audit of some partitions of a table needs; tables that were never published are left out."""
    tables = {}
    for reference in contract.references:
        stage, short = reference.table.split("/")
        of_platforms = pipeline.tables(short) if stage == "clean" else []
        known = [name for name in (of_platforms or [reference.table]) if pipeline.lake.version(name) is not None]
        if known:
            tables[reference.table] = f"lake.{stage}_{short}"
            session.bind(tables[reference.table], known, load_contract(reference.table).arrow_schema())
    if not partitions:
        return Beyond(tables)
    trailing = _trailing(pipeline, session, table, contract, layout, partitions[0])
    return Beyond(tables, layout, partitions, pipeline.today + timedelta(days=1), trailing)


def _trailing(
    pipeline: Pipeline,
    session: Session,
    table: str,
    contract: Contract,
    layout: Layout | None,
    first: Partition,
) -> dict[str, int]:
    """The rows of the partitions before one, in their order; of days, for that is what volumes are judged of."""
    if contract.volume is None or layout is None or layout.column != "day":
        return {}
    length = max((first.after - first.first).days, 1)
    since = first.first - timedelta(days=length * contract.volume.trailing)
    session.bind("lake.trailing", [table], load_contract(table).arrow_schema())
    day = ColumnExpression("day")
    before = (day >= ConstantExpression(since)) & (day < ConstantExpression(first.first))
    counts = [day, FunctionExpression("count_star").alias("n_rows")]
    rows = session.con.table("lake.trailing").filter(before).aggregate(counts).fetchall()
    found: dict[str, int] = {}
    for on, n_rows in sorted(rows):
        key = pipeline.folder.partition(on).key
        found[key] = found.get(key, 0) + n_rows
    return found
