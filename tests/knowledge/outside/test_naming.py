"""Names that all sources share: items by pattern and by link, prefixes taken off, relations renamed."""

import re

import pyarrow as pa
import pytest

from tests.knowledge.outside.graphs import PLATFORMS, lines, source
from xdrec_assets.knowledge.outside.naming import MOST_CHARACTERS, NO_NAME, TOO_LONG, Links, item_pattern, named, quoted
from xdrec_assets.knowledge.outside.statements import tab_separated
from xdrec_assets.knowledge.triples import LABEL

LINKS = Links(pa.array(["m.1"], pa.string()), pa.array(["films/1"], pa.string()))


def names(line: str, links: Links = LINKS, **more: object) -> tuple[str | None, str | None, str | None]:
    (row,) = named(tab_separated(lines(line), False), source(**more), links, PLATFORMS).to_pylist()
    return row["head"], row["relation"], row["tail"]


def test_without_anything_said_names_stay():
    assert names("a:b\tr:x\tc", Links()) == ("a:b", "r:x", "c")


def test_items_are_written_alike_whichever_way_they_are_found():
    pattern = {"items": "item:{platform}/{item_id}", "prefixes": ["item:"]}
    assert names("m.1\tlike\titem:shop/SH/7", **pattern) == ("films/1", "like", "shop/SH/7")


def test_a_pattern_names_items_of_known_platforms_alone():
    assert names("item:radio/7\tlike\titem:shop/", items="item:{platform}/{item_id}") == (
        "item:radio/7",
        "like",
        "item:shop/",
    )


def test_signs_in_a_pattern_or_prefix_are_no_regular_expression():
    wild = "[i](.*)+{platform}|{item_id}?"
    assert names("[i](.*)+shop|7?\tr\tishop|7", items=wild) == ("shop/7", "r", "ishop|7")
    assert names("a.b\tr\taxb", prefixes=["a."]) == ("b", "r", "axb")
    assert re.fullmatch(quoted("".join(map(chr, range(33, 127)))), "".join(map(chr, range(33, 127))))


def test_the_longest_prefix_is_taken_off_and_a_name_that_is_one_stays():
    prefixes = ["http://e/", "http://e/tag/"]
    assert names("http://e/tag/tea\thttp://e/has\thttp://e/", prefixes=prefixes) == ("tea", "has", "http://e/")


def test_given_relations_alone_are_read_under_their_new_names():
    relations = {"film.actor": "has_cast"}
    assert names("a\tfilm.actor\tb", relations=relations) == ("a", "has_cast", "b")
    assert names("a\tfilm.genre\tb", relations=relations) == (None, None, None)


def test_labels_of_n_triples_are_read_whatever_relations_are_given():
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    graph = {"format": "ntriples", "relations": {"http://e/cast": "has_cast"}}
    assert names(f"http://e/q1\t{label}\tTea", **graph) == ("http://e/q1", LABEL, "Tea")


def test_a_text_keeps_what_looks_like_a_prefix_or_an_item():
    statements = tab_separated(lines("a\tr\ttag:tea"), False)
    text = statements.set_column(3, "is_text", pa.array([True]))
    found = named(text, source(prefixes=["tag:"]), LINKS, PLATFORMS).to_pylist()
    assert found[0]["tail"] == "tag:tea"


def test_names_are_in_the_one_form_of_all_texts():
    assert names("Cafe\u0301\u202e  au\x07 lait\tis\t茶") == ("Café au lait", "is", "茶")


@pytest.mark.parametrize(("name", "rule"), [("\u202e", NO_NAME), ("x" * (MOST_CHARACTERS + 1), TOO_LONG)])
def test_empty_and_endless_names_are_set_apart(name: str, rule: str):
    statements = tab_separated(lines(f"{name}\tr\tb", "a\tr\tb"), False)
    bad, good = named(statements, source(), LINKS, PLATFORMS).to_pylist()
    assert (bad["head"], bad["tail"], bad["rule"]) == (None, None, rule)
    assert (good["tail"], good["rule"]) == ("b", None)


def test_a_pattern_s_platforms_stand_in_it():
    assert re.fullmatch(item_pattern("{platform}:{item_id}", ["shop"]), "shop:1")
    assert not re.fullmatch(item_pattern("{platform}:{item_id}", ["shop"]), "films:1")
