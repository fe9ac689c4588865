"""Publish what all platforms know together: identities, people, items and interactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from data_quality.contract import load_contract
from resources.engine import Session
from resources.fingerprint import fingerprint
from resources.partitions import Partition
from xdrec_assets.joined.accounts import joined_account
from xdrec_assets.joined.identities import identities_before
from xdrec_assets.lineage import Lineage, column_lineage, renamed
from xdrec_assets.pipeline import Pipeline, consecutive
from xdrec_assets.publishing import Publication, Shown, publish, stale, unchanged

WHOLE = "whole"  # the fingerprint key of a table that is replaced as a whole


def publish_interactions(pipeline: Pipeline, partitions: Sequence[Partition]) -> Iterator[Publication]:
    """Join the days whose clean events changed; the others stand."""
    table = "joined/interactions"
    wanted = interaction_fingerprints(pipeline, partitions)
    changed = stale(pipeline, [table], wanted)
    runs = consecutive([p for p in partitions if p.key in changed])
    for run in runs:
        with pipeline.engine.session() as session:
            bind_clean(pipeline, session, "events")
            days = {"first": run[0].first, "after": run[-1].after}
            built = session.build("joined.built", table, days)
            fingerprints = {p.key: wanted[p.key] for p in run}
            layout, shown = pipeline.folder.layout, Shown(lineage=lineage_of(pipeline, table, "events"))
            done = publish(pipeline, session, table, built, layout, run, fingerprints, shown=shown)
            yield replace(done, accounts=joined_account(session, table, days))
    if not runs:
        yield from unchanged(pipeline, table)


def interaction_fingerprints(pipeline: Pipeline, partitions: Sequence[Partition]) -> dict[str, int]:
    """What each partition of the interactions is made from: all platforms' clean events of its days."""
    events, keys = pipeline.tables("events"), [p.key for p in partitions]
    parts = [pipeline.lake.fingerprints(name, keys) for name in events]
    code = pipeline.engine.text("joined/interactions")
    return {key: fingerprint(code, events, [part[key] for part in parts]) for key in keys}


def publish_identities(pipeline: Pipeline) -> Iterator[Publication]:
    """Resolve who is one person, by all links known today."""
    yield from _publish_whole(pipeline, "joined/identities", ("events", "links"), _build_identities)


def publish_people(pipeline: Pipeline) -> Iterator[Publication]:
    """Describe every person once."""
    yield from _publish_whole(pipeline, "joined/people", ("events", "links"), _build_people)


def publish_items(pipeline: Pipeline) -> Iterator[Publication]:
    """Put the items of all platforms together, every version with its days."""
    yield from _publish_whole(pipeline, "joined/items", ("items",), _build_items)


def bind_clean(pipeline: Pipeline, session: Session, *kinds: str) -> None:
    """Let SQL read all platforms' clean tables of some kinds as clean.<kind>."""
    for kind in kinds:
        session.bind(f"clean.{kind}", pipeline.tables(kind), load_contract(f"clean/{kind}").arrow_schema())


def bind_joined(pipeline: Pipeline, session: Session, *tables: str) -> None:
    """Let SQL read joined tables under their names."""
    for table in tables:
        session.bind(f"joined.{table}", [f"joined/{table}"], load_contract(f"joined/{table}").arrow_schema())


def lineage_of(pipeline: Pipeline, table: str, *kinds: str) -> Lineage:
    """The clean or joined columns that a joined table's columns come from; none where no SQL file makes it."""
    if pipeline.engine.file(table) is None:
        return {}
    upstream = {f"clean.{kind}": pipeline.tables(kind) for kind in kinds} | {"joined.identities": ["joined/identities"]}
    inputs = {name: [*load_contract(name.replace(".", "/")).columns] for name in upstream}
    return renamed(column_lineage({"joined.built": pipeline.engine.text(table)}, inputs), upstream)


def _publish_whole(
    pipeline: Pipeline, table: str, kinds: Sequence[str], build: Callable[[Pipeline, Session], object]
) -> Iterator[Publication]:
    upstream = [name for kind in kinds for name in pipeline.tables(kind)]
    wanted = {WHOLE: fingerprint(pipeline.code_of("joined"), [pipeline.lake.state(name) for name in upstream])}
    if not stale(pipeline, [table], wanted):
        yield from unchanged(pipeline, table)
        return
    with pipeline.engine.session() as session:
        bind_clean(pipeline, session, *kinds)
        build(pipeline, session)
        shown = Shown(lineage=lineage_of(pipeline, table, *kinds))
        done = publish(pipeline, session, table, "joined.built", fingerprints=wanted, shown=shown)
        yield replace(done, accounts=joined_account(session, table))


def _build_identities(pipeline: Pipeline, session: Session) -> None:
    rows = identities_before(session, date.max)
    session.bind_rows("joined.built", rows.cast(load_contract("joined/identities").arrow_schema()))


def _build_people(pipeline: Pipeline, session: Session) -> None:
    bind_joined(pipeline, session, "identities")
    session.build("joined.built", "joined/people")


def _build_items(pipeline: Pipeline, session: Session) -> None:
    session.build("joined.built", "joined/items")
