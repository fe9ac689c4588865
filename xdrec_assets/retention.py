"""How long raw records are kept: what clean tables were made of goes for good after `raw_keep_days`."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

from data_quality.contract import load_contract
from resources.forgetting import forget_before
from resources.partitions import Partition
from resources.provenance import step_of
from xdrec_assets.clean.cleaned import cleaned_fingerprints, reopened, still_made
from xdrec_assets.pipeline import Pipeline, consecutive
from xdrec_assets.platforms.platform import Platform, clean_tables, raw_tables
from xdrec_assets.publishing import stale


def retain(pipeline: Pipeline) -> dict[str, int]:
    """Forget raw records that are older than `raw_keep_days`; how many rows, by table. Nothing without that setting.

    Whole partitions go, and only those that the clean tables stand on: one that is still to be cleaned keeps itself
    and all after it. The account of the files (`raw/<platform>/files`) stays, and so does everything from clean on.
    """
    forgotten: dict[str, int] = {}
    for platform in pipeline.folder.platforms:
        day = forgettable_before(pipeline, platform)
        if day is not None:
            tables, layout = [t for t in raw_tables(platform) if not t.endswith("/files")], pipeline.folder.layout
            with step_of(f"retention {uuid4()}"):
                forgotten |= {table: forget_before(pipeline.lake, table, day, layout) for table in tables}
    return forgotten


def forgettable_before(pipeline: Pipeline, platform: Platform) -> date | None:
    """The day before which the raw records of a platform may go; None where none may."""
    keep_days = pipeline.folder.settings.raw_keep_days
    if keep_days is None:
        return None
    oldest_kept = pipeline.today - timedelta(days=keep_days)
    old = [p for p in pipeline.day_partitions() if p.after <= oldest_kept]
    made_from = consecutive(_read(pipeline, platform, old))
    waiting = [p for run in made_from for p in _waiting(pipeline, platform, reopened(pipeline, run))]
    if waiting:
        first = min(p.first for p in waiting) - timedelta(days=1)  # a clean day is made from the day before it, too
        old = [p for p in old if p.after <= first]
    return old[-1].after if old else None


def _read(pipeline: Pipeline, platform: Platform, partitions: list[Partition]) -> list[Partition]:
    """The partitions for which some file was read."""
    with pipeline.engine.session() as session:
        session.bind("raw.files", [f"raw/{platform.platform}/files"], load_contract("raw/files").arrow_schema())
        days = {day for _, day in session.query("raw/read_files").fetchall()}
    return [p for p in partitions if any(p.first <= day < p.after for day in days)]


def _waiting(pipeline: Pipeline, platform: Platform, partitions: list[Partition]) -> list[Partition]:
    """The partitions whose clean rows are not yet what the raw records make of them."""
    open_ = still_made(pipeline, platform, partitions)
    changed = stale(pipeline, clean_tables(platform), cleaned_fingerprints(pipeline, platform, open_))
    return [p for p in open_ if p.key in changed]
