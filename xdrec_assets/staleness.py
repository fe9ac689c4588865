"""Which partitions a refresh has to make again: those whose inputs changed since they were published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from resources.partitions import Partition
from xdrec_assets.clean.cleaned import cleaned_fingerprints, reopened, still_made
from xdrec_assets.joined.joining import interaction_fingerprints
from xdrec_assets.pipeline import Pipeline, consecutive
from xdrec_assets.platforms.platform import clean_tables
from xdrec_assets.publishing import stale
from xdrec_assets.raw.landed import has_landed, unread


def stale_partitions(pipeline: Pipeline, partitions: Sequence[Partition]) -> list[Partition]:
    """The partitions whose raw, clean or joined rows are not what their landed files make of them, in order.

    Files that landed reopen the days they can have events of. Partitions that no file can have any of are passed over.
    """
    landed = [p for p in partitions if any(has_landed(pipeline, platform, p) for platform in pipeline.folder.platforms)]
    reached = _with_reopened(pipeline, landed)
    found: dict[str, Partition] = {}
    for platform in pipeline.folder.platforms:
        found |= {p.key: p for p in _with_reopened(pipeline, unread(pipeline, platform, landed))}
        makeable = still_made(pipeline, platform, reached)
        keys = stale(pipeline, clean_tables(platform), cleaned_fingerprints(pipeline, platform, makeable))
        found |= {p.key: p for p in reached if p.key in keys}
    keys = stale(pipeline, ["joined/interactions"], interaction_fingerprints(pipeline, reached))
    found |= {p.key: p for p in reached if p.key in keys}
    return sorted(found.values(), key=lambda p: p.first)


def _with_reopened(pipeline: Pipeline, landed: Sequence[Partition]) -> list[Partition]:
    """Partitions, and those that files landed in them can have events of; a killed run may have left any of them."""
    runs = consecutive(landed)
    return [*{p.key: p for run in runs for p in (*run, *reopened(pipeline, run))}.values()]


def newest_landed(pipeline: Pipeline, partitions: Sequence[Partition]) -> date | None:
    """The last day of the newest partition for which something landed; None where nothing did."""
    for partition in reversed(partitions):
        if any(has_landed(pipeline, platform, partition) for platform in pipeline.folder.platforms):
            return min(partition.after - timedelta(days=1), pipeline.folder.last_day(pipeline.today))
    return None
