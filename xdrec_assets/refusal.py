"""Refuse whole partitions: where too much of what landed is bad, the last good version stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data_quality.audit import Audit, AuditFailed
from data_quality.verdict import RuleResult
from xdrec_assets.platforms.platform import Platform
from xdrec_assets.publishing import PublishRefused


class Refused(dict[str, list[RuleResult]]):
    """Partition keys, and the rules that each of them breaks."""


class PartitionsRefused(PublishRefused):
    """Some partitions were refused; the other ones of the run were published."""

    def __init__(self, table: str, platform: Platform, refused: Mapping[str, Sequence[RuleResult]]) -> None:
        """The table that the refused partitions are of, and the rules that each breaks."""
        broken = [result for results in refused.values() for result in results]
        said = "\n".join(f"  {key}: {result.text()}" for key, results in refused.items() for result in results)
        AuditFailed.__init__(
            self,
            f"{len(refused)} partitions of {table} were refused as a whole; their last good version stands:\n{said}\n"
            f"Have the files corrected, or {platform.platform}.yaml where it maps them; where they are right as they "
            f"are, say so under `quality` in that file. Then refresh again.",
        )
        self.table = table
        self.audit = Audit(table, sum(result.n_rows for result in broken), tuple(broken))


def bad_share(
    platform: Platform, source: str, n_bad: int, n_lines: int, reasons: Mapping[str, int]
) -> RuleResult | None:
    """The broken rule of a partition in which more of a source's lines are bad than the platform allows."""
    allowed = platform.quality
    if n_bad <= allowed.few or n_bad <= allowed.most_bad_share * n_lines:
        return None
    expected = f"at most {allowed.most_bad_share:.0%} of the lines rejected or quarantined"
    found = tuple(f"{n} with {reason!r:.120}" for reason, n in reasons.items())
    return RuleResult("bad_share", source, "block", False, n_bad, n_lines, expected, found, of="lines")
