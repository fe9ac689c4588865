"""Triples as people read them: titles beside ids, labels beside names, some of every source."""

import pyarrow as pa

from xdrec_assets.knowledge.triples import SCHEMA
from xdrec_assets.knowledge.triples_preview import OF_A_SOURCE, triples_preview

ITEMS = pa.table(
    {"platform": ["shop", "shop"], "item_id": ["7", "8"], "title": pa.array(["Iron pan", None], pa.string())}
)


def triples(*facts: tuple[str, str, str, str]) -> pa.Table:
    rows = [dict(zip(SCHEMA.names, (*fact, 1.0, "x"), strict=True)) for fact in facts]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def test_items_have_their_titles_and_entities_their_labels():
    facts = triples(
        ("shop/7", "made_by", "Q1", "graph"),
        ("Q1", "label", "Iron & Co", "graph"),
        ("shop/8", "has_tag", "new", "items"),
    )
    shown = triples_preview(facts, ITEMS)
    assert shown.column_names[:5] == ["head", "head title", "relation", "tail", "tail title"]
    assert [tuple(row.values())[:5] for row in shown.to_pylist()] == [
        ("shop/7", "Iron pan", "made_by", "Q1", "Iron & Co"),
        ("Q1", "Iron & Co", "label", "Iron & Co", None),
        ("shop/8", None, "has_tag", "new", None),
    ]


def test_every_source_is_shown_from_all_over_its_triples():
    facts = triples(*((f"a{n:03}", "r", "b", "large") for n in range(100)), ("c", "r", "d", "small"))
    shown = triples_preview(facts, ITEMS)
    assert shown["head"].to_pylist() == ["a000", "a025", "a050", "a075", "c"]
    assert shown.num_rows == OF_A_SOURCE + 1


def test_no_triples_and_no_items_are_an_empty_table():
    assert triples_preview(SCHEMA.empty_table(), ITEMS.slice(0, 0)).num_rows == 0
