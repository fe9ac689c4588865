"""What is wrong in a platform folder is said with the file, the key, what was found and what to do."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from data_quality.yaml_model import YamlError
from tests.worlds import ITEMS, LINKS, SETTINGS, SHOP, land
from xdrec_assets.platforms.folder import PlatformFolder, read_folder


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., str]:
    def said(shop: str = SHOP, settings: str = SETTINGS, file: str = "shop.yaml") -> str:
        with pytest.raises(YamlError) as error:
            folder(tmp_path, shop, settings, file)
        return str(error.value).removeprefix(f"{tmp_path}/")

    return said


def folder(path: Path, shop: str = SHOP, settings: str = SETTINGS, file: str = "shop.yaml") -> PlatformFolder:
    land(path, {file: shop, "settings.yaml": settings})
    return read_folder(path)


def test_a_folder_is_read(tmp_path: Path) -> None:
    found = folder(tmp_path, SHOP + ITEMS + LINKS)
    (shop,) = found.platforms
    assert shop.canonical_tables() == ["events", "items", "links"]
    assert found.namespaces == {"shop": "shop"}


WRONG = [
    (
        "    format: jsonl",
        "    format: jsonl\n    fromat: csv",
        "sources.events.fromat: unknown key; remove it or use a known one",
    ),
    (
        "format: jsonl",
        "format: xml",
        "sources.events.format: found 'xml'; Input should be 'jsonl', 'json', 'csv' or 'parquet'",
    ),
    (
        "zone: UTC",
        "zone: Berlin",
        "sources.events.time.zone: found 'Berlin'; no such time zone; use an IANA name such as Europe/Berlin",
    ),
    ("unit: iso", "unit: hours", "sources.events.time.unit: found 'hours'; Input should be 's', 'ms', 'us' or 'iso'"),
    (
        "shop/events/{day}.jsonl",
        "../other/{day}",
        "sources.events.files: found '../other/{day}'; files are below the landing root",
    ),
    (
        "shop/events/{day}.jsonl",
        "/etc/passwd",
        "sources.events.files: found '/etc/passwd'; files are below the landing root",
    ),
    (
        "shop/events/{day}.jsonl",
        "shop/{date}",
        "sources.events.files: found 'shop/{date}'; {date} stands for nothing; use {day}, {month}",
    ),
    ("view: 0.25", "view: 1.5", "sources.events.event_types.view"),
    ("view: 0.25", "view: {value: s, low: 5, high: 1}", "high (1.0) must be above low (5.0)"),
    (", user_id: user", "", "sources.events.columns: user_id missing; map each to a path in the record"),
    (
        "id: id,",
        "id: id, price: p,",
        "sources.events.columns: unknown price; events have event_id, event_type, item_id, occurred_at",
    ),
    (
        "    event_types: {view: 0.25, buy: 1, skip: 0}\n",
        "",
        "sources.events.event_types: missing; say what each event type says, 0–1",
    ),
    ("platform: shop", "platform: store", "platform: found 'store', expected 'shop', the file's name"),
    ("platform: shop", "platform: My-Shop", "platform: found 'My-Shop'; platform 'My-Shop' must match [a-z][a-z0-9_]*"),
    ("owner: team:shop", "owner: me", "owner: found 'me'; an owner is team:name or an e-mail address"),
    ("title: Shop\n", "", "title: missing; add it"),
    (
        "    time: {unit: iso",
        "    attributes: {brand: b}\n    time: {unit: iso",
        "sources.events.attributes: items alone have attributes; take them out",
    ),
    (
        "    time: {unit: iso",
        "    attributes: {Brand Name: b}\n    time: {unit: iso",
        "attribute 'Brand Name' must match [a-z][a-z0-9_]*",
    ),
    (
        "    time: {unit: iso",
        "    attributes: {tag: b}\n    time: {unit: iso",
        "tag: map it under columns, as categories or tags",
    ),
    ("title: Shop\n", "title: Shop\ntitle: Store\n", "the key title (line 4) stands twice; keep one of the two"),
    (
        "title: Shop\n",
        "title: Shop\nuser_namespace: a:b\n",
        "user_namespace: found 'a:b'; user_namespace 'a:b' must match",
    ),
    ("  events:", "  rejected:", "source 'rejected' is the name of a table that every platform has; rename it"),
    ("  events:", "  visits:", "no events; a platform has at least sources.events"),
    ("  events:", "  Events:", "source 'Events' must match [a-z][a-z0-9_]*"),
]


@pytest.mark.parametrize(
    ("right", "wrong", "expected"), WRONG, ids=[wrong.strip() or right.strip() for right, wrong, _ in WRONG]
)
def test_a_wrong_platform_file_is_refused(refused: Callable[..., str], right: str, wrong: str, expected: str) -> None:
    assert right in SHOP
    message = refused(SHOP.replace(right, wrong, 1))
    assert message.startswith("shop.yaml: ")
    assert expected in message


WRONG_SETTINGS = [
    ("name: world", "name: My World", "name: found 'My World'; name 'My World' must match"),
    ("last: 2026-01-14", "last: 2026-01-01", "last (2026-01-01) is before first (2026-01-05)"),
    ("late_days: 3", "late_days: -1", "late_days: found -1"),
    ("late_days: 3", "grain: month", "first (2026-01-05) must be the first of a month where grain is month"),
    ("late_days: 3", "grain: hour", "grain: found 'hour'; Input should be 'day' or 'month'"),
    ("late_days: 3", "colour: red", "colour: unknown key; remove it or use a known one (name, grain, first"),
    ("weekly_from: 2026-01-12", "", "give weekly_from or a list of dates, not both"),
    (
        "weekly_from: 2026-01-12",
        "weekly_from: 2026-01-12, dates: [2026-01-12]",
        "give weekly_from or a list of dates, not both",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "expected"), WRONG_SETTINGS, ids=[wrong for _, wrong, _ in WRONG_SETTINGS])
def test_wrong_settings_are_refused(refused: Callable[..., str], right: str, wrong: str, expected: str) -> None:
    message = refused(settings=SETTINGS.replace(right, wrong, 1))
    assert message.startswith("settings.yaml: ")
    assert expected in message


def test_a_folder_without_settings_or_platforms_is_refused(tmp_path: Path) -> None:
    with pytest.raises(YamlError, match=r"has no settings\.yaml; point XDREC_PLATFORMS at a folder of platform files"):
        read_folder(tmp_path)
    land(tmp_path, {"settings.yaml": SETTINGS})
    with pytest.raises(YamlError, match="has no platform file; add one YAML file per platform"):
        read_folder(tmp_path)


def test_a_log_with_its_own_sql_maps_its_columns_itself(tmp_path: Path) -> None:
    land(tmp_path, {"sql/clean/shop/events.sql": "select 1"})
    bare = "".join(line for line in SHOP.splitlines(keepends=True) if "columns:" not in line)
    assert folder(tmp_path, bare).platforms[0].sources["events"].columns == {}


def test_partitions_are_days_or_months(tmp_path: Path) -> None:
    days = folder(tmp_path / "day").partitions(date(2026, 1, 30), date(2026, 2, 1))
    assert [p.key for p in days] == ["2026-01-30", "2026-01-31", "2026-02-01"]
    monthly = SETTINGS.replace("first: 2026-01-05", "first: 2026-01-01\ngrain: month")
    months = folder(tmp_path / "month", settings=monthly).partitions(date(2026, 1, 15), date(2026, 3, 1))
    assert [(p.key, p.first, p.after) for p in months] == [
        ("2026-01-01", date(2026, 1, 1), date(2026, 2, 1)),
        ("2026-02-01", date(2026, 2, 1), date(2026, 3, 1)),
        ("2026-03-01", date(2026, 3, 1), date(2026, 4, 1)),
    ]


def test_the_last_day_is_todays_or_the_folders(tmp_path: Path) -> None:
    found = folder(tmp_path)
    assert found.last_day(date(2026, 1, 10)) == date(2026, 1, 10)
    assert found.last_day(date(2027, 1, 1)) == date(2026, 1, 14)
