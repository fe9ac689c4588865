"""Rankers against answers worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from tests.rankers.planted import history_of, knowledge_of
from xdrec_assets.rankers.item_knn import ItemKNN
from xdrec_assets.rankers.nearest_text import NearestText
from xdrec_assets.rankers.nmf import NMF
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.recency import days_since_last, recency_weights
from xdrec_assets.rankers.settings import (
    ItemKNNSettings,
    NearestTextSettings,
    NMFSettings,
    PopularitySettings,
    SVDSettings,
    UserKNNSettings,
)
from xdrec_assets.rankers.svd import SVD
from xdrec_assets.rankers.user_knn import UserKNN

NOTHING = knowledge_of(np.eye(3), n_people=3)
ALL = slice(0, 3)
# items          0  1  2
TAKEN = np.array([[1, 1, 0], [1, 1, 1], [0, 0, 1]])  # by three people
PAIRS = list(zip(*np.nonzero(TAKEN), strict=True))


def test_an_event_one_half_life_old_counts_half() -> None:
    history = replace(
        history_of([(0, 0), (1, 0), (1, 1)], [3], n_people=3),
        age_days=np.array([0, 30, 60], dtype=np.float32),
        strength=np.array([1, 1, 0.5], dtype=np.float32),
    )
    scores = Popularity(PopularitySettings(half_life_days=30)).fit(history, NOTHING).score(np.array([2]), ALL)
    assert scores.tolist() == [[1 + 1 / 2, 0.5 * 1 / 4, 0]]


def test_without_a_half_life_popularity_counts_events() -> None:
    history = replace(history_of(PAIRS, [3], n_people=3), age_days=np.full(len(PAIRS), 4000, dtype=np.float32))
    scores = Popularity(PopularitySettings(half_life_days=None)).fit(history, NOTHING).score(np.array([0]), ALL)
    assert scores.tolist() == [[2, 2, 2]]


def test_age_counts_from_the_persons_own_last_event() -> None:
    ages = np.array([400, 40, 4000], dtype=np.float32)
    history = replace(history_of([(0, 0), (0, 1), (1, 0)], [3], n_people=3), age_days=ages)
    assert days_since_last(history).tolist() == [360, 0, 0]
    assert recency_weights(days_since_last(history), 180).tolist() == [1 / 4, 1, 1]


def test_item_knn_sums_shrunk_cosines() -> None:
    scores = ItemKNN(ItemKNNSettings(shrinkage=10)).fit(history_of(PAIRS, [3], 3), NOTHING).score(np.arange(3), ALL)
    near, far = 2 / (np.sqrt(2) * np.sqrt(2) + 10), 1 / (np.sqrt(2) * np.sqrt(2) + 10)
    np.testing.assert_allclose(scores[0], [near, near, far + far], rtol=1e-6)
    np.testing.assert_allclose(scores[2], [far, far, 0], rtol=1e-6)


def test_item_knn_keeps_the_nearest_items_and_breaks_ties_by_the_lower_index() -> None:
    ranker = ItemKNN(ItemKNNSettings(neighbours=1)).fit(history_of(PAIRS, [3], 3), NOTHING)
    np.testing.assert_allclose(ranker.score(np.array([2]), ALL), [[1 / 12, 0, 0]], rtol=1e-6)


def test_user_knn_weighs_rare_items_more() -> None:
    history = history_of([(0, 0), (1, 0), (1, 1), (2, 2)], [3], n_people=3)
    scores = UserKNN(UserKNNSettings()).fit(history, NOTHING).score(np.array([0]), ALL)
    common, rare = np.log(1 + 3 / (1 + 2)), np.log(1 + 3 / (1 + 1))
    cosine = common / np.hypot(common, rare)
    np.testing.assert_allclose(scores, [[cosine, cosine, 0]], rtol=1e-6)


def test_user_knn_lets_only_the_nearest_vote() -> None:
    history = history_of([(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 0)], [3], n_people=3)
    scores = UserKNN(UserKNNSettings(neighbours=1)).fit(history, NOTHING).score(np.array([2]), ALL)
    assert scores[0, 1] > 0
    assert scores[0, 2] == 0


def test_a_text_profile_halves_with_the_half_life() -> None:
    history = replace(history_of([(0, 0), (0, 1)], [3], n_people=3), age_days=np.array([20, 200], dtype=np.float32))
    scores = NearestText(NearestTextSettings(half_life_days=180)).fit(history, NOTHING).score(np.array([0]), ALL)
    np.testing.assert_allclose(scores, [[1 / np.hypot(1, 0.5), 0.5 / np.hypot(1, 0.5), 0]], rtol=1e-6)


def test_svd_of_full_rank_gives_back_who_took_what() -> None:
    scores = SVD(SVDSettings(factors=3)).fit(history_of(PAIRS, [3], 3), NOTHING).score(np.arange(3), ALL)
    np.testing.assert_allclose(scores, TAKEN, atol=1e-5)


def test_nmf_finds_two_groups_that_share_nothing() -> None:
    history = history_of([(0, 0), (0, 1), (1, 0), (1, 1), (2, 2)], [3], n_people=3)
    scores = NMF(NMFSettings(factors=2)).fit(history, NOTHING).score(np.arange(3), ALL)
    np.testing.assert_allclose(scores, [[1, 1, 0], [1, 1, 0], [0, 0, 1]], atol=1e-3)


@pytest.mark.parametrize("half_life_days", [None, 1.0])
def test_events_of_long_ago_never_make_a_profile_vanish(half_life_days: float | None) -> None:
    history = replace(history_of([(0, 1)], [3], n_people=3), age_days=np.array([5000], dtype=np.float32))
    ranker = NearestText(NearestTextSettings(half_life_days=half_life_days)).fit(history, NOTHING)
    assert ranker.score(np.array([0]), ALL).tolist() == [[0, 1, 0]]
