"""Rank by a non-negative factorisation of who took what: factors add up, so each reads as a taste.

Lee, Seung: Learning the parts of objects by non-negative matrix factorization, Nature 1999; fitted by the coordinate
descent of Cichocki, Phan: Fast local algorithms for large scale nonnegative matrix and tensor factorizations, 2009.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.factors import FactorRanker
from xdrec_assets.rankers.settings import NMFSettings

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]


class NMF(FactorRanker[NMFSettings]):
    """R ≈ W H with W, H ≥ 0; score(u, i) = wᵤ · hᵢ. Its losses are ‖R - W H‖² over ‖R‖²."""

    name = "nmf"

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        from sklearn.decomposition import non_negative_factorization as factorise

        taken = history.matrix(history.strength)
        size = min(self.settings.factors, *taken.shape)
        if taken.nnz == 0:
            self._people = np.zeros((history.n_people, size), dtype=np.float32)
            self._items = np.zeros((history.n_items, size), dtype=np.float32)
            return self
        # tol=0: always the same number of passes, and no warning that there could be more
        passes: dict[str, Any] = {"n_components": size, "tol": 0, "max_iter": 1, "random_state": self.settings.seed}
        weights, items, _ = factorise(taken, init="nndsvda", **passes)
        losses = [_loss(taken, weights, items)]
        for _ in range(self.settings.iterations - 1):
            weights, items, _ = factorise(taken, W=weights, H=items, init="custom", **passes)
            losses.append(_loss(taken, weights, items))
        self.losses = tuple(losses)
        weights[np.diff(taken.indptr) == 0] = 0  # of these people nothing is known
        self._people = np.ascontiguousarray(weights, dtype=np.float32)
        self._items = np.ascontiguousarray(items.T, dtype=np.float32)
        return self


def _loss(taken: csr_matrix, weights: Floats, items: Floats) -> float:
    """‖R - W H‖² over ‖R‖², without ever making W H."""
    whole = np.square(taken.data, dtype=np.float64).sum()
    both = np.vdot(weights.T @ weights, items @ items.T)
    return float((whole - 2 * np.vdot(weights, taken @ items.T) + both) / whole)
