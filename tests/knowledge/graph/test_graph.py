"""The graph as arrays."""

import numpy as np
import pytest

from tests.knowledge.graph.graphs import triples_of
from tests.knowledge.histories import history_of
from xdrec_assets.knowledge.graph.graph import KnowledgeGraph, graph_of, item_names, triples_of_scope, with_choices


def facts_of(graph: KnowledgeGraph) -> list[tuple[str, str, str]]:
    names, relations = graph.entities, graph.relations
    rows = zip(graph.head, graph.relation, graph.tail, strict=True)
    return [(names[head], relations[relation], names[tail]) for head, relation, tail in rows]


def test_facts_stand_once_sorted_with_the_highest_confidence():
    graph = graph_of(triples_of(("b", "r", "c", 0.5), ("a", "r", "b", 0.25), ("a", "r", "b", 0.75), ("a", "q", "b")))
    assert graph.entities.tolist() == ["a", "b", "c"]
    assert graph.relations.tolist() == ["q", "r"]
    assert facts_of(graph) == [("a", "q", "b"), ("a", "r", "b"), ("b", "r", "c")]
    assert graph.confidence.tolist() == [1.0, 0.75, 0.5]
    assert {part.dtype for part in (graph.head, graph.relation, graph.tail)} == {np.dtype("int32")}


def test_facts_that_nobody_believes_are_left_out():
    assert graph_of(triples_of(("a", "r", "b", 0.0), ("a", "r", "c"))).entities.tolist() == ["a", "c"]


def test_no_facts_make_an_empty_graph():
    graph = graph_of(triples_of(("a", "r", "b")).slice(0, 0))
    assert (graph.n_entities, graph.n_relations, graph.n_facts) == (0, 0, 0)


def test_confidence_is_one_where_the_table_has_none():
    assert graph_of(triples_of(("a", "r", "b", 0.5)).drop_columns(["confidence"])).confidence.tolist() == [1.0]


@pytest.fixture
def history():
    return history_of([("shop", "pan"), ("video", "jaws")], [("ann", "jaws", 1.0), ("bob", "pan", 2.0)], strength=0.5)


def test_choices_are_facts_of_people_and_keep_the_numbers_of_the_rest(history):
    graph = graph_of(triples_of(("video/jaws", "has_tag", "sea")))
    richer = with_choices(graph, history)
    assert richer.entities[: graph.n_entities].tolist() == graph.entities.tolist()
    assert set(facts_of(richer)) == {
        ("video/jaws", "has_tag", "sea"),
        ("person/ann", "chose", "video/jaws"),
        ("person/bob", "chose", "shop/pan"),
    }
    assert sorted(richer.confidence.tolist()) == [0.5, 0.5, 1.0]
    assert graph.n_facts == 1


def test_choices_of_one_platform_name_nobody_else(history):
    graph = with_choices(graph_of(triples_of(("video/jaws", "has_tag", "sea"))), history.only("video"))
    assert "person/bob" not in graph.entities
    assert "shop/pan" not in graph.entities


def test_items_are_written_with_their_platform(history):
    assert item_names(history).tolist() == ["shop/pan", "video/jaws"]


def test_a_platform_s_scope_names_no_other_platform_s_item():
    triples = triples_of(
        ("video/jaws", "has_tag", "sea"),
        ("shop/pan", "has_tag", "steel"),
        ("sea", "part_of", "nature"),
        ("pan dealer", "sells", "shop/pan"),
        ("shopping/x", "is", "no item"),
    )
    seen = triples_of_scope(triples, ("shop", "video"), "video")
    assert seen["head"].to_pylist() == ["video/jaws", "sea", "shopping/x"]
    assert triples_of_scope(triples, ("video",), "video") is triples
