"""Scores by hand, and both directions of one fact agree."""

import numpy as np
import pytest
import torch

from xdrec_assets.knowledge.graph.scorers import ComplEx, InnerProduct, RotatE, TransE

SCORERS = [TransE(), RotatE(), ComplEx(), InnerProduct()]
HEAD, TAIL = torch.tensor([1.0]), torch.tensor([-1.0])


def vectors(*shape):
    return torch.from_numpy(np.random.default_rng(0).standard_normal(shape)).float()


def test_transe_by_hand():
    query = TransE().query(torch.tensor([[1.0, 2.0]]), torch.tensor([[0.5, -1.0]]), HEAD)
    assert TransE().match(query, torch.tensor([[1.5, 1.0], [0.0, 0.0]])).tolist() == [[0.0, -2.5]]


def test_complex_is_the_real_part_of_the_three_way_product():
    head, relation, tail = (2 + 1j, 1 - 3j, -1 + 2j)
    rows = [torch.tensor([[z.real, z.imag]]) for z in (head, relation, tail)]
    expected = (head * relation * tail.conjugate()).real
    assert ComplEx().match_own(ComplEx().query(rows[0], rows[1], HEAD), rows[2]).item() == pytest.approx(expected)


def test_rotate_turns_by_the_angle():
    quarter = torch.tensor([[torch.pi / 2]])
    query = RotatE().query(torch.tensor([[1.0, 0.0]]), quarter, HEAD)  # 1 becomes i
    np.testing.assert_allclose(query.numpy(), [[0, 1]], atol=1e-6)
    assert RotatE().match_own(query, torch.tensor([[0.0, 1.0]])).item() == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("scorer", SCORERS, ids=lambda scorer: type(scorer).__name__)
def test_a_fact_scores_alike_from_both_ends(scorer):
    head, tail, relation = vectors(2, 7, 6)[0], vectors(3, 7, 6)[2], vectors(7, scorer.relation_size(6))
    forward = scorer.match_own(scorer.query(head, relation, HEAD), tail)
    backward = scorer.match_own(scorer.query(tail, relation, TAIL), head)
    np.testing.assert_allclose(forward.numpy(), backward.numpy(), rtol=1e-4)


@pytest.mark.parametrize("scorer", SCORERS, ids=lambda scorer: type(scorer).__name__)
def test_many_candidates_score_as_one_by_one(scorer):
    queries, candidates = vectors(2, 5, 6), vectors(2, 4, 6)
    table = scorer.match(queries, candidates)
    assert table.shape == (2, 5, 4)
    for number in range(4):
        own = scorer.match_own(queries, candidates[:, number : number + 1])
        np.testing.assert_allclose(table[:, :, number].numpy(), own.numpy(), rtol=1e-4, atol=1e-5)
