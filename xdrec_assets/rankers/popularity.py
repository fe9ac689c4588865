"""Rank by recent popularity: what many took lately, the same for everyone.

Ji, Sun, Zhang, Li: A Re-visit of the Popularity Baseline in Recommender Systems, SIGIR 2020: a popularity that forgets
is far stronger than one that counts all of the past alike.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.ranker import Arrays, NotFittedError, Ranker
from xdrec_assets.rankers.recency import recency_weights
from xdrec_assets.rankers.settings import PopularitySettings


class Popularity(Ranker[PopularitySettings]):
    """Sum over an item's events of strength × 2 ** (-age / half-life)."""

    name = "popularity"
    takes_stand_ins = False  # a plain baseline
    _score: NDArray[np.float32] | None = None  # (n_items,)

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        weights = history.strength * recency_weights(history.age_days, self.settings.half_life_days)
        self._score = np.bincount(history.item, weights=weights, minlength=history.n_items).astype(np.float32)
        return self

    def score(self, people: NDArray[Any], items: slice) -> NDArray[np.float32]:
        scores = self.popularity[items]
        return np.tile(scores, (len(people), 1))

    @property
    def popularity(self) -> NDArray[np.float32]:
        """Popularity of every item, shape (n_items,), zero for items without events."""
        if self._score is None:
            raise NotFittedError(self.name)
        return self._score

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {"popularity": self.popularity}

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: PopularitySettings) -> Self:
        ranker = cls(settings)
        ranker._score = np.asarray(arrays["popularity"])
        return ranker
