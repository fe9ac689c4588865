"""Popularity as a bias."""

from dataclasses import replace

import numpy as np
import pytest

from tests.rankers.planted import history_of
from xdrec_assets.rankers.neural.popularity_bias import log_popularity, share_of_platform

HISTORY = replace(
    history_of([(0, 0), (1, 0), (2, 1), (0, 3)], [3, 2], n_people=3), age_days=np.array([0, 30, 30, 0], np.float32)
)  # in the order of people: (0, 0), (0, 3), (1, 0), (2, 1)


def test_shares_are_of_ones_own_platform() -> None:
    assert share_of_platform(HISTORY, np.ones(4, np.float32)).tolist() == pytest.approx([2 / 3, 1 / 3, 0, 1, 0])


def test_smoothing_gives_every_item_a_share_of_the_mean() -> None:
    found = np.exp(log_popularity(HISTORY, None, 0.5))
    assert found.tolist() == pytest.approx(
        [(2 / 3 + 0.5 / 3) / 1.5, (1 / 3 + 0.5 / 3) / 1.5, 0.5 / 3 / 1.5, (1 + 0.25) / 1.5, 0.25 / 1.5]
    )
    assert found[:3].sum() == pytest.approx(1)


def test_old_events_fade() -> None:
    ages = {(0, 0): 0, (0, 3): 30, (1, 0): 30, (2, 1): 0}
    assert list(zip(HISTORY.person.tolist(), HISTORY.item.tolist(), strict=True)) == list(ages)
    found = np.exp(log_popularity(HISTORY, 30.0, 1e-9))
    assert found[:2].tolist() == pytest.approx([(1 + 0.5) / 2.5, 1 / 2.5], rel=1e-4)


def test_where_nothing_happened_all_items_are_alike() -> None:
    history = history_of([(0, 0)], [1, 2], n_people=1)
    found = log_popularity(history, None, 0.1)
    assert np.isfinite(found).all()
    assert found[1] == found[2]
