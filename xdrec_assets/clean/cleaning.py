"""Turn a platform's raw records into typed, deduplicated rows; what breaks a rule is set apart with the rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date

import pyarrow as pa

from data_quality.contract import load_contract
from resources.engine import Session, SqlEngine
from resources.partitions import Partition
from resources.user_key import UserKey
from xdrec_assets.platforms.folder import PlatformFolder
from xdrec_assets.platforms.platform import Platform
from xdrec_assets.platforms.source import Constant, Share, Source
from xdrec_assets.raw.reading import json_path

MAPPED = {
    "events": ("event_id", "user_id", "item_id", "event_type", "occurred_at", "rating"),
    "items": ("item_id", "title", "description", "categories", "tags", "language", "image", "audio"),
    "links": ("user_id", "other_platform", "other_user_id"),
}
NOT_MAPPED = '$."(not mapped)"'
EVENT_TYPES = pa.schema(
    [
        ("event_type", pa.string()),
        ("strength", pa.float64()),
        ("value_path", pa.string()),
        ("of_path", pa.string()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Accounts:
    """Where the records of some days went, every one in exactly one place; and the lines that were no records."""

    n_in: int = 0
    n_clean: int = 0
    n_duplicate: int = 0
    n_quarantined: int = 0
    n_rejected: int = 0  # of the lines that landed on these days; they are not among those in
    n_superseded: int = 0  # of the clean ones: versions of events that a newer landing took the place of
    n_other_content: int = 0  # of the duplicates: events that say something else than the one that stands for them

    @property
    def balance(self) -> bool:
        """Whether nothing was lost and nothing invented."""
        return self.n_in == self.n_clean + self.n_duplicate + self.n_quarantined

    def plus(self, other: Accounts) -> Accounts:
        """The sums of two accounts."""
        return Accounts(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    def figures(self) -> dict[str, int]:
        """The counts under the words that people see."""
        superseded = {"clean but superseded": self.n_superseded} if self.n_superseded else {}
        other = {"duplicates of other content": self.n_other_content} if self.n_other_content else {}
        return {
            "records in": self.n_in,
            "clean": self.n_clean,
            **superseded,
            "duplicates": self.n_duplicate,
            **other,
            "quarantined": self.n_quarantined,
        }


def clean_table(
    session: Session,
    folder: PlatformFolder,
    platform: Platform,
    table: str,
    key: UserKey,
    partitions: Sequence[Partition],
) -> dict[date, Accounts]:
    """Judge the raw records of a table (`events`, `items` or `links`) into the session's tables; accounts by day.

    Leaves `clean.<table>`, `clean.<table>_quarantined` and `clean.<table>_duplicates`. An odd log maps its own records:
    a file sql/clean/<platform>/<table>.sql takes the place of sql/clean/mapped_<table>.sql.
    """
    source = platform.sources[table]
    for other in platform.sources:
        session.bind(f"raw.{other}", [f"raw/{platform.platform}/{other}"], load_contract("raw/records").arrow_schema())
    session.bind("raw.files", [f"raw/{platform.platform}/files"], load_contract("raw/files").arrow_schema())
    session.bind_rows("clean.event_types", event_types(source))
    session.bind_rows("clean.namespaces", _namespaces(folder))
    parameters = _parameters(folder, platform, table, partitions)
    session.drop("clean.mapped", "clean.judged", "clean.typed_events", "clean.event_versions")
    session.build("clean.mapped", mapping_sql(session.engine, platform, table), parameters)
    _judge(session, table, parameters | key.pads())  # the mapping never has the key
    session.build(f"clean.{table}", f"clean/{table}", parameters)
    session.build(f"clean.{table}_quarantined", "clean/quarantined", parameters)
    session.build(f"clean.{table}_duplicates", "clean/duplicates", parameters)
    versions = session.query("clean/superseded").fetchall() if table == "events" else []
    several = {day: {"n_superseded": n_superseded, "n_other_content": n} for day, n_superseded, n in versions}
    accounts = session.query("clean/accounts", parameters).fetchall()
    return {day: replace(Accounts(*counts), **several.get(day, {})) for day, *counts in accounts}


def mapping_sql(engine: SqlEngine, platform: Platform, table: str) -> str:
    """The SQL file that maps the records of a table: the platform's own, or the one of all."""
    own = f"clean/{platform.platform}/{table}"
    return own if engine.file(own) else f"clean/mapped_{table}"


def event_types(source: Source) -> pa.Table:
    """What each event type of a source says, one row per type."""
    rows = [
        {
            "event_type": event_type,
            "strength": None if isinstance(strength, Share) else strength,
            "value_path": json_path(strength.value) if isinstance(strength, Share) else NOT_MAPPED,
            "of_path": json_path(strength.of) if isinstance(strength, Share) else NOT_MAPPED,
            "low": strength.low if isinstance(strength, Share) else None,
            "high": strength.high if isinstance(strength, Share) else None,
        }
        for event_type, strength in source.event_types.items()
    ]
    return pa.Table.from_pylist(rows, schema=EVENT_TYPES)


def _judge(session: Session, table: str, parameters: Mapping[str, object]) -> None:
    """Leave `clean.judged`; of events their versions are found first, of which one may be in another partition."""
    if table != "events":
        session.build("clean.judged", f"clean/judged_{table}", parameters)
        return
    session.build("clean.typed_events", "clean/typed_events", parameters)
    session.build("clean.event_versions", "clean/event_versions", parameters)
    session.view("clean.judged", "clean/judged_events")


def _namespaces(folder: PlatformFolder) -> pa.Table:
    names = folder.namespaces
    return pa.table({"platform": list(names), "namespace": list(names.values())})


def _parameters(
    folder: PlatformFolder, platform: Platform, table: str, partitions: Sequence[Partition]
) -> dict[str, object]:
    source = platform.sources[table]
    mapped = [source.columns.get(column) for column in MAPPED[table]]
    attributes = source.attributes.values()
    return {
        "paths": [json_path(column) or NOT_MAPPED for column in mapped],
        "constants": [column.constant if isinstance(column, Constant) else None for column in mapped],
        "attribute_names": list(source.attributes),
        "attribute_paths": [json_path(column) or NOT_MAPPED for column in attributes],
        "attribute_constants": [column.constant if isinstance(column, Constant) else None for column in attributes],
        "source": table,
        "namespace": platform.user_namespace,
        "unit": source.time.unit,
        "zone": source.time.zone,
        "separator": source.separator,
        "template": source.text,
        "born": platform.born or date.min,
        "first_day": folder.settings.first,
        "last_day": folder.settings.last or date.max,
        "late_days": 0 if source.is_dump else folder.settings.late_days,
        "first": min(p.first for p in partitions),
        "after": max(p.after for p in partitions),
    }
