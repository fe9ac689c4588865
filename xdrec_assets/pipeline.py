"""What every step works with: the lake, the SQL engine, the landing area, the platforms and the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from resources.fingerprint import source_digest
from resources.partitions import Partition
from resources.settings import Places
from resources.user_key import UserKey, user_key
from xdrec_assets.platforms.folder import PlatformFolder

if TYPE_CHECKING:
    from resources.engine import SqlEngine
    from resources.lake import Lake
    from resources.landing import Landing
    from xdrec_assets.settings import StageSettings

HERE = Path(__file__).parent
SQL = HERE.parent / "sql"
REPORT = "evaluation/report"
BORROWED = {"rankers": ("joined/history.py",)}
"""What stages compute with of an earlier one's code, beside the tables."""


@dataclass(frozen=True)
class Pipeline:
    """One installation of the pipeline over one platform folder."""

    places: Places
    folder: PlatformFolder
    settings: StageSettings
    environment: Mapping[str, str] = field(repr=False)  # holds secrets
    fixed_today: date | None = None  # for tests; none reads the clock

    @property
    def today(self) -> date:
        """The current day in UTC."""
        return self.fixed_today or datetime.now(UTC).date()

    @cached_property
    def lake(self) -> Lake:
        """The Delta tables."""
        from resources.lake import Lake

        options = {
            key: value for key, value in self.environment.items() if key.startswith(("AWS_", "AZURE_", "GOOGLE_"))
        }
        return Lake(self.places.lake, options if "://" in self.places.lake else {})

    @cached_property
    def engine(self) -> SqlEngine:
        """DuckDB on the lake; a platform folder's own SQL adds to the project's, and takes the place of none of it."""
        from resources.engine import SqlEngine

        return SqlEngine(self.lake, (SQL, self.folder.sql), self.places.scratch, self.places.memory_limit)

    @cached_property
    def landing(self) -> Landing:
        """Where log files land."""
        from resources.landing import Landing

        return Landing(self.places.landing)

    @cached_property
    def user_key(self) -> UserKey:
        """The key of user ids; read, or made, when first needed."""
        return user_key(self.environment, self.places.user_key_file)

    def tables(self, kind: str) -> list[str]:
        """All platforms' clean tables of a kind, such as clean/shop/events and clean/video/events."""
        return [f"clean/{p.platform}/{kind}" for p in self.folder.platforms if kind in p.canonical_tables()]

    def day_partitions(self) -> list[Partition]:
        """Every raw and clean partition that can exist by today."""
        return self.folder.partitions(self.folder.settings.first, self.folder.last_day(self.today))

    def as_of_dates(self) -> list[date]:
        """Every as-of date that can exist by today: listed ones, or each week's up to the day after the last."""
        as_of = self.folder.settings.as_of
        if as_of.dates:
            return sorted(as_of.dates)
        assert as_of.weekly_from is not None  # the settings' model sees to it
        last = self.folder.last_day(self.today) + timedelta(days=1)
        weeks = max(0, (last - as_of.weekly_from).days // 7 + 1)
        return [as_of.weekly_from + timedelta(weeks=week) for week in range(weeks)]

    def code_of(self, *stages: str) -> str:
        """A digest of the code and SQL of stages, by which a step sees that it must run again.

        The report only shows what the rest of the evaluation has found, and counts where `evaluation/report` is named.
        """
        names = [name for stage in stages for name in (stage, *BORROWED.get(stage, ()))]
        paths = [root / name for name in names for root in (HERE, SQL) if (root / name).exists()]
        report = [] if REPORT in stages else [HERE / REPORT, SQL / REPORT]
        settings = (HERE / "platforms").rglob("*.yaml")  # no code: steps compare the settings that they read
        return source_digest(*paths, SQL / "macros", without=[*report, *settings])


def consecutive(partitions: Sequence[Partition]) -> list[list[Partition]]:
    """Partitions in runs without a gap between them."""
    runs: list[list[Partition]] = []
    for partition in sorted(partitions, key=lambda p: p.first):
        if runs and runs[-1][-1].after == partition.first:
            runs[-1].append(partition)
        else:
            runs.append([partition])
    return runs
