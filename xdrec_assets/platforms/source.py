"""One source of a platform: where its files land and how its records map to the canonical columns."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, field_validator, model_validator

from data_quality.yaml_model import Model
from resources.limits import Limits
from resources.names import name

EVENT_COLUMNS = frozenset({"event_id", "user_id", "item_id", "event_type", "occurred_at", "rating"})
ITEM_COLUMNS = frozenset(
    {"item_id", "title", "description", "categories", "tags", "language", "image", "audio", "occurred_at"}
)
LINK_COLUMNS = frozenset({"user_id", "other_platform", "other_user_id", "occurred_at"})
COLUMNS = {"events": EVENT_COLUMNS, "items": ITEM_COLUMNS, "links": LINK_COLUMNS}
REQUIRED = {
    "events": frozenset({"user_id", "item_id", "event_type", "occurred_at"}),
    "items": frozenset({"item_id"}),
    "links": LINK_COLUMNS - {"occurred_at"},
}

SCHEMES = ("s3", "gs", "gcs", "abfs", "abfss", "hdfs")


class Constant(Model):
    """A canonical column that has one value for every record."""

    constant: str


class Csv(Model):
    """The dialect of a CSV file, stated rather than guessed."""

    delimiter: Annotated[str, Field(min_length=1, max_length=1, description="what stands between two fields")] = ","
    header: Annotated[list[str] | None, Field(description="column names, where files have no header line")] = None


class Time(Model):
    """How `occurred_at` is written."""

    unit: Annotated[Literal["s", "ms", "us", "iso"], Field(description="a count since 1970, or ISO 8601 text")] = "iso"
    zone: Annotated[str, Field(description="zone of clock times that carry no offset")] = "UTC"

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("no such time zone; use an IANA name such as Europe/Berlin")
        ZoneInfo(zone)
        return zone


def _is_path(path: str) -> str:
    """A path in a record: keys with dots between them."""
    if not all(path.split(".")) or not path.isprintable() or "\\" in path:
        raise ValueError("a path in a record is keys with single dots between them, such as user.id")
    return path


Path = Annotated[str, AfterValidator(_is_path)]


class Share(Model):
    """A strength computed from the record: `value / of`, or `(value - low) / (high - low)`, clipped to 0–1."""

    value: Path
    of: Path | None = None
    low: float = 0.0
    high: float = 1.0

    @model_validator(mode="after")
    def _has_a_range(self) -> Share:
        if self.of is None and self.high <= self.low:
            raise ValueError(f"high ({self.high}) must be above low ({self.low})")
        return self


def below_landing(files: str) -> str:
    """A path below the landing root, or a URL that holds no secret.

    Raises:
        ValueError: it is neither.
    """
    if files.startswith("/") or ".." in files.split("/"):
        raise ValueError("files are below the landing root: use a relative path without .., or a URL")
    scheme, is_url, place = files.rpartition("://")
    if is_url and scheme not in SCHEMES:
        raise ValueError(f"a URL begins with {', '.join(f'{known}://' for known in SCHEMES)}; local files need none")
    if is_url and "@" in place.split("/")[0]:
        raise ValueError("credentials do not belong into a path, which tables show; set them in the environment")
    if not files.isprintable():
        raise ValueError("a path has no control characters; write it in plain letters")
    return files


Strength = Annotated[float, Field(ge=0, le=1)] | Share


class Source(Model):
    """One kind of file that a platform lands: its events, its items, its identity links, or something further."""

    files: Annotated[str, Field(min_length=1, description="path below the landing root, or a URL")]
    format: Annotated[
        Literal["jsonl", "json", "csv", "parquet"],
        Field(description="jsonl: an object a line; json: one array of them"),
    ]
    compression: Literal["none", "gzip", "zstd"] = "none"
    csv: Csv = Csv()
    where: Annotated[dict[Path, str], Field(description="keep records with these values; others are elsewhere's")] = {}
    columns: Annotated[dict[str, Path | Constant], Field(description="canonical column: path in the record")] = {}
    attributes: Annotated[
        dict[str, Path | Constant], Field(description="what else items say, by its name: {brand: maker, cast: actors}")
    ] = {}
    time: Time = Time()
    event_types: Annotated[dict[str, Strength], Field(description="what each event says, 0–1")] = {}
    separator: Annotated[str, Field(description="between categories, tags or values given as one text")] = "|"
    limits: Annotated[Limits, Field(description="what a file may hold")] = Limits()
    text: Annotated[str, Field(description="the template that turns an item into text")] = "{title}. {description}"

    @field_validator("files")
    @classmethod
    def _stays_below_landing(cls, files: str) -> str:
        if unknown := sorted(set(re.findall(r"\{.*?\}", below_landing(files))) - {"{day}", "{month}"}):
            raise ValueError(f"{', '.join(unknown)} stands for nothing; use {{day}}, {{month}} or neither")
        return files

    @field_validator("attributes")
    @classmethod
    def _attributes_are_names(cls, attributes: dict[str, Path | Constant]) -> dict[str, Path | Constant]:
        if taken := sorted({name(each, of="attribute") for each in attributes} & {"category", "tag"}):
            raise ValueError(f"{', '.join(taken)}: map it under columns, as categories or tags")
        return attributes

    @property
    def is_dump(self) -> bool:
        """Whether one file holds many days."""
        return "{day}" not in self.files and "{month}" not in self.files

    def path_of(self, day: date) -> str:
        """Where the file of a day is (for a dump: where the dump is)."""
        return self.files.replace("{day}", f"{day:%Y-%m-%d}").replace("{month}", f"{day:%Y-%m}")


def check_columns(name: str, source: Source, has_own_sql: bool) -> None:
    """Refuse canonical columns that the kind of source does not have, and missing ones.

    Raises:
        ValueError: says which column, and what to do.
    """
    if source.attributes and name != "items":
        raise ValueError(f"sources.{name}.attributes: items alone have attributes; take them out")
    if name not in COLUMNS or has_own_sql:
        return
    if unknown := sorted(set(source.columns) - COLUMNS[name]):
        known = ", ".join(sorted(COLUMNS[name]))
        raise ValueError(f"sources.{name}.columns: unknown {', '.join(unknown)}; {name} have {known}")
    if missing := sorted(REQUIRED[name] - set(source.columns)):
        raise ValueError(f"sources.{name}.columns: {', '.join(missing)} missing; map each to a path in the record")
    if name == "events" and not source.event_types:
        raise ValueError("sources.events.event_types: missing; say what each event type says, 0–1")
