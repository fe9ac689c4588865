import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix

from resources.encoding.contrastive import TextPairs, drawn_batches, false_negatives, info_nce, log_shares


def pairs_of(
    left: list[int], right: list[int], owner: list[int], owned: list[list[int]], across: bool = True
) -> TextPairs:
    rows = [(person, text) for person, had in enumerate(owned) for text in had]
    matrix = csr_matrix((np.ones(len(rows)), tuple(zip(*rows, strict=True))), shape=(len(owned), 10))
    return TextPairs(np.array(left), np.array(right), np.array(owner), np.full(len(left), across), matrix)


THREE = pairs_of([0, 1, 2], [5, 6, 5], [0, 1, 1], [[0, 5], [1, 2, 5, 6]])
"""Pairs 0 and 2 have one right text; person 1, of pairs 1 and 2, has both 5 and 6."""


def test_what_the_owner_had_and_the_same_text_are_no_negatives():
    assert false_negatives(THREE).tolist() == [[False, False, True], [True, False, True], [True, True, False]]


def test_a_pairs_own_left_text_is_no_negative():
    pairs = pairs_of([0, 5], [5, 6], [0, 1], [[0, 5], [6, 5]])
    assert false_negatives(pairs).tolist() == [[False, False], [True, False]]


def test_info_nce_by_hand_on_three_pairs():
    left = torch.eye(3)
    right = torch.tensor([[1.0, 0, 0], [0.6, 0.8, 0], [0, 0.6, 0.8]])
    cosines = [[1, 0.6, 0], [0, 0.8, 0.6], [0, 0, 0.8]]
    is_false = torch.tensor([[False, False, True], [False, False, False], [True, False, False]])
    exponentials = np.exp(np.array(cosines) / 0.5)
    expected = -np.mean(
        [
            np.log(exponentials[0, 0] / (exponentials[0, 0] + exponentials[0, 1])),
            np.log(exponentials[1, 1] / exponentials[1].sum()),
            np.log(exponentials[2, 2] / (exponentials[2, 1] + exponentials[2, 2])),
        ]
    )
    assert info_nce(left, right, 0.5, is_false).item() == pytest.approx(expected, abs=1e-6)


def test_texts_drawn_often_count_less_as_negatives():
    left, right, nothing = torch.eye(2), torch.eye(2), torch.zeros(2, 2, dtype=torch.bool)
    shares = torch.tensor([0.8, 0.2])
    first, second = np.e / 0.8, np.e / 0.2
    expected = -np.mean([np.log(first / (first + 1 / 0.2)), np.log(second / (second + 1 / 0.8))])
    assert info_nce(left, right, 1.0, nothing, shares.log()).item() == pytest.approx(expected, abs=1e-6)


def test_shares_count_both_sides():
    assert np.exp(log_shares(THREE)[[0, 5, 6]]).tolist() == pytest.approx([1 / 6, 2 / 6, 1 / 6])


def test_batches_hold_the_share_across_and_no_pair_twice():
    pairs = pairs_of(list(range(10)), [9] * 10, [0] * 10, [[0]])
    mixed = TextPairs(pairs.left, pairs.right, pairs.owner, np.arange(10) < 5, pairs.owned)
    drawn = drawn_batches(mixed, 4, 0.75, np.random.default_rng(0))
    for batch in (next(drawn) for _ in range(5)):
        assert batch.is_across.sum() == 3
        assert len({*batch.left, *batch.right} - {9}) in (3, 4)  # one of them may be the pair of 9 with itself


def test_one_kind_of_pairs_fills_the_batch_alone():
    within = pairs_of([0, 1, 2], [3, 4, 5], [0, 0, 0], [[0]], across=False)
    assert len(next(drawn_batches(within, 3, 0.5, np.random.default_rng(0)))) == 3


def test_sides_are_turned_at_random():
    pairs = pairs_of([0] * 50, [1] * 50, [0] * 50, [[0]])
    batch = next(drawn_batches(pairs, 50, None, np.random.default_rng(0)))
    assert 10 < batch.left.sum() < 40
    assert (batch.left + batch.right == 1).all()
