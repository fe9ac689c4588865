"""Show what was set apart of a platform: why, where, and the raw line itself.

That is rejected lines, quarantined records, and events that landed twice on a day under one id, with other content than
the one that stands.
The raw lines hold user ids in clear: show them to those who may see the platform's own logs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from data_quality.contract import load_contract
from resources.plain_text import counted, plain_text
from xdrec_assets.opening import day_asked, open_pipeline, platform_asked
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.platforms.platform import Platform

WIDTH = 300  # characters shown of a raw line
KINDS = {"rejected": "line", "quarantined": "record", "other content": "record"}


@dataclass(frozen=True)
class SetApart:
    """A line or record that was set apart, one of the first of its reason."""

    what: str  # rejected | quarantined | other content
    source: str
    why: str
    n_rows: int  # that were set apart for this reason
    first_day: date
    last_day: date
    source_file: str
    source_line: int
    file_sha256: str | None
    found: str | None
    line: str | None  # none where its raw record was forgotten

    def heading(self) -> str:
        """How many rows of which days were set apart for the reason."""
        days = f"{self.first_day}" if self.first_day == self.last_day else f"{self.first_day} to {self.last_day}"
        became = "left out" if self.what == "other content" else self.what
        return f"{counted(self.n_rows, KINDS[self.what])} of {self.source} {became}, {days}: {self.why}"

    def text(self) -> str:
        """Where it stands, what broke the rule, and the raw line."""
        has = f", found {plain_text(self.found)!r:.80}" if self.found else ""
        raw = "forgotten, as raw_keep_days says" if self.line is None else plain_text(self.line)
        short = raw if len(raw) <= WIDTH else f"{raw[: WIDTH - 1]}…"
        checksum = f" (sha256 {self.file_sha256})" if self.file_sha256 else ""
        where = f"line {self.source_line} of {self.source_file}{checksum}"
        return f"  {where}{has}\n    {short}"


def set_apart(pipeline: Pipeline, platform: Platform, first: date, last: date, n_examples: int = 3) -> list[SetApart]:
    """The first rows set apart for each reason in the partitions from first to last, the most frequent reason first."""
    tables = {
        "raw.rejected": [f"raw/{platform.platform}/rejected"],
        "raw.records": [f"raw/{platform.platform}/{source}" for source in platform.sources],
        "clean.quarantined": [f"clean/{platform.platform}/quarantined"],
        "clean.duplicates": [f"clean/{platform.platform}/duplicates"],
    }
    with pipeline.engine.session() as session:
        for name, lake_tables in tables.items():
            session.bind(name, lake_tables, load_contract(lake_tables[0]).arrow_schema())
        asked = {"first": first, "last": last, "examples": n_examples}
        return [SetApart(*row) for row in session.query("clean/set_apart", asked).fetchall()]


def texts(platform: str, found: Sequence[SetApart]) -> Iterator[str]:
    """What was set apart in words, reason by reason."""
    if not found:
        yield f"{platform}: nothing is set apart in these days"
    for heading, rows in groupby(found, SetApart.heading):
        yield f"{platform}: {heading}"
        yield from (row.text() for row in rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: `python -m xdrec_assets.set_apart --platform shop --from 2026-01-05 --to 2026-01-11`."""
    parser = argparse.ArgumentParser(prog="python -m xdrec_assets.set_apart", description=__doc__)
    parser.add_argument("--platform", required=True)
    parser.add_argument("--from", dest="first", type=day_asked, default=date.min, help="the first day")
    parser.add_argument("--to", dest="last", type=day_asked, default=date.max, help="the last day")
    parser.add_argument("--examples", type=int, default=3, help="rows shown of each reason (3)")
    asked = parser.parse_args(arguments)
    try:
        pipeline = open_pipeline(os.environ)
        platform = platform_asked(pipeline, asked.platform)
        found = set_apart(pipeline, platform, asked.first, asked.last, asked.examples)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(texts(asked.platform, found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
