"""The loss by hand, what is made up, and that confident facts count more."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.knowledge.graph.graphs import planted_triples
from xdrec_assets.knowledge.graph.encoding import new_model
from xdrec_assets.knowledge.graph.graph import graph_of
from xdrec_assets.knowledge.graph.settings import GraphSettings
from xdrec_assets.knowledge.graph.training import (
    SHARE_NEGATIVES,
    Trainer,
    cubed_moduli,
    negative_sampling_loss,
    softmax_loss,
)

SETTINGS = GraphSettings(encoder="transe", size=8, negatives=40, batch=300)


def log_sigmoid(x):
    return -np.log1p(np.exp(-x))


@pytest.fixture
def trainer():
    graph = graph_of(planted_triples(np.random.default_rng(0), n_films=60))
    return Trainer(new_model(graph, SETTINGS, "cpu"), graph, SETTINGS, np.random.default_rng(0))


def test_loss_with_equal_weights_by_hand():
    found = negative_sampling_loss(torch.tensor([2.0]), torch.tensor([[1.0, -3.0, -torch.inf]]), adversarial=0)
    expected = -log_sigmoid(2) - (log_sigmoid(-1) + log_sigmoid(3)) / 2
    assert found.item() == pytest.approx(expected)


def test_hard_made_up_facts_count_more():
    true, false = torch.tensor([2.0]), torch.tensor([[1.0, -3.0]])
    weight = np.exp(2) / (np.exp(2) + np.exp(-6))
    expected = -log_sigmoid(2) - weight * log_sigmoid(-1) - (1 - weight) * log_sigmoid(3)
    assert negative_sampling_loss(true, false, adversarial=2).item() == pytest.approx(expected, rel=1e-5)


def test_nothing_made_up_that_counts_leaves_the_true_fact():
    found = negative_sampling_loss(torch.tensor([0.5]), torch.full((1, 2), -torch.inf), adversarial=1)
    assert found.item() == pytest.approx(-log_sigmoid(0.5))


def test_softmax_loss_by_hand():
    found = softmax_loss(torch.tensor([2.0]), torch.tensor([[1.0, -3.0, -torch.inf]]))
    assert found.item() == pytest.approx(-np.log(np.exp(2) / (np.exp(2) + np.exp(1) + np.exp(-3))), rel=1e-5)


def test_regularisation_is_the_sum_of_cubed_moduli():
    assert cubed_moduli(torch.tensor([3.0, 0.0, 4.0, 2.0])).item() == pytest.approx(5**3 + 2**3, rel=1e-5)


def test_true_facts_among_the_made_up_are_marked(trainer):
    graph = trainer.graph
    facts = np.random.default_rng(1).permutation(graph.n_facts)[:300]
    step = trainer._made_up(facts)
    true = set(zip(graph.head.tolist(), graph.relation.tolist(), graph.tail.tolist(), strict=True))
    assert step.anchor.shape == (9, 33)  # 300 facts in groups of 32 or more, the rest left out
    assert step.is_true.any()
    for group, fact, number in np.ndindex(step.is_true.shape):
        ends = step.entities[[step.anchor[group, fact], step.negatives[group, number]]].tolist()
        head, tail = ends if step.sign[group, fact] > 0 else ends[::-1]
        assert ((head, int(step.relation[group, fact]), tail) in true) == step.is_true[group, fact, number]


def test_groups_have_made_up_ends_of_their_own(trainer):
    step = trainer._made_up(np.arange(256))
    drawn = step.entities[step.negatives]
    assert drawn.shape == (256 // SHARE_NEGATIVES, 40)
    assert len(np.unique(drawn, axis=0)) == len(drawn)


def test_with_propagation_more_facts_share_them(trainer):
    settings = SETTINGS.model_copy(update={"encoder": "relational"})
    model = new_model(trainer.graph, settings, "cpu")
    network = Trainer(model, trainer.graph, settings, np.random.default_rng(0))
    assert network._made_up(np.arange(256)).negatives.shape == (2, 40)


def test_questions_are_facts_seen_from_either_end(trainer):
    graph = trainer.graph
    step = trainer._made_up(np.arange(20))
    anchor, target = step.entities[step.anchor[0]], step.entities[step.target[0]]
    asks_tail = step.sign[0] > 0
    assert asks_tail.sum() == 10
    np.testing.assert_array_equal(np.where(asks_tail, anchor, target), graph.head[:20])
    np.testing.assert_array_equal(np.where(asks_tail, target, anchor), graph.tail[:20])


def test_passes_bring_the_loss_down(trainer):
    losses = [trainer.epoch() for _ in range(8)]
    assert losses[-1] < 0.7 * losses[0]


def test_facts_without_confidence_teach_little(trainer):
    graph = trainer.graph
    doubted = graph.relations[graph.relation] == "has_genre"
    unsure = replace(graph, confidence=np.where(doubted, 1e-6, 1).astype(np.float32))
    one = Trainer(new_model(unsure, SETTINGS, "cpu"), unsure, SETTINGS, np.random.default_rng(0))
    for _ in range(8):
        one.epoch(), trainer.epoch()
    asked = trainer._made_up(np.flatnonzero(doubted))  # of the graph in which all facts count the same
    assert loss_of(one, asked) > 2 * loss_of(trainer, asked)


def loss_of(trainer, step):
    """The mean loss of a step's facts."""
    entities, relations = (table.rows for table in (trainer.model.entities, trainer.model.relations))
    relation = relations[torch.from_numpy(step.relation).long()]
    return float(trainer._loss(step, entities[torch.from_numpy(step.entities)], relation))
