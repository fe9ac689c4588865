"""What became of the lines that landed: read, rejected, quarantined by which rule, said twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
RULES_SHOWN = 6  # of a platform, the most frequent


@dataclass(frozen=True)
class Landed:
    """One platform's account of its landed lines."""

    platform: str
    n_landed: int
    n_rejected: int  # no records
    n_quarantined: int  # records that broke a rule
    n_duplicates: int  # records that say again what another one says
    rules: tuple[tuple[str, int], ...]  # the most frequent of the rules, and how many records broke each

    def share(self, n_lines: int) -> float | None:
        """Of the landed lines, 0–1; None where nothing landed."""
        return n_lines / self.n_landed if self.n_landed else None


def accounts(lines: Iterable[Row]) -> list[Landed]:
    """One account per platform, in the order of their names, from rows of platform, place, rule, n_lines."""
    rows = list(lines)
    return [
        _account(platform, [row for row in rows if row["platform"] == platform])
        for platform in sorted({row["platform"] for row in rows})
    ]


def warnings(published: Iterable[Row]) -> list[tuple[str, str]]:
    """Tables whose last audit warned of something, and of what."""
    return [(row["table"], warning) for row in published for warning in row["warned"]]


def _account(platform: str, rows: Sequence[Row]) -> Landed:
    of_place = {place: sum(row["n_lines"] for row in rows if row["place"] == place) for place in _places(rows)}
    broken = sorted(
        ((row["rule"], row["n_lines"]) for row in rows if row["place"] == "quarantined"),
        key=lambda found: (-found[1], found[0]),
    )
    return Landed(
        platform,
        of_place.get("landed", 0),
        of_place.get("rejected", 0),
        of_place.get("quarantined", 0),
        of_place.get("duplicate", 0),
        tuple(broken[:RULES_SHOWN]),
    )


def _places(rows: Sequence[Row]) -> set[str]:
    return {row["place"] for row in rows}
