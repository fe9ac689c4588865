"""Rank by a weighted factorisation of who took what, fitted by alternating least squares for implicit feedback.

Hu, Koren, Volinsky: Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008, equations (3) to (5); each half
step by a few steps of conjugate gradient from the last solution, as in Takács, Pilászy, Tikk: Applications of the
Conjugate Gradient Method for Implicit Feedback Collaborative Filtering, RecSys 2011. The penalty grows with what a
vector has to explain, as in Rendle, Krichene, Zhang, Koren: Revisiting the Performance of iALS on Item Recommendation
Benchmarks, RecSys 2022, so that one value suits small and large catalogues.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.factors import FactorRanker
from xdrec_assets.rankers.groups import Group, gathered, groups_of
from xdrec_assets.rankers.ranker import NotFittedError
from xdrec_assets.rankers.recency import days_since_last, recency_weights
from xdrec_assets.rankers.settings import ALSSettings
from xdrec_assets.rankers.threads import Workers, workers

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]
Solved = Callable[[Floats, Floats, Floats, Floats, Floats], Floats]  # gram, ridge, vectors, extra, start

START_SCALE = 0.01  # of the items' first random vectors
TINY = np.float32(1e-20)


class ALS(FactorRanker[ALSSettings]):
    """score(u, i) = pᵤ · qᵢ, which minimise Σᵤᵢ cᵤᵢ (yᵤᵢ - pᵤ·qᵢ)² + Σᵤ λᵤ‖pᵤ‖² + Σᵢ λᵢ‖qᵢ‖² over all pairs.

    What u took has yᵤᵢ = 1 and cᵤᵢ = 1 + positive_weight × strength × recency, the rest yᵤᵢ = 0 and cᵤᵢ = 1. λᵤ is
    ridge × (Σᵢ cᵤᵢ) ** ridge_exponent, and λᵢ likewise. People's vectors come from `fold_in` at last, so someone who
    was not seen in training is answered by the same rule.
    """

    name = "als"

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        settings, rng = self.settings, np.random.default_rng(self.settings.seed)
        recency = recency_weights(days_since_last(history), settings.half_life_days)
        taken = history.matrix(history.strength * recency)
        of_people, of_items = groups_of(taken, settings.factors), groups_of(taken.T.tocsr(), settings.factors)
        items = np.zeros((history.n_items, settings.factors), dtype=np.float32)
        taken_items = np.unique(history.item)
        items[taken_items] = START_SCALE * rng.standard_normal((len(taken_items), settings.factors), dtype=np.float32)
        people = np.zeros((history.n_people, settings.factors), dtype=np.float32)
        improved = partial(conjugate_gradient, steps=settings.steps)
        with workers() as pool:
            for _ in range(settings.iterations):
                people = self._learned(pool, of_people, items, people, improved)
                items = self._learned(pool, of_items, people, items, improved)
        self._items = items
        self._people = self.fold_in(taken)
        return self

    def fold_in(self, taken: csr_matrix) -> Floats:
        """Vectors of people by what they took, shape (n, factors): the exact minimum for the items' vectors as learned.

        taken: (n, n_items) weights, strength × recency, of anyone; a person who took nothing has zeros.

        Raises:
            NotFittedError: before `fit`.
        """
        if self._items is None:
            raise NotFittedError(self.name)
        factors = self._items.shape[1]
        start = np.zeros((taken.shape[0], factors), dtype=np.float32)
        with workers() as pool:
            return self._learned(pool, groups_of(taken, factors, at_least=factors), self._items, start, minimum)

    def _learned(self, pool: Workers, groups: list[Group], others: Floats, start: Floats, solved: Solved) -> Floats:
        """Vectors of one side while the other side's stand still, shape as `start`."""
        gram, n_others = others.T @ others, int(others.any(axis=1).sum())
        found = np.zeros_like(start)

        def learn(groups: Sequence[Group]) -> None:
            for group, vectors in gathered(others, groups):
                extra = np.float32(self.settings.positive_weight) * group.values
                found[group.rows] = solved(gram, self._ridge(extra, n_others), vectors, extra, start[group.rows])

        pool.run(learn, groups)
        return found

    def _ridge(self, extra: Floats, n_others: int) -> Floats:
        """λ of each row, (rows,)."""
        confidence = n_others + extra.sum(axis=1)
        return np.asarray(self.settings.ridge * confidence**self.settings.ridge_exponent, dtype=np.float32)


def minimum(gram: Floats, ridge: Floats, vectors: Floats, extra: Floats, start: Floats) -> Floats:
    """The x of each row that solves (G + λI + Σ eᵢ vᵢvᵢᵀ) x = Σ (1 + eᵢ) vᵢ (Hu, Koren, Volinsky, eq. 4), (rows, d).

    gram: G, (d, d). ridge: λ, (rows,). vectors: (rows, n, d) of what a row took. extra: e, (rows, n), zero where a
    row is only filled up. start: (rows, d), not needed here.
    """
    matrix = gram + (vectors.transpose(0, 2, 1) * extra[:, None]) @ vectors  # (rows, d, d)
    diagonal = np.arange(len(gram))
    matrix[:, diagonal, diagonal] += ridge[:, None]
    wanted = np.vecmat(np.where(extra > 0, 1 + extra, 0), vectors)
    return np.asarray(np.linalg.solve(matrix, wanted[..., None])[..., 0])


def conjugate_gradient(
    gram: Floats, ridge: Floats, vectors: Floats, extra: Floats, start: Floats, steps: int
) -> Floats:
    """Steps from `start` towards the minimum; arguments as there."""

    def shared(x: Floats) -> Floats:
        return np.asarray(x @ gram + ridge[:, None] * x)

    x = start.copy()
    lacking = np.where(extra > 0, 1 + extra, 0) - extra * np.matvec(vectors, x)
    residual = np.vecmat(lacking, vectors) - shared(x)
    direction, size = residual, np.vecdot(residual, residual)
    for _ in range(steps):
        along = shared(direction) + np.vecmat(extra * np.matvec(vectors, direction), vectors)
        rate = (size / np.maximum(np.vecdot(direction, along), TINY))[:, None]
        x += rate * direction
        residual = residual - rate * along
        former, size = size, np.vecdot(residual, residual)
        direction = residual + (size / np.maximum(former, TINY))[:, None] * direction
    return x
