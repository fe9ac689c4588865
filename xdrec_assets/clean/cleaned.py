"""Publish the clean tables of a platform, with every landed record accounted for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import reduce

from resources.engine import Session
from resources.fingerprint import fingerprint
from resources.partitions import Partition
from xdrec_assets.clean.accounts import clean_accounts, settled_days
from xdrec_assets.clean.cleaning import Accounts, clean_table
from xdrec_assets.clean.judged import judged
from xdrec_assets.clean.sources import lineage_beside, table_lineage
from xdrec_assets.pipeline import Pipeline, consecutive
from xdrec_assets.platforms.platform import Platform, clean_tables
from xdrec_assets.publishing import Publication, PublishRefused, Shown, publish, stale, unchanged
from xdrec_assets.raw.landed import forgotten_raw
from xdrec_assets.refusal import PartitionsRefused, Refused


class Unbalanced(RuntimeError):
    """Records were lost or doubled between raw and clean."""


def publish_cleaned(pipeline: Pipeline, platform: Platform, partitions: Sequence[Partition]) -> Iterator[Publication]:
    """Clean and publish the partitions whose raw records changed; the others stand.

    A late event reopens the partition of the day it happened on: a day is made from all files that may hold its events.

    Raises:
        PublishRefused: what was built breaks the contract of its table.
        PartitionsRefused: too much of what landed is bad; the other partitions are published.
        Unbalanced: a record is not in exactly one place.
    """
    changed = uncleaned(pipeline, platform, partitions)
    wanted, refused = cleaned_fingerprints(pipeline, platform, changed), Refused()
    runs = consecutive(changed)
    for run in runs:
        yield from _publish_run(pipeline, platform, run, {p.key: wanted[p.key] for p in run}, refused)
    if refused:
        raise PartitionsRefused(f"clean/{platform.platform}/quarantined", platform, refused)
    if not runs:
        yield from unchanged(pipeline, *clean_tables(platform))


def uncleaned(pipeline: Pipeline, platform: Platform, partitions: Sequence[Partition]) -> list[Partition]:
    """The partitions whose raw records, platform file or SQL changed since they were cleaned."""
    wanted = cleaned_fingerprints(pipeline, platform, still_made(pipeline, platform, partitions))
    changed = stale(pipeline, clean_tables(platform), wanted)
    return [p for p in partitions if p.key in changed]


def reopened(pipeline: Pipeline, partitions: Sequence[Partition]) -> list[Partition]:
    """The clean partitions that files landed in some raw partitions can have events of."""
    folder = pipeline.folder
    first = min(p.first for p in partitions) - timedelta(days=folder.settings.late_days)
    last = max(p.after for p in partitions)  # clocks run ahead by up to a day
    end = folder.last_day(pipeline.today)
    return folder.partitions(max(first, folder.settings.first), min(last, end))


def still_made(pipeline: Pipeline, platform: Platform, partitions: Sequence[Partition]) -> list[Partition]:
    """The partitions that can be made again: raw records they are made from may be forgotten, and then they stand."""
    forgotten = forgotten_raw(pipeline, platform)
    return [p for p in partitions if p.first - timedelta(days=1) >= forgotten]


def cleaned_fingerprints(pipeline: Pipeline, platform: Platform, partitions: Sequence[Partition]) -> dict[str, int]:
    """What each partition's clean rows are made from: the raw partitions that can hold its events, and the code."""
    if not partitions:
        return {}
    raw = _window(pipeline, partitions)
    sources = [f"raw/{platform.platform}/{source}" for source in platform.sources]
    landed = {source: pipeline.lake.fingerprints(source, [p.key for p in raw]) for source in sources}
    key_digest = fingerprint(*(pad.hex() for pad in pipeline.user_key.pads().values()))
    about = [platform.model_dump(mode="json"), pipeline.folder.settings.late_days, pipeline.folder.namespaces]
    code = pipeline.code_of("clean"), _own_sql(pipeline, platform)

    def made_from(partition: Partition) -> int:
        keys = [p.key for p in _window(pipeline, [partition])]
        return fingerprint(about, code, key_digest, [[found[key] for key in keys] for found in landed.values()])

    return {partition.key: made_from(partition) for partition in partitions}


