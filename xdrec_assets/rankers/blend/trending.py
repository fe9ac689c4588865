"""Rank by what people alike took lately: the votes of nearest people, which fade with age.

User-based neighbourhoods as in `user_knn`, with the decay of Ding, Li: Time Weight Collaborative Filtering, CIKM 2005,
on the votes instead of on a person's own history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.blend.settings import TrendingSettings
from xdrec_assets.rankers.ranker import Arrays, NotFittedError, Ranker
from xdrec_assets.rankers.recency import recency_weights
from xdrec_assets.rankers.sparse_arrays import csr_from_arrays, csr_to_arrays
from xdrec_assets.rankers.user_knn import idf_weighted, nearest_people

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


class Trending(Ranker[TrendingSettings]):
    """score(u, i) = Σᵥ cos(u, v) · strength(v, i) · 2 ** (-age(v, i) / half-life), v being the people nearest to u."""

    name = "trending"
    _recent: csr_matrix | None = None  # (n_people, n_items) strength × recency
    _nearest: csr_matrix | None = None  # (n_people, n_people)

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        """Find the nearest people, and how much each of their events still counts."""
        self._nearest = nearest_people(idf_weighted(history.matrix(history.strength)), self.settings.neighbours)
        recency = recency_weights(history.age_days, self.settings.half_life_days)
        self._recent = history.matrix(history.strength * recency)
        return self

    def score(self, people: NDArray[Any], items: slice) -> NDArray[np.float32]:
        """Scores of a slice of items, (n, items), as every ranker gives them."""
        if self._recent is None or self._nearest is None:
            raise NotFittedError(self.name)
        return np.asarray((self._nearest[people] @ self._recent[:, items]).toarray(), dtype=np.float32)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The two sparse matrices by their parts."""
        if self._recent is None or self._nearest is None:
            raise NotFittedError(self.name)
        return csr_to_arrays("recent", self._recent) | csr_to_arrays("nearest", self._nearest)

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: TrendingSettings) -> Self:
        """The ranker that gave these arrays."""
        ranker = cls(settings)
        ranker._recent, ranker._nearest = csr_from_arrays("recent", arrays), csr_from_arrays("nearest", arrays)
        return ranker
