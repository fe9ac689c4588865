"""Items become texts; lists may be written as JSON or as one text."""

from datetime import date
from pathlib import Path

from tests.worlds import ITEMS, SHOP, clean, lines, rows, world
from xdrec_assets.pipeline import Pipeline

TABLE, DAY = "clean/shop/items", "shop/items/2026-01-08.jsonl"


def cleaned(tmp_path: Path, *records: dict[str, object], day: str = DAY) -> Pipeline:
    pipeline = world(tmp_path, {day: lines(*records)}, {"shop": SHOP + ITEMS})
    clean(pipeline)
    return pipeline


def test_the_template_becomes_the_text(tmp_path: Path) -> None:
    pan = {
        "sku": 7,
        "name": " Pan ",
        "about": ["Cast  iron.", "Heavy."],
        "cats": "kitchen| pans||",
        "tags": '["new", "a|b"]',
    }
    pipeline = cleaned(tmp_path, pan | {"lang": "en"})
    assert rows(pipeline, TABLE, "item_id", "title", "description", "categories", "tags", "language") == [
        ("7", "Pan", "Cast iron. Heavy.", ["kitchen", "pans"], ["new", "a|b"], "en")
    ]
    assert rows(pipeline, TABLE, "text") == ["Pan. Cast iron. Heavy. Categories: kitchen, pans. Tags: new, a|b."]


def test_texts_that_differ_in_invisible_characters_alone_are_one(tmp_path: Path) -> None:
    twins = [{"sku": "a", "name": "Café au lait"}, {"sku": "b", "name": "\u202eCafe\u0301\u3000au\x00 lait "}]
    pipeline = cleaned(tmp_path, *twins)
    assert rows(pipeline, TABLE, "title") == ["Café au lait", "Café au lait"]
    assert len(set(rows(pipeline, TABLE, "text"))) == 1


def test_an_invisible_character_hides_no_address(tmp_path: Path) -> None:
    hidden = {"sku": "a", "name": "Cup", "about": "by anna\u202e@exam\x00ple.com"}
    assert rows(cleaned(tmp_path, hidden), TABLE, "description") == ["by [e-mail]"]


def test_an_item_that_says_nothing_has_an_empty_text(tmp_path: Path) -> None:
    pipeline = cleaned(tmp_path, {"sku": "a", "name": "  ", "cats": []}, {"sku": "b", "tags": ["red"]})
    assert rows(pipeline, TABLE, "text") == ["", ". Categories: . Tags: red."]


def test_the_last_line_of_a_day_stands_and_every_day_has_its_own(tmp_path: Path) -> None:
    files = {
        DAY: lines({"sku": "a", "name": "old"}, {"sku": "a", "name": "new"}),
        "shop/items/2026-01-09.jsonl": lines({"sku": "a"}),
    }
    pipeline = world(tmp_path, files, {"shop": SHOP + ITEMS})
    clean(pipeline)
    assert rows(pipeline, TABLE, "title", "landed_on") == [("new", date(2026, 1, 8)), (None, date(2026, 1, 9))]


def test_an_item_without_an_id_is_quarantined(tmp_path: Path) -> None:
    pipeline = cleaned(tmp_path, {"name": "a"}, {"sku": "  ", "name": "b"}, {"sku": ["x"], "name": "c"}, {"sku": "d"})
    assert rows(pipeline, TABLE, "item_id") == ["d"]
    assert rows(pipeline, "clean/shop/quarantined", "source", "source_line", "rule") == [
        ("items", 1, "item_id is missing"),
        ("items", 2, "item_id is missing"),
        ("items", 3, "item_id is a list or an object, not one value"),
    ]


BRANDED = ITEMS.replace(
    "    text:", "    attributes: {brand: maker.name, cast: actors, kind: {constant: goods}}\n    text:"
)


def test_further_columns_are_attributes_lists_one_value_each(tmp_path: Path) -> None:
    pan = {"sku": "a", "maker": {"name": " Iron\u202e &  Co "}, "actors": ["Ann", "", "Bob"]}
    cup = {"sku": "b", "actors": "Ann|Bob | mail ann@example.com"}
    pipeline = world(tmp_path, {DAY: lines(pan, cup)}, {"shop": SHOP + BRANDED})
    clean(pipeline)
    said = [[(each["name"], each["value"]) for each in row] for row in rows(pipeline, TABLE, "attributes")]
    assert said == [
        [("brand", "Iron & Co"), ("cast", "Ann"), ("cast", "Bob"), ("kind", "goods")],
        [("cast", "Ann"), ("cast", "Bob"), ("cast", "mail [e-mail]"), ("kind", "goods")],
    ]


def test_items_without_mapped_attributes_have_none(tmp_path: Path) -> None:
    assert rows(cleaned(tmp_path, {"sku": "a", "maker": "x"}), TABLE, "attributes") == [[]]
