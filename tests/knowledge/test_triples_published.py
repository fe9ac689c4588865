"""Triples of an as-of date: from items and outside sources, as known then, every line in one place."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from resources.partitions import Partition
from tests.worlds import ITEMS, SHOP, event, join, land, lines, rows, world
from xdrec_assets.knowledge.outside.sources import read_known
from xdrec_assets.knowledge.triples import SCHEMA
from xdrec_assets.knowledge.triples_published import accounts_of, publish_triples
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication

FIRST, SECOND = date(2026, 1, 9), date(2026, 1, 12)
BRANDED = ITEMS.replace("    text:", "    attributes: {brand: maker}\n    text:")
GRAPH = """
source: graph
title: Graph
owner: team:graph
kind: triples
files: graph/*.tsv
format: tsv
confidence: 0.5
items: "item:{platform}/{item_id}"
prefixes: ["maker:"]
"""
ARTICLES = """
source: articles
title: Articles
owner: team:articles
kind: documents
files: articles.jsonl
format: json_lines
"""
FACTS = (
    "head\trelation\ttail\nitem:shop/7\tlike\titem:shop/8\nmaker:Iron & Co\tin\tUlm\nspoilt\nmaker:Iron & Co\tin\tUlm\n"
)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    pipeline = opened(tmp_path_factory.mktemp("joined"))
    join(pipeline)
    return pipeline


@pytest.fixture(scope="module")
def published(pipeline: Pipeline) -> list[Publication]:
    return publish(pipeline)


def opened(tmp_path: Path, graph: str = GRAPH) -> Pipeline:
    land(tmp_path / "platforms", {"outside/graph.yaml": graph, "outside/articles.yaml": ARTICLES})
    files = {
        "shop/items/2026-01-08.jsonl": lines({"sku": "7", "name": "Pan", "cats": "pans", "maker": "Iron & Co"}),
        "shop/items/2026-01-10.jsonl": lines({"sku": "8", "name": "Pot", "maker": "Iron & Co"}),
        "shop/events/2026-01-08.jsonl": lines(event("u1", "7", "2026-01-08T10:00:00Z", "buy")),
        "graph/facts.tsv": FACTS,
        "articles.jsonl": lines({"title": "Pans", "text": "They are hot."}, {"title": "No text"}),
    }
    return world(tmp_path, files, {"shop": SHOP + BRANDED})


def publish(pipeline: Pipeline, day: date = SECOND) -> list[Publication]:
    return list(publish_triples(pipeline, Partition.of_day(day)))


def facts(pipeline: Pipeline, day: date = SECOND) -> list[tuple[str, ...]]:
    found = [row for row in rows(pipeline, "knowledge/triples") if row["as_of"] == day]
    own = [row for row in found if row["source"] in ("items", "graph")]  # what documents mention is tested elsewhere
    return sorted((row["head"], row["relation"], row["tail"], row["source"]) for row in own)


def test_items_and_graphs_speak_of_the_same_things(pipeline: Pipeline, published: list[Publication]) -> None:
    triples, quarantined = published
    assert facts(pipeline) == [
        ("Iron & Co", "in", "Ulm", "graph"),
        ("shop/7", "has_brand", "Iron & Co", "items"),
        ("shop/7", "has_category", "pans", "items"),
        ("shop/7", "like", "shop/8", "graph"),
        ("shop/8", "has_brand", "Iron & Co", "items"),
    ]
    (said,) = [row for row in rows(pipeline, "knowledge/triples") if row["tail"] == "Ulm" and row["as_of"] == SECOND]
    assert (said["confidence"], said["evidence"]) == (0.5, "graph/facts.tsv:3")
    assert (triples.figures["from items"], triples.figures["from outside sources"], quarantined.n_rows) == (3, 3, 2)
    assert triples.shown.preview is not None and "Pan" in triples.shown.preview["head title"].to_pylist()


@pytest.mark.usefixtures("published")
def test_lines_that_cannot_be_used_are_set_apart(pipeline: Pipeline) -> None:
    names = ("as_of", "source", "source_line", "rule", "found")
    assert [row for row in rows(pipeline, "knowledge/quarantined", *names) if row[0] == SECOND] == [
        (SECOND, "articles", 2, "no text at text", '{"title": "No text"}'),
        (SECOND, "graph", 4, "expected head, relation and tail between tabs", "spoilt"),
    ]


def test_every_line_is_accounted_for(pipeline: Pipeline, published: list[Publication]) -> None:
    triples, _ = published
    assert triples.accounts is not None and triples.accounts.ok and triples.accounts.n_rows == 5
    assert triples.figures["said twice"] == 1 and triples.figures["of which quarantined"] == 1
    lost = accounts_of(SCHEMA.empty_table(), read_known(pipeline, SECOND))
    assert not lost.ok and lost.examples == ("graph: 5 in, 3 out",)


def test_the_future_of_items_is_not_read(pipeline: Pipeline) -> None:
    publish(pipeline, FIRST)
    assert {head for head, *_, source in facts(pipeline, FIRST) if source == "items"} == {"shop/7"}


def test_a_source_is_not_read_for_dates_up_to_the_day_it_is_known_from(tmp_path: Path) -> None:
    pipeline = opened(tmp_path, GRAPH + f"known_from: {FIRST}\n")
    for day in (FIRST, FIRST + timedelta(days=1)):
        publish(pipeline, day)
    assert facts(pipeline, FIRST) == []
    assert {source for *_, source in facts(pipeline, FIRST + timedelta(days=1))} == {"graph"}


def test_nothing_is_done_where_nothing_changed(tmp_path: Path) -> None:
    pipeline = opened(tmp_path)
    publish(pipeline)
    assert [publication.audit for publication in publish(pipeline)] == [None, None]
    land(pipeline, {"graph/more.tsv": "a\tb\tc\n"})
    assert [publication.audit is None for publication in publish(pipeline)] == [False, False]
    assert ("a", "b", "c", "graph") in facts(pipeline)


def test_nothing_landed_of_a_source_is_said(tmp_path: Path) -> None:
    pipeline = opened(tmp_path, GRAPH.replace("graph/*.tsv", "elsewhere/*"))
    with pytest.raises(ValueError, match=r"outside/graph.yaml: files: found nothing at elsewhere/\* below"):
        publish(pipeline)
