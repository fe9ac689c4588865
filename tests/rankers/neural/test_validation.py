"""Held-out last days: who is held out, and the gain of finding them, by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.rankers.neural.tiny import TinyNetwork
from tests.rankers.planted import history_of
from xdrec_assets.rankers.neural.sequences import Batch, Sequences
from xdrec_assets.rankers.neural.validation import HeldOut


class Fixed(TinyNetwork):
    """Scores everyone's items alike: the higher the index within a platform, the higher."""

    def __init__(self, n_items: int) -> None:
        super().__init__(n_items, 1)
        self.vectors = torch.nn.Parameter(torch.arange(n_items, dtype=torch.float32)[:, None])

    def person_states(self, batch: Batch, items: Tensor) -> Tensor:
        return torch.ones(len(batch.people), 1)


def sequences(n_people: int = 100) -> Sequences:
    """Two platforms of twelve items each; everyone took 0 and 23 long ago and item u % 24 last, 0 and 23 apart."""
    taken = [(u, item) for u in range(n_people) for item in sorted({0, 23, 1 + u % 22})]
    history = history_of(taken, [12, 12], n_people=n_people)
    is_last = ~np.isin(history.item, [0, 23])
    return Sequences.of(replace(history, age_days=np.where(is_last, 1, 9).astype(np.float32)))


def test_a_tenth_at_most_are_held_out_of_those_who_have_events_enough() -> None:
    found = HeldOut.of(sequences(), 1000, seed=3)
    assert len(found.people) == 10
    assert found.item.tolist() == (1 + found.people % 22).tolist()
    assert HeldOut.of(sequences(), 1000, seed=3).people.tolist() == found.people.tolist()
    assert HeldOut.of(sequences(), 1000, seed=4).people.tolist() != found.people.tolist()


def test_too_few_validate_nothing() -> None:
    found = HeldOut.of(sequences(90), 1000, seed=3)
    assert len(found.people) == 0
    assert np.isnan(found.ndcg(TinyNetwork(24), "cpu"))
    assert found.sequences.n_events.sum() == 90 * 3


def test_the_gain_is_that_of_the_rank_among_items_of_the_platform_that_were_not_taken() -> None:
    found = HeldOut.of(sequences(), 1000, seed=3)
    # on the first platform the best is 11, on the second 22, for 23 was taken
    rank = np.where(found.item < 12, 12 - found.item, 23 - found.item)
    expected = np.where(rank <= 10, 1 / np.log2(rank + 1), 0).mean()
    assert found.ndcg(Fixed(24), "cpu") == pytest.approx(expected)
    assert 0 < expected < 1


def test_equal_scores_are_ranked_in_the_middle_of_their_like() -> None:
    network = Fixed(24)
    network.vectors = torch.nn.Parameter(torch.zeros(24, 1))
    found = HeldOut.of(sequences(), 1000, seed=3)
    assert found.ndcg(network, "cpu") == pytest.approx(1 / np.log2(1 + 1 + 10 / 2))  # eleven are left, ten others


def test_scores_that_are_no_numbers_find_nothing() -> None:
    network = Fixed(24)
    network.vectors = torch.nn.Parameter(torch.full((24, 1), float("nan")))
    assert HeldOut.of(sequences(), 1000, seed=3).ndcg(network, "cpu") == 0


def test_a_network_in_training_is_in_training_afterwards() -> None:
    network = TinyNetwork(24)
    HeldOut.of(sequences(), 1000, seed=3).ndcg(network, "cpu")
    assert network.training


def test_what_was_taken_together_neither_tells_nor_is_in_the_way() -> None:
    """Everyone took 22 and 20 on the last day, of which 22 is to be found: 23 was taken, 20 does not stand before."""
    taken = [(u, item) for u in range(100) for item in (0, 20, 22, 23)]
    history = history_of(taken, [12, 12], n_people=100)
    history = replace(history, age_days=np.where(np.isin(history.item, [20, 22]), 1, 9).astype(np.float32))
    found = HeldOut.of(Sequences.of(history), 1000, seed=3)
    assert set(found.item.tolist()) == {22}
    assert found.sequences.batch(found.people[:1]).items.tolist() == [0, 23]
    assert found.ndcg(Fixed(24), "cpu") == 1.0
    alone = HeldOut.of(Sequences.of(replace(history, age_days=np.ones(400, dtype=np.float32))), 1000, seed=3)
    assert len(alone.people) == 0
