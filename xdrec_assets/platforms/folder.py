"""A folder of platform files: one YAML per platform, and settings.yaml for what they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from data_quality.yaml_model import Model, YamlError, read_yaml
from resources.names import name
from resources.partitions import BY_MONTH, BY_YEAR, Layout, Partition
from xdrec_assets.platforms.outside import OutsideSource
from xdrec_assets.platforms.platform import Platform
from xdrec_assets.platforms.source import check_columns


class AsOf(Model):
    """The dates that models are made for: every week from a Monday, or a list."""

    weekly_from: date | None = None
    dates: list[date] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> AsOf:
        if (self.weekly_from is None) == (not self.dates):
            raise ValueError("give weekly_from or a list of dates, not both")
        return self


class FolderSettings(Model):
    """What all platforms of a folder share; the stages' sections are read by their own models."""

    name: str
    grain: Annotated[Literal["day", "month"], Field(description="of the raw and clean partitions")] = "day"
    first: Annotated[date, Field(description="first day that can exist")]
    last: Annotated[date | None, Field(description="last day that can exist; none: until today")] = None
    late_days: Annotated[int, Field(ge=0, le=60, description="how long after it happened an event may land")] = 3
    raw_keep_days: Annotated[int | None, Field(description="days before raw records are forgotten; none: never")] = None
    as_of: AsOf
    history: dict[str, Any] = {}
    embeddings: dict[str, Any] = {}
    knowledge: dict[str, Any] = {}
    rankers: dict[str, Any] = {}
    transfer: dict[str, Any] = {}
    search: dict[str, Any] = {}
    evaluation: dict[str, Any] = {}
    recommendations: dict[str, Any] = {}

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        return name(value)

    @model_validator(mode="after")
    def _days_make_sense(self) -> FolderSettings:
        if self.last and self.last < self.first:
            raise ValueError(f"last ({self.last}) is before first ({self.first})")
        if self.grain == "month" and self.first.day != 1:
            raise ValueError(f"first ({self.first}) must be the first of a month where grain is month")
        needed = self.late_days + (1 if self.grain == "day" else 63)
        if self.raw_keep_days is not None and self.raw_keep_days < needed:
            raise ValueError(
                f"raw_keep_days ({self.raw_keep_days}) is below {needed}: late events reopen days of clean tables, "
                f"which are made from raw records up to that old; keep them {needed} days or more"
            )
        return self


@dataclass(frozen=True)
class PlatformFolder:
    """The platforms that are refreshed together."""

    path: Path
    settings: FolderSettings
    platforms: tuple[Platform, ...]
    outside: tuple[OutsideSource, ...] = ()  # sorted by name

    @property
    def sql(self) -> Path:
        """The folder of SQL files for odd logs."""
        return self.path / "sql"

    @property
    def layout(self) -> Layout:
        """How day-partitioned tables lie in the lake."""
        return BY_MONTH if self.settings.grain == "day" else BY_YEAR

    @property
    def namespaces(self) -> dict[str, str]:
        """Platform name to the namespace of its user ids."""
        return {p.platform: p.user_namespace for p in self.platforms}

    def partition(self, day: date) -> Partition:
        """The raw and clean partition that a day falls into."""
        if self.settings.grain == "day":
            return Partition.of_day(day)
        first = day.replace(day=1)
        return Partition(first.isoformat(), first, (first + timedelta(days=31)).replace(day=1))

    def partitions(self, first: date, last: date) -> list[Partition]:
        """The partitions from one day to another, both included."""
        found = [self.partition(first)]
        while found[-1].after <= last:
            found.append(self.partition(found[-1].after))
        return found

    def last_day(self, today: date) -> date:
        """The last day that can have landed."""
        return min(self.settings.last or today, today)


def read_folder(path: Path) -> PlatformFolder:
    """Read and check every file of a platform folder.

    Raises:
        YamlError: names the file, the key, what was found and what to do.
    """
    if not (path / "settings.yaml").is_file():
        raise YamlError(f"{path}: has no settings.yaml; point XDREC_PLATFORMS at a folder of platform files")
    settings = read_yaml(path / "settings.yaml", FolderSettings)
    files = [file for file in sorted(path.glob("*.yaml")) if file.name != "settings.yaml"]
    if not files:
        raise YamlError(f"{path}: has no platform file; add one YAML file per platform")
    platforms = tuple(_read_platform(path, file) for file in files)
    known = [platform.platform for platform in platforms]
    outside = tuple(_read_outside(file, known) for file in sorted(path.glob("outside/*.yaml")))
    return PlatformFolder(path, settings, platforms, outside)


def _read_platform(folder: Path, file: Path) -> Platform:
    platform = read_yaml(file, Platform)
    if platform.platform != file.stem:
        raise YamlError(f"{file}: platform: found {platform.platform!r}, expected {file.stem!r}, the file's name")
    for source_name, source in platform.sources.items():
        own_sql = folder / "sql" / "clean" / platform.platform / f"{source_name}.sql"
        try:
            check_columns(source_name, source, own_sql.is_file())
        except ValueError as error:
            raise YamlError(f"{file}: {error}") from error
    return platform


def _read_outside(file: Path, platforms: Sequence[str]) -> OutsideSource:
    source = read_yaml(file, OutsideSource)
    if source.source != file.stem:
        raise YamlError(f"{file}: source: found {source.source!r}, expected {file.stem!r}, the file's name")
    if unknown := sorted(set(source.links) - set(platforms)):
        raise YamlError(
            f"{file}: links: found {', '.join(unknown)}, expected platforms of this folder, "
            f"{', '.join(platforms)}; correct the name"
        )
    return source
