import pyarrow as pa

from data_quality.contract import load_contract
from xdrec_assets.knowledge.triples import SCHEMA, distinct, triples_from_items

TEXTS = pa.list_(pa.string())
NAMED = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))
ITEMS = pa.table(
    {
        "platform": ["shop", "video"],
        "item_id": ["7", "7"],
        "categories": pa.array([["Tea", ""], None], TEXTS),
        "tags": pa.array([["green", "loose"], ["garden", None]], TEXTS),
        "attributes": pa.array(
            [[{"name": "brand", "value": "Leaf & Co"}, {"name": "cast", "value": "Ann"}], None], NAMED
        ),
    }
)


def facts(table: pa.Table) -> list[tuple[str, str, str]]:
    return list(zip(*(table[column].to_pylist() for column in ("head", "relation", "tail")), strict=True))


def test_items_say_their_categories_tags_and_attributes():
    found = triples_from_items(ITEMS)
    assert facts(found) == [
        ("shop/7", "has_category", "Tea"),
        ("shop/7", "has_tag", "green"),
        ("shop/7", "has_tag", "loose"),
        ("video/7", "has_tag", "garden"),
        ("shop/7", "has_brand", "Leaf & Co"),
        ("shop/7", "has_cast", "Ann"),
    ]
    assert found["evidence"].to_pylist() == ["categories", "tags", "tags", "tags", "brand", "cast"]
    assert set(found["source"].to_pylist()) == {"items"} and set(found["confidence"].to_pylist()) == {1.0}


def test_no_items_have_no_triples():
    assert triples_from_items(ITEMS.slice(0, 0)).num_rows == 0


def test_equal_facts_of_a_source_stand_once_with_the_highest_confidence_and_its_evidence():
    said = [("s", 0.5, "f:1"), ("s", 0.75, "f:2"), ("s", 0.75, "f:3"), ("t", 0.5, "g:1")]
    twice = pa.Table.from_pylist(
        [
            dict(zip(SCHEMA.names, ("Tea", "is_a", "drink", source, confidence, evidence), strict=True))
            for source, confidence, evidence in said
        ],
        schema=SCHEMA,
    )
    before = twice.to_pylist()
    assert distinct(twice).to_pylist() == [before[1], before[3]]
    assert twice.to_pylist() == before


def test_distinct_triples_are_sorted_and_as_the_contract_says():
    table = distinct(pa.concat_tables([triples_from_items(ITEMS)] * 2))
    assert list(table.schema) == list(load_contract("knowledge/triples").arrow_schema())[1:]  # the first is as_of
    assert table.num_rows == 6
    assert facts(table) == sorted(facts(table))
