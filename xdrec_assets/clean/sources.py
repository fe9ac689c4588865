"""Which raw columns the columns of a clean table come from, by the SQL that maps, judges and keeps its records."""

from __future__ import annotations

from data_quality.contract import load_contract
from resources.engine import SqlEngine
from xdrec_assets.clean.cleaning import EVENT_TYPES, mapping_sql
from xdrec_assets.lineage import Lineage, column_lineage, merged, renamed
from xdrec_assets.platforms.platform import Platform


def table_lineage(engine: SqlEngine, platform: Platform, table: str) -> Lineage:
    """The lineage of a clean table, `events`, `items` or `links`."""
    return _lineage(engine, platform, table, f"clean/{table}")


def lineage_beside(engine: SqlEngine, platform: Platform, beside: str) -> Lineage:
    """The lineage of what a platform has beside its clean tables, `quarantined` or `duplicates`, taken from all."""
    return merged(_lineage(engine, platform, table, f"clean/{beside}") for table in platform.canonical_tables())


def _lineage(engine: SqlEngine, platform: Platform, table: str, last: str) -> Lineage:
    versions = {f"clean.{step}": f"clean/{step}" for step in ("typed_events", "event_versions") if table == "events"}
    files = {
        "clean.mapped": mapping_sql(engine, platform, table),
        **versions,
        "clean.judged": f"clean/judged_{table}",
        "clean.built": last,
    }
    inputs = {f"raw.{source}": [*load_contract("raw/records").columns] for source in platform.sources}
    inputs["raw.files"] = [*load_contract("raw/files").columns]
    inputs |= {"clean.event_types": EVENT_TYPES.names, "clean.namespaces": ["platform", "namespace"]}
    lineage = column_lineage({built: engine.text(file) for built, file in files.items()}, inputs)
    raw = (*platform.sources, "files")
    return renamed(lineage, {f"raw.{source}": [f"raw/{platform.platform}/{source}"] for source in raw})
