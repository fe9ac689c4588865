"""Every encoder on a planted graph: what follows from other facts is found, shuffled tails are not."""

from dataclasses import replace

import numpy as np
import pytest

from tests.knowledge.graph.graphs import planted_triples, shuffled
from xdrec_assets.knowledge.graph.answers import TrueAnswers
from xdrec_assets.knowledge.graph.encoding import encode_graph
from xdrec_assets.knowledge.graph.frequency import RelationFrequency
from xdrec_assets.knowledge.graph.graph import graph_of
from xdrec_assets.knowledge.graph.link_prediction import link_figures
from xdrec_assets.knowledge.graph.settings import GraphSettings
from xdrec_assets.knowledge.graph.splitting import split_facts

ENCODERS = ["transe", "complex", "rotate", "lightgcn", "relational"]
SETTINGS = GraphSettings(
    size=32, epochs=30, batch=256, negatives=32, check_every=10, fan_out=5, learning_rate=0.1, regularisation=0.01
)


@pytest.fixture(scope="module")
def graph():
    return graph_of(planted_triples(np.random.default_rng(0)))


def figures_of(graph, encoder):
    """Mean reciprocal ranks of an encoder and of the most frequent answers on the same held-out facts."""
    split = split_facts(graph, 0.1, np.random.default_rng(0))
    encoded = encode_graph(split.train, SETTINGS.model_copy(update={"encoder": encoder}), split.validation, "cpu")
    found = [link_figures(one, split.test, TrueAnswers(graph)) for one in (encoded, RelationFrequency(split.train))]
    return found[0].mrr, found[1].mrr


@pytest.mark.parametrize("encoder", ENCODERS)
def test_planted_facts_are_found_and_shuffled_ones_are_not(graph, encoder):
    mrr, baseline = figures_of(graph, encoder)
    assert mrr > 1.5 * baseline
    of_shuffled, baseline = figures_of(shuffled(graph, np.random.default_rng(1)), encoder)
    assert of_shuffled < mrr / 3
    assert of_shuffled < 1.5 * baseline


@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_same_seed_gives_the_same_vectors(graph, encoder):
    settings = SETTINGS.model_copy(update={"encoder": encoder, "epochs": 2})
    one, two = (encode_graph(graph, settings, device="cpu") for _ in range(2))
    np.testing.assert_array_equal(one.entities, two.entities)
    other = encode_graph(graph, settings.model_copy(update={"seed": 1}), device="cpu")
    assert one.entities.shape == other.entities.shape == (graph.n_entities, 32)
    assert not np.allclose(one.entities, other.entities)


def test_films_of_one_director_lie_close(graph):
    encoded = encode_graph(graph, SETTINGS.model_copy(update={"encoder": "transe"}), device="cpu")
    films = np.flatnonzero([name.startswith("video/") for name in graph.entities])
    director = np.array([int(name[6:]) % 12 for name in graph.entities[films]])
    apart = np.abs(encoded.entities[films][:, None] - encoded.entities[films]).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (director[apart.argmin(axis=1)] == director).mean() > 0.9


def test_it_stops_when_the_validation_part_gets_no_better_and_keeps_the_best(graph):
    split = split_facts(shuffled(graph, np.random.default_rng(1)), 0.1, np.random.default_rng(0))
    settings = SETTINGS.model_copy(update={"encoder": "transe", "epochs": 200, "check_every": 2, "patience": 2})
    encoded = encode_graph(split.train, settings, split.validation, "cpu")
    figures = [mrr for _, mrr in encoded.checks]
    assert len(encoded.losses) < 200
    assert max(figures[-2:]) <= max(figures[:-2])
    kept = link_figures(encoded, split.validation, TrueAnswers(split.train, split.validation))
    assert kept.mrr == pytest.approx(max(figures))


def test_progress_is_told(graph):
    told = []
    settings = SETTINGS.model_copy(update={"epochs": 3})
    encode_graph(graph, settings, device="cpu", progress=lambda done, total: told.append((done, total)))
    assert told == [(n * graph.n_facts, 3 * graph.n_facts) for n in (1, 2, 3)]


def test_the_graph_is_left_alone(graph):
    before = replace(graph, head=graph.head.copy(), confidence=graph.confidence.copy())
    encode_graph(graph, SETTINGS.model_copy(update={"epochs": 1}), device="cpu")
    np.testing.assert_array_equal(graph.head, before.head)
    np.testing.assert_array_equal(graph.confidence, before.confidence)


def test_a_graph_without_facts_is_refused(graph):
    with pytest.raises(ValueError, match="encoder transe with 0 facts learns nothing"):
        encode_graph(graph.only(np.zeros(0, int)), GraphSettings(encoder="transe"))


def test_one_fact_is_enough(graph):
    for encoder in ENCODERS:
        settings = SETTINGS.model_copy(update={"encoder": encoder, "epochs": 2})
        encoded = encode_graph(graph.only(np.array([0])), settings, device="cpu")
        assert np.isfinite(encoded.entities).all()
