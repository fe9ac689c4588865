"""Looking true answers up."""

import numpy as np

from tests.knowledge.graph.graphs import planted_triples, triples_of
from xdrec_assets.knowledge.graph.answers import TrueAnswers
from xdrec_assets.knowledge.graph.graph import graph_of


def asked(known, *questions, asks_tail):
    anchor, relation = (np.array(column, dtype=np.int32) for column in zip(*questions, strict=True))
    rows, answers = known.of(anchor, relation, asks_tail)
    return list(zip(rows.tolist(), answers.tolist(), strict=True))


def test_answers_of_both_directions():
    graph = graph_of(triples_of(("a", "r", "b"), ("a", "r", "c"), ("b", "r", "c"), ("b", "s", "c")))  # a, b, c: 0, 1, 2
    known = TrueAnswers(graph)
    assert asked(known, (0, 0), (2, 0), (1, 1), asks_tail=True) == [(0, 1), (0, 2), (2, 2)]
    assert asked(known, (2, 0), (0, 0), (2, 1), asks_tail=False) == [(0, 0), (0, 1), (2, 1)]
    assert asked(known, (2, 0), (2, 0), asks_tail=np.array([True, False])) == [(1, 0), (1, 1)]


def test_parts_of_a_graph_count_together():
    graph = graph_of(planted_triples(np.random.default_rng(0), n_films=30))
    parts = TrueAnswers(graph.only(np.arange(0, 50)), graph.only(np.arange(50, graph.n_facts)))
    for mine, whole in zip(
        parts.of(graph.head, graph.relation, True), TrueAnswers(graph).of(graph.head, graph.relation, True), strict=True
    ):
        np.testing.assert_array_equal(mine, whole)


def test_every_fact_is_among_its_own_answers():
    graph = graph_of(planted_triples(np.random.default_rng(0), n_films=30))
    rows, answers = TrueAnswers(graph).of(graph.tail, graph.relation, False)
    found = set(zip(rows.tolist(), answers.tolist(), strict=True))
    assert all((fact, head) in found for fact, head in enumerate(graph.head.tolist()))
