"""Bring a platform's landed files into raw tables: records, rejected lines, and an account of the files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from data_quality.contract import load_contract
from data_quality.verdict import RuleResult
from resources.engine import Session
from resources.fingerprint import fingerprint
from resources.forgetting import forgotten_before
from resources.partitions import Partition
from xdrec_assets.pipeline import Pipeline, consecutive
from xdrec_assets.platforms.platform import Platform, raw_tables
from xdrec_assets.publishing import Publication, PublishRefused, publish, stale, unchanged
from xdrec_assets.raw.accounts import raw_accounts
from xdrec_assets.raw.judged import judged, read_run
from xdrec_assets.raw.reading import arrivals
from xdrec_assets.refusal import PartitionsRefused, Refused


def publish_landed(pipeline: Pipeline, platform: Platform, partitions: Sequence[Partition]) -> Iterator[Publication]:
    """Read and publish the partitions whose files changed since they were last read; the others stand.

    Raises:
        PublishRefused: what was read breaks the contract of its table.
        PartitionsRefused: too much of what landed is bad, or it has other columns; other partitions are published.
    """
    runs, refused = consecutive(unread(pipeline, platform, partitions)), Refused()
    for run in runs:
        yield from _publish_run(pipeline, platform, run, landed_fingerprints(pipeline, platform, run), refused)
    if refused:
        raise PartitionsRefused(f"raw/{platform.platform}/files", platform, refused)
    if not runs:
        yield from unchanged(pipeline, *raw_tables(platform))


def unread(pipeline: Pipeline, platform: Platform, partitions: Sequence[Partition]) -> list[Partition]:
    """The partitions whose files landed or changed since they were read.

    A partition of which a file was read that is gone since stands as it is: landing areas are swept, raw tables stay.
    One whose records were forgotten stands as well: files for such days are no longer read.
    """
    forgotten = forgotten_raw(pipeline, platform)
    kept = [p for p in partitions if p.first >= forgotten]
    keys = stale(pipeline, raw_tables(platform), landed_fingerprints(pipeline, platform, kept))
    changed = [p for p in kept if p.key in keys]
    swept = _swept(pipeline, platform, changed) if changed else set()
    return [p for p in changed if p.key not in swept]


def forgotten_raw(pipeline: Pipeline, platform: Platform) -> date:
    """The day before which raw records of a platform were forgotten; the first of all days where none were."""
    return max(forgotten_before(pipeline.lake, f"raw/{platform.platform}/{source}") for source in platform.sources)


def has_landed(pipeline: Pipeline, platform: Platform, partition: Partition) -> bool:
    """Whether any file of a platform is there for a partition."""
    sources = platform.sources.values()
    return any(arrivals(pipeline.landing, source, [partition], pipeline.folder) for source in sources)


def landed_fingerprints(pipeline: Pipeline, platform: Platform, partitions: Sequence[Partition]) -> dict[str, int]:
    """What each partition's raw rows are made from: the files that landed, the platform file and the code."""
    about = [platform.model_dump(mode="json"), pipeline.code_of("raw")]
    found = {
        partition.key: [
            (arrival.file.path, arrival.file.n_bytes, arrival.file.modified_at)
            for source in platform.sources.values()
            for arrival in arrivals(pipeline.landing, source, [partition], pipeline.folder)
        ]
        for partition in partitions
    }
    return {key: fingerprint(about, files) for key, files in found.items()}


def _swept(pipeline: Pipeline, platform: Platform, partitions: Sequence[Partition]) -> set[str]:
    """The keys of partitions of which a file was read that is gone since."""
    with pipeline.engine.session() as session:
        session.bind("raw.files", [f"raw/{platform.platform}/files"], load_contract("raw/files").arrow_schema())
        read = session.query("raw/read_files").fetchall()
    paths = {path for path, day in read if any(p.first <= day < p.after for p in partitions)}
    missing = {path for path in paths if pipeline.landing.find(path) is None}
    gone = [day for path, day in read if path in missing]
    return {p.key for p in partitions if any(p.first <= day < p.after for day in gone)}


def _publish_run(
    pipeline: Pipeline,
    platform: Platform,
    run: Sequence[Partition],
    fingerprints: dict[str, int],
    refused: Refused,
) -> Iterator[Publication]:
    """Publish a run of partitions, those left out of it that are refused."""
    with pipeline.engine.session() as session:
        found = read_run(session, pipeline, platform, run)
        broken, warnings = judged(session, platform, run, found)
        if not broken:
            yield from _publish_read(pipeline, session, platform, run, fingerprints, warnings)
    refused |= broken
    for rest in consecutive([p for p in run if p.key not in broken]) if broken else ():
        yield from _publish_run(pipeline, platform, rest, {p.key: fingerprints[p.key] for p in rest}, refused)


def _publish_read(
    pipeline: Pipeline,
    session: Session,
    platform: Platform,
    run: Sequence[Partition],
    fingerprints: dict[str, int],
    warnings: Sequence[RuleResult],
) -> Iterator[Publication]:
    layout, done = pipeline.folder.layout, list[Publication]()
    try:
        for table in (*platform.sources, "rejected", "files"):
            built = f"raw.{table}_kept" if table in platform.sources else f"raw.{table}"
            said = [warning for warning in warnings if warning.column == table]
            name = f"raw/{platform.platform}/{table}"
            done.append(publish(pipeline, session, name, built, layout, run, fingerprints, found=said))
    except PublishRefused:
        yield from done
        raise
    accounts = raw_accounts(pipeline, platform, run)
    yield from (replace(publication, accounts=accounts.get(publication.table)) for publication in done)
