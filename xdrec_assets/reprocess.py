"""Process again what was set apart, after its platform file, its SQL or its landed files were corrected.

Exactly the partitions that hold rejected lines or quarantined records are read and cleaned again, as far as what they
are made from changed. What follows from them is brought up to date by the next refresh.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from resources.partitions import Partition
from xdrec_assets.clean.cleaned import publish_cleaned, reopened, uncleaned
from xdrec_assets.opening import open_pipeline
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.platforms.platform import Platform
from xdrec_assets.publishing import rows_by_day
from xdrec_assets.raw.landed import publish_landed, unread


@dataclass(frozen=True)
class Reprocessed:
    """What became of a platform's rows that were set apart."""

    n_partitions: int  # that held such rows
    n_made: int  # of them and of those that read from them, made again
    rejected: tuple[int, int]  # before and after
    quarantined: tuple[int, int]

    @property
    def n_recovered(self) -> int:
        """Rows that are set apart no longer; negative where more are than before."""
        return self.rejected[0] - self.rejected[1] + self.quarantined[0] - self.quarantined[1]

    def text(self, platform: str) -> str:
        """What happened, in words."""
        if not self.n_partitions:
            return f"{platform}: nothing is set apart in these days"
        if not self.n_made:
            return (
                f"{platform}: {self.rejected[0]} rejected lines and {self.quarantined[0]} quarantined records stay, "
                f"for nothing that their {self.n_partitions} partitions are made from has changed; correct the "
                "platform file, its SQL or the landed files first"
            )
        return (
            f"{platform}: {self.n_recovered} rows recovered; rejected lines {self.rejected[0]} before, "
            f"{self.rejected[1]} now; quarantined records {self.quarantined[0]} before, {self.quarantined[1]} now; "
            f"{self.n_made} partitions made again. The next refresh brings what follows from them up to date."
        )


def reprocess(pipeline: Pipeline, platform: Platform, first: date, last: date) -> Reprocessed:
    """Read and clean again the partitions from first to last that hold rows which were set apart.

    Raises:
        PublishRefused: what was made breaks its contract; the last good version stays.
    """
    days = [p for p in pipeline.day_partitions() if p.after > first and p.first <= last]
    rejected, quarantined = _set_apart(pipeline, platform, days)
    to_read, to_clean = ([p for p in days if counts[p.key]] for counts in (rejected, quarantined))
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
        (sum(rejected.values()), sum(rejected_now.values())),
        (sum(quarantined.values()), sum(quarantined_now.values())),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: `python -m xdrec_assets.reprocess --platform shop --from 2026-01-05 --to 2026-01-11`."""
    parser = argparse.ArgumentParser(prog="python -m xdrec_assets.reprocess", description=__doc__)
    parser.add_argument("--platform", required=True)
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=date.min, help="the first day")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, default=date.max, help="the last day")
    asked = parser.parse_args(arguments)
    try:
        pipeline = open_pipeline(os.environ)
        known = {platform.platform: platform for platform in pipeline.folder.platforms}
        if asked.platform not in known:
            raise ValueError(f"--platform: found {asked.platform!r}, expected one of {', '.join(known)}")
        done = reprocess(pipeline, known[asked.platform], asked.first, asked.last)
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


if __name__ == "__main__":
    sys.exit(main())
