"""Rank by a truncated singular value decomposition of who took what.

Cremonesi, Koren, Turrin: Performance of Recommender Algorithms on Top-N Recommendation Tasks, RecSys 2010 (PureSVD);
computed by the randomised method of Halko, Martinsson, Tropp, SIAM Review 2011.
"""

from __future__ import annotations

from typing import Self

import numpy as np

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.factors import FactorRanker
from xdrec_assets.rankers.settings import SVDSettings


class SVD(FactorRanker[SVDSettings]):
    """score(u, ·) = xᵤ V Vᵀ, where R ≈ U Σ Vᵀ and xᵤ is the person's row of R."""

    name = "svd"

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        from sklearn.utils.extmath import randomized_svd

        taken = history.matrix(history.strength)
        size = min(self.settings.factors, *taken.shape)
        if taken.nnz == 0:
            self._items = np.zeros((history.n_items, size), dtype=np.float32)
        else:
            passes, seed = self.settings.power_iterations, self.settings.seed
            _, _, axes = randomized_svd(taken, size, n_iter=passes, random_state=seed)
            self._items = np.ascontiguousarray(axes.T, dtype=np.float32)
        self._people = taken @ self._items
        return self
