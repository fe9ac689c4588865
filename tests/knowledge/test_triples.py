import pyarrow as pa
import pytest

from data_quality.contract import load_contract
from xdrec_assets.knowledge.triples import SCHEMA, distinct, triples, triples_from_file, triples_from_items

TEXTS = pa.list_(pa.string())
ITEMS = pa.table(
    {
        "platform": ["shop", "video"],
        "item_id": ["7", "7"],
        "categories": pa.array([["Tea", ""], None], TEXTS),
        "tags": pa.array([["green", "loose"], ["garden", None]], TEXTS),
    }
)


def facts(table: pa.Table) -> list[tuple[str, str, str]]:
    return list(zip(*(table[column].to_pylist() for column in ("head", "relation", "tail")), strict=True))


def test_items_say_their_categories_and_tags():
    assert facts(triples_from_items(ITEMS)) == [
        ("shop/7", "has_category", "Tea"),
        ("shop/7", "has_tag", "green"),
        ("shop/7", "has_tag", "loose"),
        ("video/7", "has_tag", "garden"),
    ]


def test_file_is_read_with_and_without_a_header(tmp_path):
    for content in ("head\trelation\ttail\nTea\tgrows_in\tChina\n\n", "Tea\tgrows_in\tChina"):
        (tmp_path / "facts.tsv").write_text(content, encoding="utf-8")
        table = triples_from_file(tmp_path / "facts.tsv")
        assert facts(table) == [("Tea", "grows_in", "China")]
        assert table["source"].to_pylist() == ["facts.tsv"]


def test_empty_file_has_no_triples(tmp_path):
    (tmp_path / "facts.tsv").write_text("", encoding="utf-8")
    assert triples_from_file(tmp_path / "facts.tsv").num_rows == 0


def test_line_without_three_fields_is_refused_with_its_number(tmp_path):
    (tmp_path / "facts.tsv").write_text("Tea\tgrows_in\tChina\nTea\tgrows_in\n", encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"facts.tsv, line 2: found 2 filled fields .* expected head, relation and tail"
    ):
        triples_from_file(tmp_path / "facts.tsv")


def test_equal_facts_of_a_source_stand_once_with_the_highest_confidence():
    twice = pa.Table.from_pylist(
        [
            {"head": "Tea", "relation": "is_a", "tail": "drink", "source": "s", "confidence": confidence}
            for confidence in (0.5, 0.75)
        ],
        schema=SCHEMA,
    )
    assert distinct(twice).to_pylist() == [twice.to_pylist()[1]]


def test_all_sources_together_are_as_the_contract_says(tmp_path):
    (tmp_path / "facts.tsv").write_text("Tea\tgrows_in\tChina\nTea\tgrows_in\tChina\n", encoding="utf-8")
    table = triples(pa.concat_tables([ITEMS, ITEMS]), tmp_path / "facts.tsv")
    assert list(table.schema) == list(load_contract("knowledge/triples").arrow_schema())[1:]  # the first is as_of
    assert table.num_rows == 5
    assert facts(table)[0] == ("Tea", "grows_in", "China")
