"""Refuse whole partitions: where too much of what landed is bad, the last good version stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from data_quality.audit import Audit, AuditFailed
from data_quality.verdict import RuleResult
from resources.engine import Session
from resources.partitions import Partition
from resources.plain_text import counted, plain_text
from xdrec_assets.platforms.platform import Platform
from xdrec_assets.publishing import PublishRefused


class Refused(dict[str, list[RuleResult]]):
    """Partition keys, and the rules that each of them breaks."""


class PartitionsRefused(PublishRefused):
    """Some partitions were refused; the other ones of the run were published."""

    def __init__(self, table: str, platform: Platform, refused: Mapping[str, Sequence[RuleResult]]) -> None:
        """The table that the refused partitions are of, and the rules that each breaks."""
        broken = [result for results in refused.values() for result in results]
        which = counted(len(refused), "partition")
        said = "\n".join(f"  {key}: {result.text()}" for key, results in refused.items() for result in results)
        AuditFailed.__init__(
            self,
            f"{which} of {table} refused as a whole; the last good version stands:\n{said}\n"
            f"Have the files corrected, or {platform.platform}.yaml where it maps them; where they are right as they "
            f"are, say so under `quality` in that file. Then refresh again.",
        )
        self.table = table
        self.audit = Audit(table, sum(result.n_rows for result in broken), tuple(broken))


@dataclass(frozen=True)
class Reason:
    """Why lines are bad: how many of them, where the first one stands, and what it has."""

    why: str
    n_lines: int
    source_file: str
    source_line: int
    found: str | None

    def text(self) -> str:
        """The reason in words; what was found is foreign text and comes short and plain."""
        has = f", which has {plain_text(self.found)!r:.60}" if self.found else ""
        return f"{self.n_lines} with {self.why!r:.120}, first in line {self.source_line} of {self.source_file}{has}"


def bad_share(
    session: Session,
    platform: Platform,
    source: str,
    partition: Partition,
    n_bad: int,
    n_lines: int,
    broken: Callable[[], pa.Table],
) -> RuleResult | None:
    """The broken rule of a partition in which more of a source's lines are bad than the platform allows.

    broken: the source's bad lines, asked for only then: why, day, source_file, source_line and found.
    """
    allowed = platform.quality
    if n_bad <= allowed.few or n_bad <= allowed.most_bad_share * n_lines:
        return None
    session.bind_rows("platforms.broken", broken())
    days = {"first": partition.first, "after": partition.after}
    found = tuple(Reason(*reason).text() for reason in session.query("platforms/reasons", days).fetchall())
    expected = f"at most {allowed.most_bad_share:.0%} of the lines rejected or quarantined"
    return RuleResult("bad_share", source, "block", False, n_bad, n_lines, expected, found, of="lines")
