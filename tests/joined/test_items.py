"""Every version of an item's content stands with the days on which it was in force."""

from datetime import date
from pathlib import Path

from tests.worlds import ITEMS, SHOP, VIDEO, join, lines, rows, world

TABLE = "joined/items"


def day(n: int) -> date:
    return date(2026, 1, n)


def test_a_version_lasts_until_the_next_one(tmp_path: Path) -> None:
    names = {5: "Pan", 6: "Pan", 8: "Iron pan", 9: "Pan"}
    files = {f"shop/items/{day(n)}.jsonl": lines({"sku": "a", "name": name}) for n, name in names.items()}
    pipeline = world(tmp_path, files, {"shop": SHOP + ITEMS})
    join(pipeline)
    versions = sorted(rows(pipeline, TABLE, "valid_from", "valid_to", "title"))
    assert versions == [(day(5), day(8), "Pan"), (day(8), day(9), "Iron pan"), (day(9), None, "Pan")]


def test_equal_texts_have_equal_hashes_wherever_they_are(tmp_path: Path) -> None:
    files = {
        "shop/items/2026-01-05.jsonl": lines({"sku": "a", "name": "Pan"}, {"sku": "b", "name": "Wok"}),
        "video/items/2026-01-06.jsonl": lines({"sku": "a", "name": "Pan", "image": "pan.jpg"}),
    }
    pipeline = world(tmp_path, files, {"shop": SHOP + ITEMS, "video": VIDEO + ITEMS.replace("shop", "video")})
    join(pipeline)
    hashes = {
        key: value
        for *key, value in rows(pipeline, TABLE, "platform", "item_id", "content_hash")
        for key in [tuple(key)]
    }
    assert hashes["shop", "a"] == hashes["video", "a"] != hashes["shop", "b"]


def test_another_attribute_is_another_version(tmp_path: Path) -> None:
    branded = ITEMS.replace("    text:", "    attributes: {brand: maker}\n    text:")
    makers = {5: "Iron & Co", 6: "Iron & Co", 7: "Tin & Sons"}
    files = {f"shop/items/{day(n)}.jsonl": lines({"sku": "a", "maker": maker}) for n, maker in makers.items()}
    pipeline = world(tmp_path, files, {"shop": SHOP + branded})
    join(pipeline)
    versions = sorted((row["valid_from"], row["attributes"]) for row in rows(pipeline, TABLE))
    assert versions == [
        (day(5), [{"name": "brand", "value": "Iron & Co"}]),
        (day(7), [{"name": "brand", "value": "Tin & Sons"}]),
    ]