def _window(pipeline: Pipeline, partitions: Sequence[Partition]) -> list[Partition]:
    folder = pipeline.folder
    first = min(p.first for p in partitions) - timedelta(days=1)
    last = max(p.after for p in partitions) + timedelta(days=folder.settings.late_days - 1)
    return folder.partitions(first, last)


def _own_sql(pipeline: Pipeline, platform: Platform) -> list[str]:
    names = (f"clean/{platform.platform}/{table}" for table in platform.canonical_tables())
    return [pipeline.engine.text(name) for name in names if pipeline.engine.file(name)]


def _publish_run(
    pipeline: Pipeline,
    platform: Platform,
    run: Sequence[Partition],
    fingerprints: dict[str, int],
    refused: Refused,
) -> Iterator[Publication]:
    """Publish a run of partitions, those left out of it that are refused."""
    with pipeline.engine.session() as session:
        accounts = {
            table: clean_table(session, pipeline.folder, platform, table, pipeline.user_key, run)
            for table in platform.canonical_tables()
        }
        broken = judged(session, platform, run, accounts)
        if not broken:
            yield from _publish_cleaned(pipeline, session, platform, run, fingerprints, accounts)
    refused |= broken
    for rest in consecutive([p for p in run if p.key not in broken]) if broken else ():
        yield from _publish_run(pipeline, platform, rest, {p.key: fingerprints[p.key] for p in rest}, refused)


def _publish_cleaned(
    pipeline: Pipeline,
    session: Session,
    platform: Platform,
    run: Sequence[Partition],
    fingerprints: dict[str, int],
    accounts: Mapping[str, Mapping[date, Accounts]],
) -> Iterator[Publication]:
    layout, done = pipeline.folder.layout, list[Publication]()
    totals = {table: reduce(Accounts.plus, by_day.values(), Accounts()) for table, by_day in accounts.items()}
    if unbalanced := {table: total for table, total in totals.items() if not total.balance}:
        raise Unbalanced(f"clean/{platform.platform}: {unbalanced}; report it as a bug")
    for beside in ("quarantined", "duplicates"):
        session.union(f"clean.{beside}", [f"clean.{table}_{beside}" for table in accounts])
        totals[beside] = reduce(Accounts.plus, (totals[table] for table in accounts))
    try:
        for table, total in totals.items():
            of_table = table_lineage if table in accounts else lineage_beside
            shown = Shown(lineage=of_table(pipeline.engine, platform, table))
            name, figures = f"clean/{platform.platform}/{table}", total.figures()
            built = f"clean.{table}"
            done.append(publish(pipeline, session, name, built, layout, run, fingerprints, figures, shown=shown))
    except PublishRefused:
        yield from done
        raise
    held = clean_accounts(pipeline, platform, _settled(pipeline, platform, run))
    yield from (replace(publication, accounts=held.get(publication.table)) for publication in done)


def _settled(pipeline: Pipeline, platform: Platform, run: Sequence[Partition]) -> list[date]:
    """The landed days around a run whose records all are in partitions that are published from what raw holds now."""
    settings, late = pipeline.folder.settings, timedelta(days=pipeline.folder.settings.late_days + 1)
    first = max(run[0].first - late, settings.first)
    around = pipeline.folder.partitions(first, max(first, min(run[-1].after + late, settings.last or date.max)))
    wanted = cleaned_fingerprints(pipeline, platform, still_made(pipeline, platform, around))
    old = stale(pipeline, clean_tables(platform), wanted)
    fresh = [p for p in around if p.key in wanted and p.key not in old]
    return settled_days(run, fresh, settings.late_days, settings.first, settings.last or date.max)
