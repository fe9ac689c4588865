"""Propagation over the graph: by hand, as a product of matrices, and from sampled neighbours."""

import numpy as np
import pytest
import torch

from tests.knowledge.graph.graphs import planted_triples, triples_of
from xdrec_assets.knowledge.graph import propagation
from xdrec_assets.knowledge.graph.graph import graph_of
from xdrec_assets.knowledge.graph.propagation import Neighbourhood, Propagation
from xdrec_assets.knowledge.graph.row_table import RowTable
from xdrec_assets.knowledge.graph.scorers import ComplEx

NO_RELATIONS = torch.zeros((4, 8))


@pytest.fixture(scope="module")
def graph():
    return graph_of(planted_triples(np.random.default_rng(0), n_films=24))


def table_of(graph, size=8):
    rows = torch.from_numpy(np.random.default_rng(1).standard_normal((graph.n_entities, size))).float()
    return RowTable(rows, 0.1, "cpu")


def test_one_layer_of_a_path_by_hand():
    graph = graph_of(triples_of(("a", "r", "b"), ("b", "r", "c")))  # b has two neighbours, a and c one
    own = RowTable(torch.tensor([[1.0, 0], [0, 1.0], [4.0, 0]]), 0.1, "cpu")
    found = Propagation(graph, own, None, layers=1, fan_out=9).all_vectors(torch.zeros((1, 2))).numpy()
    root = 1 / np.sqrt(2)
    np.testing.assert_allclose(found, [[0.5, root / 2], [5 * root / 2, 0.5], [2, root / 2]], rtol=1e-6)


def test_layers_are_products_with_the_normalised_matrix(graph):
    adjacency = np.zeros((graph.n_entities, graph.n_entities))
    np.add.at(adjacency, (graph.head, graph.tail), 1)
    np.add.at(adjacency, (graph.tail, graph.head), 1)
    root = np.sqrt(adjacency.sum(axis=1))
    layer = total = (own := table_of(graph)).rows.numpy()
    for _ in range(2):
        layer = adjacency / root[:, None] / root @ layer
        total = total + layer
    found = Propagation(graph, own, None, layers=2, fan_out=3).all_vectors(NO_RELATIONS)
    np.testing.assert_allclose(found.numpy(), total / 3, atol=1e-5)


@pytest.mark.parametrize("scorer", [None, ComplEx()], ids=["lightgcn", "relational"])
def test_with_all_neighbours_a_step_sees_what_comes_out_in_the_end(graph, scorer, monkeypatch):
    monkeypatch.setattr(propagation, "EDGES_AT_ONCE", 37)
    relations = torch.from_numpy(np.random.default_rng(2).standard_normal((graph.n_relations, 8))).float()
    one = Propagation(graph, table_of(graph), scorer, layers=2, fan_out=1000)
    entities = np.array([5, 0, 17])
    some = one.vectors(entities, relations, np.random.default_rng(0)).detach()
    np.testing.assert_allclose(some.numpy(), one.all_vectors(relations)[entities].numpy(), atol=1e-5)


def test_sampled_sums_are_right_in_expectation(graph):
    one = Propagation(graph, table_of(graph), None, layers=1, fan_out=2)
    entities = np.arange(graph.n_entities)
    rng = np.random.default_rng(0)
    mean = sum(one.vectors(entities, NO_RELATIONS, rng).detach().numpy() for _ in range(600)) / 600
    assert np.abs(mean - one.all_vectors(NO_RELATIONS).numpy()).max() < 0.15


def test_relations_change_what_neighbours_say(graph):
    own = table_of(graph)
    ones = torch.zeros((graph.n_relations, 8))
    ones[:, :4] = 1  # the number 1 leaves a message as it is
    plain = Propagation(graph, own, None, 2, 9).all_vectors(ones)
    one = Propagation(graph, own, ComplEx(), 2, 9)
    np.testing.assert_allclose(one.all_vectors(ones).numpy(), plain.numpy(), atol=1e-5)
    assert not np.allclose(one.all_vectors(2 * ones).numpy(), plain.numpy(), atol=0.1)


def test_at_most_fan_out_neighbours_are_drawn(graph):
    around = Neighbourhood(graph)
    busiest = int(around.degree.argmax())
    edges = around.sampled(np.array([busiest, 0]), 3, np.random.default_rng(0))
    assert np.bincount(edges.to).tolist() == [3, min(3, int(around.degree[0]))]
    linked = set(graph.head[graph.tail == busiest]) | set(graph.tail[graph.head == busiest])
    assert set(edges.source[edges.to == 0]) <= linked
