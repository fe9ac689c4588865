"""Rank by a ridge regression per person from fused item vectors to what the person took, over all items.

Hu, Koren, Volinsky: Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008, equation (4), with the item
factors given by the knowledge stage instead of learned, so that items without events are ranked by what is known of
them. Solved per person in the dual, as kernel ridge regression (Saunders, Gammerman, Vovk, ICML 1998): with
A = FᵀF + λI and the Woodbury identity, (A + FᵤᵀCFᵤ)⁻¹Fᵤᵀ(C + I)1 needs one n×n solve for the n items that u took. For
people with so many items that n×n is too large it is solved as it stands, d×d.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.factors import FactorRanker
from xdrec_assets.rankers.recency import days_since_last, recency_weights
from xdrec_assets.rankers.settings import LinearSettings

CELLS_PER_BATCH = 4_000_000  # floats held at once, of gathered item vectors as of kernels: 16 MB
LEAST_WEIGHT = 1e-6  # the solve divides by it; below this an event weighs no more than an item not taken


class Linear(FactorRanker[LinearSettings]):
    """score(u, i) = wᵤ · f(i); wᵤ minimises Σᵢ cᵤᵢ (yᵤᵢ - wᵤ·f(i))² + λ‖wᵤ‖², cᵤᵢ = 1 for all that u did not take.

    An item that u took has yᵤᵢ = 1 and cᵤᵢ = 1 + positive_weight × strength × recency. All items of the platforms
    that the history covers count as examples.
    """

    name = "linear"
    takes_stand_ins = False

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        vectors = knowledge.fused
        weights = history.strength * recency_weights(days_since_last(history), self.settings.half_life_days)
        extra = np.maximum(self.settings.positive_weight * weights, LEAST_WEIGHT).astype(np.float32)
        gram = _gram(vectors[_covered(history)], self.settings.ridge)
        self._people = _person_weights(history, vectors, gram, extra)
        self._items = vectors.copy()
        return self


def _covered(history: History) -> NDArray[np.bool_]:
    """Items of the platforms that have interactions, shape (n_items,)."""
    return np.isin(history.item_platform, np.unique(history.item_platform[history.item]))


def _gram(vectors: NDArray[np.float32], ridge: float) -> NDArray[np.float64]:
    """A = FᵀF + λI, shape (d, d)."""
    gram: NDArray[np.float64] = vectors.T.astype(np.float64) @ vectors + ridge * np.eye(vectors.shape[1])
    return gram


def _person_weights(
    history: History, vectors: NDArray[np.float32], gram: NDArray[np.float64], extra: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Weights of every person, shape (n_people, d); people with equally many items are solved together."""
    dual = vectors @ np.linalg.inv(gram).astype(np.float32)  # F A⁻¹, (n_items, d)
    first = np.searchsorted(history.person, np.arange(history.n_people + 1, dtype=history.person.dtype))
    n_taken = np.diff(first)
    weights = np.zeros((history.n_people, vectors.shape[1]), dtype=np.float32)
    for n in np.unique(n_taken[n_taken > 0]):
        alike = np.flatnonzero(n_taken == n)
        size = max(1, int(CELLS_PER_BATCH // (n * max(n, vectors.shape[1]))))
        for start in range(0, len(alike), size):
            people = alike[start : start + size]
            rows = first[people][:, None] + np.arange(n)  # (people, n) interactions
            taken = history.item[rows]
            if n * n > CELLS_PER_BATCH:  # one person
                weights[people] = _solve_as_it_stands(vectors[taken[0]], gram, extra[rows[0]])
            else:
                weights[people] = _solve(vectors[taken], dual[taken], extra[rows])
    return weights


def _solve(vectors: NDArray[np.float32], dual: NDArray[np.float32], extra: NDArray[np.float32]) -> NDArray[np.float32]:
    """W = A⁻¹Fᵀ a with (C⁻¹ + F A⁻¹ Fᵀ) a = C⁻¹(C + I)1, for each person of a batch; shape (people, d)."""
    kernel = vectors @ dual.transpose(0, 2, 1)  # (people, n, n)
    diagonal = np.arange(kernel.shape[1])
    kernel[:, diagonal, diagonal] += 1 / extra
    alpha = np.linalg.solve(kernel, (1 + 1 / extra)[..., None])  # (people, n, 1)
    weights: NDArray[np.float32] = (dual.transpose(0, 2, 1) @ alpha)[..., 0]
    return weights


def _solve_as_it_stands(
    vectors: NDArray[np.float32], gram: NDArray[np.float64], extra: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Weights w = (A + FᵀCF)⁻¹ Fᵀ(C + I)1 of one person, shape (d,); C is diagonal, of `extra`."""
    weighted = gram + vectors.T @ (vectors * extra[:, None])
    return np.asarray(np.linalg.solve(weighted, vectors.T @ (1 + extra)))
