"""Rank by a non-negative factorisation of who took what: factors add up, so each reads as a taste.

Lee, Seung: Learning the parts of objects by non-negative matrix factorization, Nature 1999; fitted by the coordinate
descent of Cichocki, Phan: Fast local algorithms for large scale nonnegative matrix and tensor factorizations, 2009.
"""

from __future__ import annotations

from typing import Self

import numpy as np

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.factors import FactorRanker
from xdrec_assets.rankers.settings import NMFSettings


class NMF(FactorRanker[NMFSettings]):
    """R ≈ W H with W, H ≥ 0; score(u, i) = wᵤ · hᵢ."""

    name = "nmf"

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        from sklearn.decomposition import NMF as Factorisation

        taken = history.matrix(history.strength)
        size = min(self.settings.factors, *taken.shape)
        if taken.nnz == 0:
            self._people = np.zeros((history.n_people, size), dtype=np.float32)
            self._items = np.zeros((history.n_items, size), dtype=np.float32)
            return self
        model = Factorisation(
            n_components=size,
            init="nndsvda",
            tol=0,  # always the same number of passes, and no warning that there could be more
            max_iter=self.settings.iterations,
            random_state=self.settings.seed,
        )
        weights = model.fit_transform(taken)
        weights[np.diff(taken.indptr) == 0] = 0  # of these people nothing is known
        self._people = np.ascontiguousarray(weights, dtype=np.float32)
        self._items = np.ascontiguousarray(model.components_.T, dtype=np.float32)
        return self
