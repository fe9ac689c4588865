"""Small installations: platform files and landed files in a folder of their own, from landing to the joined tables."""

import gzip
import io
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from xdrec_assets.clean.cleaned import publish_cleaned
from xdrec_assets.joined.joining import publish_identities, publish_interactions, publish_items, publish_people
from xdrec_assets.opening import open_pipeline
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.raw.landed import publish_landed

PLATFORMS = Path(__file__).parents[1] / "xdrec_assets" / "platforms"
FIRST, TODAY = date(2026, 1, 5), date(2026, 1, 14)
SETTINGS = """
name: world
first: 2026-01-05
last: 2026-01-14
late_days: 3
as_of: {weekly_from: 2026-01-12}
"""
SHOP = """
platform: shop
title: Shop
owner: team:shop
sources:
  events:
    files: shop/events/{day}.jsonl
    format: jsonl
    columns: {event_id: id, user_id: user, item_id: item, event_type: action, occurred_at: at, rating: stars}
    time: {unit: iso, zone: UTC}
    event_types: {view: 0.25, buy: 1, skip: 0}
"""
VIDEO = SHOP.replace("shop", "video").replace("Shop", "Video")
ITEMS = """
  items:
    files: shop/items/{day}.jsonl
    format: jsonl
    columns: {item_id: sku, title: name, description: about, categories: cats, tags: tags, language: lang, image: image}
    text: "{title}. {description} Categories: {categories}. Tags: {tags}."
"""
LINKS = """
  links:
    files: shop/links/{day}.jsonl
    format: jsonl
    columns: {user_id: member, other_platform: platform, other_user_id: id}
"""

Content = str | bytes | pa.Table


def lines(*records: Mapping[str, Any]) -> str:
    """Records as JSON Lines."""
    return "".join(json.dumps(record) + "\n" for record in records)


def event(user: str, item: str, at: str, action: str = "view", **more: Any) -> dict[str, Any]:
    """An event as the shop and the video site of these worlds write it."""
    return {"user": user, "item": item, "at": at, "action": action, **more}


def land(pipeline: Pipeline | Path, files: Mapping[str, Content]) -> None:
    """Put files below a landing area; names that end in .gz and .zst are compressed, bytes land as they are."""
    root = pipeline if isinstance(pipeline, Path) else Path(pipeline.places.landing)
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_encoded(name, content))


def world(
    tmp_path: Path,
    files: Mapping[str, Content],
    platforms: Mapping[str, str] | None = None,
    settings: str = SETTINGS,
    sql: Mapping[str, str] | None = None,
    today: date = TODAY,
    **environment: str,
) -> Pipeline:
    """A pipeline over platform files of its own (YAML by platform; a shop, if none are given) and landed files."""
    folder = tmp_path / "platforms"
    texts = {f"{name}.yaml": text for name, text in (platforms or {"shop": SHOP}).items()}
    texts |= {"settings.yaml": settings} | {f"sql/{name}.sql": text for name, text in (sql or {}).items()}
    land(folder, texts)
    land(tmp_path / "landing", files)
    return _opened(tmp_path, folder, today, environment)


def landed(folder: str, tmp_path: Path, files: Mapping[str, Content]) -> Pipeline:
    """A pipeline over one of the project's platform folders, with files (path: content) in its landing area."""
    land(tmp_path / "landing", files)
    return _opened(tmp_path, PLATFORMS / folder, None, {})


def read(pipeline: Pipeline) -> None:
    """Bring what landed into the raw tables."""
    for platform in pipeline.folder.platforms:
        list(publish_landed(pipeline, platform, pipeline.day_partitions()))


def clean(pipeline: Pipeline) -> None:
    """Bring what landed into the raw and clean tables."""
    read(pipeline)
    for platform in pipeline.folder.platforms:
        list(publish_cleaned(pipeline, platform, pipeline.day_partitions()))


def join(pipeline: Pipeline) -> None:
    """Bring what landed into the raw, clean and joined tables."""
    clean(pipeline)
    list(publish_interactions(pipeline, pipeline.day_partitions()))
    for publish in (publish_identities, publish_people, publish_items):
        list(publish(pipeline))


def rows(pipeline: Pipeline, table: str, *columns: str) -> list[Any]:
    """The rows of a published table in the order of their file and line: dicts, or the values of some columns."""
    delta = pipeline.lake.open(table)
    assert delta is not None, f"{table} was never published"
    found = sorted(
        delta.to_pyarrow_table().to_pylist(), key=lambda row: [row.get("source_file"), row.get("source_line")]
    )
    if not columns:
        return found
    return [row[columns[0]] if len(columns) == 1 else tuple(row[column] for column in columns) for row in found]


def cleaned(pipeline: Pipeline) -> dict[str, list[dict[str, Any]]]:
    """All raw and clean tables of all platforms, as rows, after one run over every partition."""
    clean(pipeline)
    return {table: rows(pipeline, table) for table in pipeline.lake.tables()}


def _opened(tmp_path: Path, folder: Path, today: date | None, environment: Mapping[str, str]) -> Pipeline:
    places = {
        "XDREC_HOME": str(tmp_path),
        "XDREC_PLATFORMS": str(folder),
        "XDREC_LANDING": str(tmp_path / "landing"),
        "XDREC_USER_KEY": "a key for tests only",
    }
    return open_pipeline(places | dict(environment), today)


def _encoded(name: str, content: Content) -> bytes:
    if isinstance(content, bytes):
        return content
    if isinstance(content, pa.Table):
        buffer = io.BytesIO()
        pq.write_table(content, buffer)
        return buffer.getvalue()
    return compressed(content.encode(), "gzip" if name.endswith(".gz") else "zstd" if name.endswith(".zst") else "none")


def compressed(content: bytes, compression: str) -> bytes:
    """Bytes as a gzip or zstd file, or as they are."""
    if compression == "gzip":
        return gzip.compress(content)
    if compression == "none":
        return content
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, compression) as stream:
        stream.write(content)
    return bytes(out.getvalue())
