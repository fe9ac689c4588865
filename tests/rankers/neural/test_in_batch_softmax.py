"""The softmax over a batch's items, by hand."""

import numpy as np
import pytest
import torch

from xdrec_assets.rankers.neural.in_batch_softmax import Sample, softmax_losses
from xdrec_assets.rankers.neural.sequences import Batch

BOUNDS = (0, 4, 6)  # items 0 to 3 on one platform, 4 and 5 on the other
SHARE = torch.tensor([0.5, 0.25, 0.25, 0.0, 0.75, 0.25])


def batch_of(*items: list[int]) -> Batch:
    lengths = [len(own) for own in items]
    flat = torch.tensor([item for own in items for item in own], dtype=torch.int64)
    offsets = torch.tensor([0, *np.cumsum(lengths)])
    return Batch(torch.arange(len(items)), offsets, flat, torch.zeros(len(flat)), torch.ones(len(flat)))


def sample_of(batch: Batch, n_drawn: int = 0) -> Sample:
    return Sample.of(BOUNDS, SHARE, batch, n_drawn, torch.Generator().manual_seed(0))


def test_an_item_stands_once_and_platforms_stand_together() -> None:
    sample = sample_of(batch_of([5, 0], [0, 2]))
    assert sample.items.tolist() == [0, 2, 5]
    assert sample.cuts == (0, 2, 3)
    assert sample.column.tolist() == [2, 0, 0, 1]
    assert sample.log_copies.exp().tolist() == pytest.approx([2, 1, 1])


def test_expected_copies_are_shares_of_the_platforms_events_in_the_batch() -> None:
    sample = sample_of(batch_of([5, 0], [0, 2]))  # three events on the first platform, one on the second
    assert sample.log_expected.exp().tolist() == pytest.approx([3 * 0.5, 3 * 0.25, 1 * 0.25])


def test_items_drawn_evenly_count_among_the_expected() -> None:
    sample = sample_of(batch_of([0], [0, 2]), n_drawn=400)
    assert sample.items.tolist() == [0, 1, 2, 3]  # of the platform without events none is drawn
    assert sample.log_expected.exp().tolist() == pytest.approx([3 * 0.5 + 100, 3 * 0.25 + 100, 3 * 0.25 + 100, 100])
    assert sample.log_copies.exp().sum().item() == pytest.approx(403)


def test_the_correction_by_hand() -> None:
    """Two people took items 0 and 1; a third took item 0 too. For the second, e.g.: item 1 against two copies of 0."""
    logits = torch.tensor([[2.0, 1.0], [0.5, 3.0], [1.0, 1.0]])
    batch = batch_of([0], [1], [0])
    sample = sample_of(batch)
    found = softmax_losses(logits, torch.tensor([0, 1, 0]), sample.log_copies, sample.log_expected, sample.taken(batch))
    expected_0, expected_1 = 3 * 0.5, 3 * 0.25
    of_0 = np.exp(2) / expected_0
    against_1 = np.exp(1) / expected_1
    assert found[0].item() == pytest.approx(-np.log(of_0 / (of_0 + against_1)), rel=1e-5)
    of_1, against_0 = np.exp(3) / expected_1, 2 * np.exp(0.5) / expected_0
    assert found[1].item() == pytest.approx(-np.log(of_1 / (of_1 + against_0)), rel=1e-5)


def test_ones_own_other_items_are_no_negatives() -> None:
    batch = batch_of([0, 1], [2])
    sample = sample_of(batch)
    states = torch.eye(3)
    people = torch.tensor([[0.0, 5.0, 0.0]])
    loss = sample.losses(batch, torch.tensor([0]), people, states)
    of_0, against_2 = 1 / (3 * 0.5), 1 / (3 * 0.25)  # item 1, which fits best, is the person's own
    assert loss.item() == pytest.approx(-np.log(of_0 / (of_0 + against_2)), rel=1e-5)


def test_negatives_are_of_the_items_own_platform() -> None:
    batch = batch_of([0], [1], [4], [5])
    sample = sample_of(batch)
    states, people = torch.zeros(4, 2), torch.zeros(4, 2)
    states[2] = 100  # nobody of the first platform is told that
    losses = sample.losses(batch, torch.arange(4), people, states)
    moved = sample.losses(batch, torch.arange(4), people + 1, states)
    assert moved[:2].tolist() == losses[:2].tolist()
    assert moved[2] < losses[2]
    assert moved[3] > losses[3]


def test_negatives_together_tend_to_all_other_items() -> None:
    """However often each is drawn: the sum over the sample tends to that over the platform."""
    torch.manual_seed(0)
    share, logits = torch.rand(50).softmax(0), torch.randn(50)
    drawn = torch.multinomial(share, 20_000, replacement=True, generator=torch.Generator().manual_seed(1))
    items = torch.cat([torch.tensor([7]), drawn])
    batch = Batch(torch.arange(2), torch.tensor([0, 1, 20_001]), items, torch.zeros(20_001), torch.ones(20_001))
    sample = Sample.of((0, 50), share, batch, 0, torch.Generator())
    assert len(sample.items) == 50
    loss = sample.losses(batch, torch.tensor([0]), torch.ones(1, 1), logits[:, None])
    of_target = logits[7].exp() / (20_001 * share[7])
    others = logits.exp().sum() - logits[7].exp()
    assert loss.item() == pytest.approx(-(of_target / (of_target + others)).log().item(), abs=0.02)
