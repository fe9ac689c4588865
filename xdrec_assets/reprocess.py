"""Process again what was set apart, after its platform file, its SQL or its landed files were corrected.

The partitions that hold rejected lines or quarantined records are read and cleaned again, as far as what they are made
from changed; and those that landed and never came to stand, because they were refused as a whole. What follows from
them is brought up to date by the next refresh.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from resources.partitions import Partition
from resources.plain_text import counted
from resources.provenance import step_of
from xdrec_assets.clean.cleaned import publish_cleaned, reopened, uncleaned
from xdrec_assets.opening import day_asked, open_pipeline, platform_asked
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.platforms.platform import Platform
from xdrec_assets.publishing import rows_by_day
from xdrec_assets.raw.landed import has_landed, publish_landed, unread

Counts = tuple[int, int]  # before and after


@dataclass(frozen=True)
class Reprocessed:
    """What became of a platform's rows that were set apart."""

    n_partitions: int  # that held such rows, or never came to stand
    n_made: int  # of them and of those that read from them, made again
    n_new: int  # of the made ones, those that never stood before
    rejected: Counts
    quarantined: Counts

    @property
    def n_recovered(self) -> int:
        """Rows that are set apart no longer; negative where more are than before."""
        return self.rejected[0] - self.rejected[1] + self.quarantined[0] - self.quarantined[1]

    def text(self, platform: str) -> str:
        """What happened, in words, and what to do next."""
        look = f"`python -m xdrec_assets.set_apart --platform {platform}` shows them with their raw lines."
        if not self.n_partitions:
            return f"{platform}: nothing is set apart in these days"
        if not self.n_made:
            lines, records = (
                counted(self.rejected[0], "rejected line"),
                counted(self.quarantined[0], "quarantined record"),
            )
            return (
                f"{platform}: nothing was made again: {lines} and {records} stay, for what their partitions are made "
                f"from has not changed. Correct the platform file, its SQL or the landed files first; {look}"
            )
        left, made = self.rejected[1] + self.quarantined[1], counted(self.n_made, "partition")
        new = f", {self.n_new} of them for the first time" if self.n_new else ""
        return "\n".join(
            [
                f"{platform}: {counted(self.n_recovered, 'row')} recovered, {made} made{new}",
                f"  rejected lines       {self.rejected[0]:,} before, {self.rejected[1]:,} now",
                f"  quarantined records  {self.quarantined[0]:,} before, {self.quarantined[1]:,} now",
                *([f"{counted(left, 'row')} still set apart; {look}"] if left else []),
                "What follows from these partitions is brought up to date by the next `make refresh`.",
            ]
        )


def reprocess(pipeline: Pipeline, platform: Platform, first: date, last: date) -> Reprocessed:
    """Read and clean again the partitions from first to last that hold rows which were set apart, or never stood.

    Raises:
        PartitionsRefused: too much of a partition is still bad; the other ones are published.
        PublishRefused: what was made breaks its contract; the last good version stays.
    """
    with step_of(f"reprocess {platform.platform} {uuid4()}"):
        return _reprocess(pipeline, platform, first, last)


def _reprocess(pipeline: Pipeline, platform: Platform, first: date, last: date) -> Reprocessed:
    every = pipeline.day_partitions()
    days = [p for p in every if p.after > first and p.first <= last]
    rejected, quarantined = _set_apart(pipeline, platform, days)
    is_read, is_clean = (_stands(pipeline, f"{stage}/{platform.platform}/events", every) for stage in ("raw", "clean"))
    refused = [p for p in days if not is_read[p.key] and has_landed(pipeline, platform, p)]
    to_read = [p for p in days if rejected[p.key] or p in refused]
    to_clean = [p for p in days if quarantined[p.key] or (is_read[p.key] and not is_clean[p.key])]
    read = unread(pipeline, platform, to_read) if to_read else []
    if read:
        list(publish_landed(pipeline, platform, read))
    again = {p.key: p for p in (*to_clean, *(reopened(pipeline, read) if read else ()))}
    cleaned = uncleaned(pipeline, platform, sorted(again.values(), key=lambda p: p.first)) if again else []
    if cleaned:
        list(publish_cleaned(pipeline, platform, cleaned))
    rejected_now, quarantined_now = _set_apart(pipeline, platform, days)
    return Reprocessed(
        len({p.key for p in (*to_read, *to_clean)}),
        len({p.key for p in (*read, *cleaned)}),
        len({p.key for p in cleaned if not is_clean[p.key]}),
        (sum(rejected.values()), sum(rejected_now.values())),
        (sum(quarantined.values()), sum(quarantined_now.values())),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: `python -m xdrec_assets.reprocess --platform shop --from 2026-01-05 --to 2026-01-11`."""
    parser = argparse.ArgumentParser(prog="python -m xdrec_assets.reprocess", description=__doc__)
    parser.add_argument("--platform", required=True)
    parser.add_argument("--from", dest="first", type=day_asked, default=date.min, help="the first day")
    parser.add_argument("--to", dest="last", type=day_asked, default=date.max, help="the last day")
    asked = parser.parse_args(arguments)
    try:
        pipeline = open_pipeline(os.environ)
        done = reprocess(pipeline, platform_asked(pipeline, asked.platform), asked.first, asked.last)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(done.text(asked.platform))
    return 0


def _set_apart(
    pipeline: Pipeline, platform: Platform, days: Sequence[Partition]
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Rejected lines and quarantined records of each partition."""
    tables = [f"raw/{platform.platform}/rejected", f"clean/{platform.platform}/quarantined"]
    found = rows_by_day(pipeline, tables, days)
    return found[tables[0]], found[tables[1]]


def _stands(pipeline: Pipeline, table: str, days: Sequence[Partition]) -> Mapping[str, bool]:
    """Whether each partition of a table was ever published."""
    return {key: found is not None for key, found in pipeline.lake.fingerprints(table, [p.key for p in days]).items()}


if __name__ == "__main__":
    sys.exit(main())
