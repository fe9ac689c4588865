"""Ranks by hand, ties, what is filtered, and the frequency baseline."""

from dataclasses import dataclass

import numpy as np
import pytest

from tests.knowledge.graph.graphs import triples_of
from xdrec_assets.knowledge.graph.answers import TrueAnswers
from xdrec_assets.knowledge.graph.frequency import RelationFrequency
from xdrec_assets.knowledge.graph.graph import graph_of
from xdrec_assets.knowledge.graph.link_prediction import filtered_ranks, link_figures


@dataclass
class Fixed:
    """Gives every question the same scores, one per entity."""

    of_tails: list[float]
    of_heads: list[float]

    def scores(self, anchor, relation, asks_tail):
        return np.tile(np.array(self.of_tails if asks_tail else self.of_heads, np.float32), (len(anchor), 1))


@pytest.fixture
def graph():
    return graph_of(triples_of(("a", "r", "b"), ("a", "r", "c"), ("d", "r", "c")))  # a, b, c, d: 0 … 3


def fact(graph, head, tail):
    names = graph.entities
    return graph.only((names[graph.head] == head) & (names[graph.tail] == tail))


def test_other_true_answers_do_not_count(graph):
    held = fact(graph, "a", "c")
    scorer = Fixed([0.1, 0.9, 0.5, 0.7], [0.5, 0.1, 0.2, 0.9])
    assert filtered_ranks(scorer, held, TrueAnswers(graph)).tolist() == [2, 1]  # b is true as well; so is d as a head
    assert filtered_ranks(scorer, held, TrueAnswers(held)).tolist() == [3, 2]


def test_ties_share_the_mean_of_their_ranks(graph):
    held = fact(graph, "a", "c")
    assert filtered_ranks(Fixed([1.0] * 4, [1.0] * 4), held, TrueAnswers(held)).tolist() == [2.5, 2.5]
    assert filtered_ranks(Fixed([2, 1, 1, 1], [1, 2, 0, 0]), held, TrueAnswers(held)).tolist() == [3, 2]


def test_figures_are_means_over_both_ends(graph):
    figures = link_figures(Fixed([0.1, 0.9, 0.5, 0.7], [0.5, 0.1, 0.2, 0.9]), fact(graph, "a", "c"), TrueAnswers(graph))
    assert figures is not None
    assert figures.mrr == pytest.approx((1 / 2 + 1) / 2)
    assert (figures.hits_at_1, figures.hits_at_3, figures.hits_at_10) == (0.5, 1.0, 1.0)


def test_nothing_held_out_has_no_figures(graph):
    assert link_figures(Fixed([0] * 4, [0] * 4), graph.only(np.zeros(0, int)), TrueAnswers(graph)) is None


def test_chunks_change_nothing(graph, monkeypatch):
    scorer, known = Fixed([0.1, 0.9, 0.5, 0.7], [0.5, 0.1, 0.2, 0.9]), TrueAnswers(graph)
    whole = filtered_ranks(scorer, graph, known)
    monkeypatch.setattr("xdrec_assets.knowledge.graph.link_prediction.SCORES_AT_ONCE", 1)
    np.testing.assert_array_equal(filtered_ranks(scorer, graph, known), whole)


def test_scores_that_are_not_numbers_are_refused(graph):
    with pytest.raises(ValueError, match="3 of 12 scores are not numbers"):
        filtered_ranks(Fixed([0.1, np.nan, 0, 0], [0] * 4), graph, TrueAnswers(graph))


def test_the_baseline_counts_the_relation_s_answers(graph):
    baseline = RelationFrequency(graph)
    anchor, relation = np.array([0, 3], np.int32), np.array([0, 0], np.int32)
    assert baseline.scores(anchor, relation, True).tolist() == [[0, 1, 2, 0]] * 2
    assert baseline.scores(anchor, relation, False).tolist() == [[2, 0, 0, 1]] * 2
