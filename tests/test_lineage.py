"""Column lineage: known answers on small queries and on the SQL of this repository."""

import subprocess
import sys
from pathlib import Path

from xdrec_assets.lineage import column_lineage, merged, renamed

SQL = Path(__file__).parent.parent / "sql"
ITEMS = {"clean.items": ["platform", "item_id", "title", "day"]}


def test_computed_columns_name_everything_they_are_computed_from() -> None:
    sql = "select item_id, upper(title) || platform as label, 1 as one from clean.items where day > $first"
    assert column_lineage({"joined.labels": sql}, ITEMS) == {
        "item_id": (("clean.items", "item_id"),),
        "label": (("clean.items", "platform"), ("clean.items", "title")),
        "one": (),
    }


def test_stars_are_resolved_by_the_columns_of_the_inputs() -> None:
    lineage = column_lineage(
        {"joined.rest": "with i as (select * from clean.items) select * exclude (day) from i"}, ITEMS
    )
    assert list(lineage) == ["platform", "item_id", "title"]
    assert lineage["title"] == (("clean.items", "title"),)


def test_steps_are_followed_back_to_the_inputs() -> None:
    steps = {
        "clean.named": "select item_id, title as name from clean.items",
        "clean.cut": "select left(name, 5) as short from clean.named",
    }
    assert column_lineage(steps, ITEMS) == {"short": (("clean.items", "title"),)}


def test_joins_qualify_each_side() -> None:
    sql = "select a.title, b.day as since from clean.items as a inner join clean.seen as b on a.item_id = b.item_id"
    assert column_lineage({"joined.x": sql}, {**ITEMS, "clean.seen": ["item_id", "day"]}) == {
        "title": (("clean.items", "title"),),
        "since": (("clean.seen", "day"),),
    }


def test_our_macros_are_followed_as_functions() -> None:
    sql = "select keyed(user_id, $ipad, $opad) as user_key, texts(tags, $separator) as tags from raw.events"
    assert column_lineage({"clean.x": sql}, {"raw.events": ["user_id", "tags"]}) == {
        "user_key": (("raw.events", "user_id"),),
        "tags": (("raw.events", "tags"),),
    }


def test_items_of_this_repository() -> None:
    columns = [
        "platform",
        "item_id",
        "title",
        "description",
        "categories",
        "tags",
        "language",
        "image",
        "audio",
        "text",
    ]
    lineage = column_lineage(
        {"joined.items": (SQL / "joined" / "items.sql").read_text(encoding="utf-8")}, {"clean.items": [*columns, "day"]}
    )
    assert lineage["content_hash"] == (("clean.items", "text"),)
    assert lineage["valid_from"] == (("clean.items", "day"),)


def test_what_cannot_be_parsed_has_no_lineage() -> None:
    assert column_lineage({"joined.x": "select from where ("}, ITEMS) == {}


def test_lake_tables_stand_behind_names_and_others_are_left_out() -> None:
    lineage = {"strength": (("clean.event_types", "strength"), ("raw.events", "record"))}
    assert renamed(lineage, {"raw.events": ["raw/shop/events", "raw/news/events"]}) == {
        "strength": (("raw/shop/events", "record"), ("raw/news/events", "record"))
    }


def test_unions_have_the_sources_of_all_parts() -> None:
    parts = [{"day": (("raw.b", "day"),)}, {"day": (("raw.a", "at"), ("raw.b", "day"))}]
    assert merged(parts) == {"day": (("raw.a", "at"), ("raw.b", "day"))}


def test_the_parser_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, xdrec_assets.definitions; sys.exit('sqlglot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
