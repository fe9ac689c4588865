"""Popularity as a bias."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.rankers.planted import history_of
from xdrec_assets.joined.history import History
from xdrec_assets.rankers.neural.popularity_bias import ItemPopularity, leaving_out, share_of_platform

HISTORY = replace(
    history_of([(0, 0), (1, 0), (2, 1), (0, 3)], [3, 2], n_people=3), age_days=np.array([0, 30, 30, 0], np.float32)
)  # in the order of people: (0, 0), (0, 3), (1, 0), (2, 1)


def of_late(history: History, half_life_days: float | None, smoothing: float) -> np.ndarray:
    found: np.ndarray = ItemPopularity(history, half_life_days, smoothing).of_late.numpy()
    return found


def test_shares_are_of_ones_own_platform() -> None:
    assert ItemPopularity(HISTORY, None, 0.5).share.tolist() == pytest.approx([2 / 3, 1 / 3, 0, 1, 0])
    assert share_of_platform(np.zeros(5), HISTORY.item_platform).tolist() == [0, 0, 0, 0, 0]


def test_smoothing_gives_every_item_a_share_of_the_mean() -> None:
    found = np.exp(of_late(HISTORY, None, 0.5))
    assert found.tolist() == pytest.approx(
        [(2 / 3 + 0.5 / 3) / 1.5, (1 / 3 + 0.5 / 3) / 1.5, 0.5 / 3 / 1.5, (1 + 0.25) / 1.5, 0.25 / 1.5]
    )
    assert found[:3].sum() == pytest.approx(1)


def test_old_events_fade() -> None:
    ages = {(0, 0): 0, (0, 3): 30, (1, 0): 30, (2, 1): 0}
    assert list(zip(HISTORY.person.tolist(), HISTORY.item.tolist(), strict=True)) == list(ages)
    found = np.exp(of_late(HISTORY, 30.0, 1e-9))
    assert found[:2].tolist() == pytest.approx([(1 + 0.5) / 2.5, 1 / 2.5], rel=1e-4)


def test_where_nothing_happened_all_items_are_alike() -> None:
    history = history_of([(0, 0)], [1, 2], n_people=1)
    found = of_late(history, None, 0.1)
    assert np.isfinite(found).all()
    assert found[1] == found[2]


def test_learning_it_tells_all_time_and_asked_of_late() -> None:
    popularity = ItemPopularity(HISTORY, 30.0, 0.5)
    assert torch.equal(popularity.train().now, popularity.on_the_whole)
    assert torch.equal(popularity.eval().now, popularity.of_late)
    assert np.exp(popularity.on_the_whole[0].item()) == pytest.approx((2 / 3 + 0.5 / 3) / 1.5)


def test_what_is_left_out_might_as_well_not_have_happened() -> None:
    """Person 1 took item 0 thirty days ago."""
    network = torch.nn.Sequential(ItemPopularity(HISTORY, 30.0, 0.5))
    others = ItemPopularity(HISTORY.where(np.array([True, True, False, True])), 30.0, 0.5)
    before = {name: values.clone() for name, values in network.named_buffers()}
    with leaving_out(network, np.array([0]), np.array([30], np.float32)):
        assert all(torch.equal(values, others.get_buffer(name[2:])) for name, values in network.named_buffers())
    assert all(torch.equal(values, before[name]) for name, values in network.named_buffers())
    with pytest.raises(RuntimeError), leaving_out(network, np.array([0]), np.array([30], np.float32)):
        raise RuntimeError
    assert all(torch.equal(values, before[name]) for name, values in network.named_buffers())
