"""What is held out, and what stays."""

import numpy as np
import pytest

from tests.knowledge.graph.graphs import planted_triples, triples_of
from xdrec_assets.knowledge.graph.graph import graph_of
from xdrec_assets.knowledge.graph.splitting import split_facts


@pytest.fixture(scope="module")
def graph():
    return graph_of(planted_triples(np.random.default_rng(0)))


def facts_of(graph):
    return set(zip(graph.head.tolist(), graph.relation.tolist(), graph.tail.tolist(), strict=True))


def test_every_fact_is_in_one_part_and_shares_are_as_asked(graph):
    split = split_facts(graph, 0.1, np.random.default_rng(0))
    parts = [facts_of(part) for part in (split.train, split.validation, split.test)]
    assert sum(map(len, parts)) == graph.n_facts
    assert set.union(*parts) == facts_of(graph)
    assert split.test.n_facts == pytest.approx(0.1 * graph.n_facts, abs=2)
    assert split.validation.n_facts == pytest.approx(0.1 * graph.n_facts, abs=2)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_training_part_knows_every_entity_and_relation(graph, share):
    train = split_facts(graph, share, np.random.default_rng(1)).train
    assert set(train.head) | set(train.tail) == set(range(graph.n_entities))
    assert set(train.relation) == set(range(graph.n_relations))


def test_facts_between_the_same_two_stay_together():
    pairs = [(f"f{i % 20}", f"p{i % 7}") for i in range(140)]
    facts = [fact for film, person in pairs for fact in ((film, "by", person), (person, "of", film))]
    graph = graph_of(triples_of(*facts))
    split = split_facts(graph, 0.2, np.random.default_rng(0))
    trained = {frozenset((h, t)) for h, _, t in facts_of(split.train)}
    assert split.test.n_facts > 10
    assert not trained & {frozenset((h, t)) for h, _, t in facts_of(split.test)}
    apart = split_facts(graph, 0.2, np.random.default_rng(0), pairs_together=False)
    assert {frozenset((h, t)) for h, _, t in facts_of(apart.train)} & {
        frozenset((h, t)) for h, _, t in facts_of(apart.test)
    }


def test_only_facts_that_may_be_held_are(graph):
    may_be_held = graph.relations[graph.relation] == "has_genre"
    split = split_facts(graph, 0.1, np.random.default_rng(0), may_be_held)
    assert set(graph.relations[split.test.relation]) | set(graph.relations[split.validation.relation]) == {"has_genre"}


def test_the_same_seed_splits_alike(graph):
    one, two, other = (split_facts(graph, 0.1, np.random.default_rng(seed)).test for seed in (3, 3, 4))
    assert facts_of(one) == facts_of(two) != facts_of(other)


def test_nothing_is_held_out_of_a_chain_or_with_share_zero(graph):
    chain = graph_of(triples_of(("a", "r", "b"), ("c", "r", "d")))
    assert split_facts(chain, 0.5, np.random.default_rng(0)).train.n_facts == 2
    assert split_facts(graph, 0, np.random.default_rng(0)).train.n_facts == graph.n_facts


def test_a_share_above_a_half_is_refused(graph):
    with pytest.raises(ValueError, match=r"share of held-out facts is 0\.6, expected 0 to 0.5"):
        split_facts(graph, 0.6, np.random.default_rng(0))
