"""Write, audit, publish: what a step built becomes the table's next version only if its contract holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from data_quality.audit import Audit, AuditFailed, audit
from data_quality.contract import load_contract
from data_quality.verdict import RuleResult
from resources.crash_points import crash_point
from resources.engine import Session
from resources.lake import Commit
from resources.partitions import BY_AS_OF, Layout, Partition
from xdrec_assets.beyond import beyond_of
from xdrec_assets.lineage import Lineage
from xdrec_assets.pipeline import Pipeline

PREVIEW_ROWS = 5


class PublishRefused(AuditFailed):
    """What a step built breaks its table's contract; nothing was published."""

    def __init__(self, table: str, verdict: Audit) -> None:
        """The table, and what its audit found."""
        try:
            verdict.raise_if_blocked(table)
        except AuditFailed as failed:
            super().__init__(str(failed))
        self.table = table
        self.audit = verdict


@dataclass(frozen=True)
class Shown:
    """What the asset shows of a publication in the web UI, beside its figures."""

    has_preview: bool = True
    preview: pa.Table | None = None  # none: the first rows as they are
    pictures: Mapping[str, bytes] = field(default_factory=dict)  # name: PNG
    texts: Mapping[str, str] = field(default_factory=dict)  # name: Markdown
    lineage: Lineage = field(default_factory=dict)


@dataclass(frozen=True)
class Publication:
    """What was published of one table, or that nothing had to be."""

    table: str
    n_rows: int
    version: int
    audit: Audit | None = None  # none where nothing changed
    figures: Mapping[str, float | int | str] = field(default_factory=dict)
    shown: Shown = field(default_factory=Shown)
    accounts: RuleResult | None = None  # whether every line behind it is in one place, where that is held to account

    def and_then(self, later: Publication) -> Publication:
        """Both as one publication of the same table: counts add up, warnings stay, else the later one speaks."""
        figures = dict(self.figures) | {name: _sum(self.figures.get(name), new) for name, new in later.figures.items()}
        audit, accounts = later.audit, later.accounts
        if self.audit and audit:
            audit = replace(audit, results=(*self.audit.warnings, *audit.results))
        if self.accounts and not self.accounts.ok:
            accounts = self.accounts
        return replace(later, n_rows=self.n_rows + later.n_rows, figures=figures, audit=audit, accounts=accounts)


def publish(
    pipeline: Pipeline,
    session: Session,
    table: str,
    built: str,
    layout: Layout | None = None,
    partitions: Sequence[Partition] = (),
    fingerprints: Mapping[str, int] | None = None,
    figures: Mapping[str, float | int | str] | None = None,
    append: bool = False,
    shown: Shown | None = None,
    found: Sequence[RuleResult] = (),
    seen: Collection[str] = (),
) -> Publication:
    """Audit the session's table `built` and, if it passes, publish it as `table`: replacing, or adding with `append`.

    What was `found` of the rows by other means than the contract is part of the verdict. `seen` are names of files that
    rows to be added were compared with already.

    Raises:
        PublishRefused: a blocking rule of the contract is broken; the last good version stays.
    """
    contract = load_contract(table)
    beyond = beyond_of(pipeline, session, table, contract, layout, partitions)
    verdict = audit(session.con, built, contract, beyond)
    verdict = replace(verdict, results=(*verdict.results, *found))
    if not verdict.passed:
        raise PublishRefused(table, verdict)
    crash_point("after_audit")
    n_rows = session.count(built)
    code = pipeline.code_of(table.split("/")[0], table)
    warned = [result.in_short() for result in verdict.warnings]
    note = {"table": table, "partitions": [p.key for p in partitions], "rows": n_rows, "code": code, "warned": warned}
    rows = session.con.table(built).to_arrow_reader
    if fingerprints and not stale(pipeline, [table], fingerprints):  # a step that died after this very commit
        commit = Commit(pipeline.lake.version(table) or 0)
    else:
        key = contract.key if append else ()
        commit = pipeline.lake.publish(table, rows, layout, partitions, fingerprints, note, append, key, seen)
    shown = shown or Shown()
    newest = (
        session.con.table(built).order("day desc") if layout and layout.column == "day" else session.con.table(built)
    )
    preview = shown.preview or newest.limit(PREVIEW_ROWS).to_arrow_table()
    figures = {**(figures or {}), **_race(commit)}
    return Publication(table, n_rows, commit.version, verdict, figures, replace(shown, preview=preview))


def publish_as_of(
    pipeline: Pipeline,
    session: Session,
    table: str,
    rows: pa.Table,
    partition: Partition,
    fingerprint: int,
    figures: Mapping[str, float | int | str] | None = None,
    shown: Shown | None = None,
) -> Publication:
    """Publish the Arrow rows of one as-of date."""
    built = table.replace("/", ".", 1).replace("/", "_")
    session.bind_rows(built, rows.cast(load_contract(table).arrow_schema()))
    return publish(
        pipeline, session, table, built, BY_AS_OF, [partition], {partition.key: fingerprint}, figures, shown=shown
    )


def stale(pipeline: Pipeline, tables: Sequence[str], wanted: Mapping[str, int]) -> set[str]:
    """The partition keys that some table was not yet published for with the wanted fingerprint."""
    kept = [pipeline.lake.fingerprints(table, wanted) for table in tables]
    return {key for key, value in wanted.items() if any(found[key] != value for found in kept)}


def unchanged(pipeline: Pipeline, *tables: str) -> list[Publication]:
    """Say of tables that they stand as they are."""
    found = [(table, pipeline.lake.open(table)) for table in tables]
    return [Publication(table, 0, delta.version() if delta else 0) for table, delta in found]


def rows_by_day(
    pipeline: Pipeline, tables: Sequence[str], partitions: Sequence[Partition]
) -> dict[str, dict[str, int]]:
    """How many rows each day-partitioned table has in each of some partitions: table, partition key."""
    found = {}
    with pipeline.engine.session() as session:
        for table in tables:
            schema = load_contract(table).arrow_schema()
            session.bind("lake.counted", [table], schema)
            days = session.con.table("lake.counted").aggregate("day, count(*) as n_rows").fetchall()
            found[table] = {p.key: sum(n for day, n in days if p.first <= day < p.after) for p in partitions}
    return found


def _race(commit: Commit) -> dict[str, int | str]:
    """What to say of a publication that other writers of the same rows came before."""
    if not commit.lost:
        return {}
    published = "by another writer, from the same inputs" if commit.by_other else "by this run, on top of the others"
    return {"other writers came first": commit.lost, "published": published}


def _sum(before: float | str | None, now: float | str) -> float | str:
    return before + now if isinstance(before, int) and isinstance(now, int) else now
