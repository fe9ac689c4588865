"""How tables are cut: the partitions that are replaced as a whole, and the coarser buckets of their files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

SHOWN = 40  # characters of a key that is none


@dataclass(frozen=True)
class Partition:
    """A part of a table that is replaced as a whole: its key and its days, [first, after)."""

    key: str
    first: date
    after: date

    @staticmethod
    def of_day(day: date) -> Partition:
        """The partition of one day, or of one as-of date."""
        return Partition(day.isoformat(), day, day + timedelta(days=1))


def known_partitions(known: Iterable[Partition], keys: Sequence[str]) -> list[Partition]:
    """The partitions of some keys, of those there are: keys come from runs that anybody may have asked for.

    Raises:
        ValueError: a key is none of them; it is shown in ASCII, for it may hold anything.
    """
    by_key = {partition.key: partition for partition in known}
    if unknown := [key for key in keys if key not in by_key]:
        span = f"{min(by_key)} to {max(by_key)}" if by_key else "none yet"
        shown = ", ".join(ascii(key[:SHOWN]) for key in unknown[:3])
        raise ValueError(f"partition {shown}: expected a date among those of the platform folder, {span}; correct it")
    return [by_key[key] for key in keys]


@dataclass(frozen=True)
class Layout:
    """How a partitioned table lies on disk: the date column that partitions it, and the coarser bucket of its files.

    Thousands of daily partitions of a few rows each would make thousands of files; a bucket (a month, a year) keeps
    them few, while the predicate of a publish still replaces single days.
    """

    column: str
    bucket: str  # strftime format


BY_MONTH = Layout("day", "%Y-%m")
BY_YEAR = Layout("day", "%Y")
BY_AS_OF = Layout("as_of", "%Y-%m-%d")
