"""What each table's last publication cost, and what its audit warned of, as the commits in the lake say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from xdrec_assets.origins import Origin, origins

if TYPE_CHECKING:
    from xdrec_assets.pipeline import Pipeline

Row = Mapping[str, Any]
STAGES: Final = ("raw", "clean", "joined", "embeddings", "knowledge", "rankers", "evaluation", "recommendations")
COMMITS_READ = 20  # of each table's log, the newest
DEAREST = 8


def publications(pipeline: Pipeline, as_of: str) -> list[dict[str, Any]]:
    """The last publication of every table, stage by stage: that of an as-of date where it was published for one.

    A step that found nothing changed published nothing: what it cost when it last did stands.
    """
    found = [last_publication(table, origins(pipeline, table, COMMITS_READ), as_of) for table in pipeline.lake.tables()]
    known = [row for row in found if row is not None and row["stage"] in STAGES]
    return sorted(known, key=lambda row: (STAGES.index(row["stage"]), row["table"]))


def last_publication(table: str, commits: Sequence[Origin], as_of: str) -> dict[str, Any] | None:
    """What the last run to publish a table spent on it, of several commits of the run the sum; None where none says.

    Args:
        table: its name.
        commits: the table's commits, the newest first.
        as_of: the partition to look for first.

    Returns:
        table, stage, at, rows, seconds, processor_seconds, peak_mb (None where it is not known), warned.
    """
    told = [commit for commit in commits if "seconds" in commit.note and "rows" in commit.note]
    told = [commit for commit in told if as_of in commit.note.get("partitions", ())] or told
    if not told:
        return None
    run = [commit.note for commit in told if commit.note.get("run") == told[0].note.get("run")]
    peaks = [note["peak_mb"] for note in run if "peak_mb" in note]
    return {
        "table": table,
        "stage": table.split("/")[0],
        "at": told[0].at,
        "rows": sum(note["rows"] for note in run),
        "seconds": sum(note["seconds"] for note in run),
        "processor_seconds": sum(note["processor_seconds"] for note in run),
        "peak_mb": max(peaks, default=None),
        "warned": sorted({warning for note in run for warning in note.get("warned", ())}),
    }


def by_stage(published: Iterable[Row]) -> list[dict[str, Any]]:
    """The sums of each stage's tables: stage, n_tables, seconds, processor_seconds, peak_mb (the highest), share.

    share: of the seconds of all stages, 0–1.
    """
    rows = list(published)
    whole = sum(row["seconds"] for row in rows) or 1.0
    stages = [(stage, [row for row in rows if row["stage"] == stage]) for stage in STAGES]
    return [
        {
            "stage": stage,
            "n_tables": len(own),
            "seconds": sum(row["seconds"] for row in own),
            "processor_seconds": sum(row["processor_seconds"] for row in own),
            "peak_mb": max((row["peak_mb"] for row in own if row["peak_mb"] is not None), default=None),
            "share": sum(row["seconds"] for row in own) / whole,
        }
        for stage, own in stages
        if own
    ]


def dearest(published: Iterable[Row], n: int = DEAREST) -> list[Row]:
    """The tables that took longest, the longest first."""
    return sorted(published, key=lambda row: (-row["seconds"], row["table"]))[:n]
