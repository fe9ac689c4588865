"""Votes of people alike, which fade."""

import numpy as np

from tests.rankers.blend.worlds import timed
from tests.rankers.planted import knowledge_of
from xdrec_assets.rankers.blend.settings import TrendingSettings
from xdrec_assets.rankers.blend.trending import Trending


def test_a_vote_one_half_life_old_counts_half() -> None:
    history = timed([(0, 0, 0), (1, 0, 0), (1, 1, 30), (1, 2, 0)], [3], 3)
    fitted = Trending(TrendingSettings(half_life_days=30)).fit(history, knowledge_of(np.eye(3), 3))
    scores = fitted.score(np.array([0, 2]), slice(0, 3))
    assert scores[0, 1] == scores[0, 2] / 2 > 0
    assert not scores[1].any()


def test_only_the_nearest_vote() -> None:
    history = timed([(0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 0), (1, 2, 0), (2, 1, 0), (2, 3, 0)], [4], 3)
    fitted = Trending(TrendingSettings(neighbours=1)).fit(history, knowledge_of(np.eye(4), 3))
    assert fitted.score(np.array([0]), slice(2, 4)).astype(bool).tolist() == [[True, False]]
