"""The landing area of a busy shop: as many simulated events as asked, over a few days, with the dirt of real logs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb

FIRST = date(2026, 1, 5)
DAYS = [FIRST + timedelta(days=n) for n in range(5)]
N_ITEMS = 50_000
SETTINGS = """
name: busy
first: 2026-01-05
last: 2026-01-09
late_days: 3
as_of: {weekly_from: 2026-01-05}
"""
SHOP = """
platform: shop
title: Shop
owner: team:shop
sources:
  events:
    files: shop/events/{day}.jsonl
    format: jsonl
    columns: {event_id: id, user_id: user.id, item_id: sku, event_type: action, occurred_at: ts, rating: stars}
    time: {unit: ms, zone: UTC}
    event_types: {view: 0.1, cart: 0.5, purchase: 1.0}
  items:
    files: shop/items/{day}.jsonl
    format: jsonl
    columns: {item_id: sku, title: name, description: text, categories: cats}
    text: "{title}. {description} Categories: {categories}."
"""
# Of a thousand lines ten are copies of the one before, two are of no known type, one is no JSON and one is blank; of
# ten thousand events one is on an item that nobody knows.
EVENTS = """
select
    case
        when n % 1000 = 501 then ''
        when n % 1000 = 502 then '{"id": "e' || n || '", "user": {"id": "u'
        else printf(
            '{"id": "e%d", "user": {"id": "u%d"}, "sku": "i%d", "action": "%s", "ts": %d, "page": "/i/%d"%s}',
            copied, hash(copied) % 1000000,
            case when copied % 10000 = 77 then 9000000 else (hash(copied + 1) % 50000) * (hash(copied + 2) % 50000) // 50000 end,
            case when n % 1000 in (503, 504) then 'blink' else ['view', 'view', 'view', 'cart', 'purchase'][1 + (hash(copied + 3) % 5)::integer] end,
            $midnight_ms + (hash(copied + 4) % 86400000), hash(copied) % 50000,
            case when copied % 20 = 0 then ', "stars": ' || (1 + hash(copied + 5) % 5) else '' end
        )
    end as line
from (select range as n, case when range % 100 = 99 then range - 1 else range end as copied from range($start, $stop))
"""  # noqa: E501
ITEMS = """
select printf(
    '{"sku": "i%d", "name": "Item %d", "text": "A thing of size %d and colour %d.", "cats": ["c%d", "d%d"]}',
    range, range, range % 17, range % 23, range % 40, range % 400
) as line
from range($n)
"""


def lay_out(home: Path, n_events: int) -> None:
    """Write the platform files and the landed files of the shop, events spread evenly over the days."""
    platforms, landing = home / "platforms", home / "landing" / "shop"
    for folder in (platforms, landing / "events", landing / "items"):
        folder.mkdir(parents=True)
    (platforms / "settings.yaml").write_text(SETTINGS, encoding="utf-8")
    (platforms / "shop.yaml").write_text(SHOP, encoding="utf-8")
    with duckdb.connect() as con:
        _write(con, landing / "items" / f"{FIRST}.jsonl", ITEMS, {"n": N_ITEMS})
        for day, (start, stop) in zip(DAYS, _shares(n_events, len(DAYS)), strict=True):
            midnight_ms = (day - date(1970, 1, 1)).days * 86_400_000
            days = {"midnight_ms": midnight_ms, "start": start, "stop": stop}
            _write(con, landing / "events" / f"{day}.jsonl", EVENTS, days)


def _shares(n: int, of: int) -> Sequence[tuple[int, int]]:
    return [(n * part // of, n * (part + 1) // of) for part in range(of)]


def _write(con: duckdb.DuckDBPyConnection, path: Path, sql: str, parameters: dict[str, int]) -> None:
    """Write a query's one column of text, line by line."""
    with path.open("w", encoding="utf-8") as file:
        for batch in con.sql(sql, params=parameters).to_arrow_reader(100_000):
            file.write("\n".join(batch.column(0).to_pylist()) + "\n")
