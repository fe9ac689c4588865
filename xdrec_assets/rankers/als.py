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
Solved = Callable[[Floats, Floats, Floats, Floats, Floats], tuple[Floats, Floats]]  # as `minimum`

HELD = 24  # entries that a short row counts as: what is computed of each row has to stay near the processor too
START_SCALE = 0.01  # of the items' first random vectors
TINY = np.float32(1e-20)


class ALS(FactorRanker[ALSSettings]):
    """score(u, i) = pᵤ · qᵢ, which minimise Σᵤᵢ cᵤᵢ (yᵤᵢ - pᵤ·qᵢ)² + Σᵤ λᵤ‖pᵤ‖² + Σᵢ λᵢ‖qᵢ‖² over all pairs.

    What u took has yᵤᵢ = 1 and cᵤᵢ = 1 + positive_weight × strength × recency, the rest yᵤᵢ = 0 and cᵤᵢ = 1. λᵤ is
    ridge × (Σᵢ cᵤᵢ) ** ridge_exponent, and λᵢ likewise. People's vectors come from `fold_in` at last, so someone who
    was not seen in training is answered by the same rule. Its losses are that sum, over its value for vectors of zeros.
    """

    name = "als"

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        settings, rng = self.settings, np.random.default_rng(self.settings.seed)
        recency = recency_weights(days_since_last(history), settings.half_life_days)
        taken = history.matrix(history.strength * recency)
        of_people, of_items = (groups_of(side, settings.factors, HELD) for side in (taken, taken.T.tocsr()))
        items = np.zeros((history.n_items, settings.factors), dtype=np.float32)
        taken_items = np.unique(history.item)
        items[taken_items] = START_SCALE * rng.standard_normal((len(taken_items), settings.factors), dtype=np.float32)
        people = np.zeros((history.n_people, settings.factors), dtype=np.float32)
        improved = partial(conjugate_gradient, steps=settings.steps)
        of_zeros = self._loss_of_zeros(taken)
        losses = [of_zeros + self._penalty(of_items, items, len(np.unique(history.person)))]
        with workers() as pool:
            for _ in range(settings.iterations):
                people, less = self._learned(pool, of_people, items, people, improved)
                items, still_less = self._learned(pool, of_items, people, items, improved)
                losses.append(losses[-1] - less - still_less)
        self.losses = tuple(loss / of_zeros for loss in losses[1:]) if of_zeros else ()
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
            axes = np.linalg.eigh(self._items.T @ self._items)[1]  # along these the Gram matrix is diagonal
            found = self._learned(pool, groups_of(taken, factors), self._items @ axes, start, minimum)[0]
            return np.matmul(found, axes.T, out=start)

    def _learned(
        self, pool: Workers, groups: list[Group], others: Floats, start: Floats, solved: Solved
    ) -> tuple[Floats, float]:
        """Vectors of one side while the other side's stand still, shape as `start`, and how much lower the loss is."""
        gram, n_others = others.T @ others, int(others.any(axis=1).sum())
        found, less = np.zeros_like(start), np.zeros(len(start), dtype=np.float32)

        def learn(groups: Sequence[Group]) -> None:
            for group, vectors in gathered(others, groups):
                extra = np.float32(self.settings.positive_weight) * group.values
                ridge = self._ridge(extra, n_others)
                found[group.rows], less[group.rows] = solved(gram, ridge, vectors, extra, start[group.rows])

        pool.run(learn, groups)
        return found, float(less.sum(dtype=np.float64))

    def _loss_of_zeros(self, taken: csr_matrix) -> float:
        """Σ cᵤᵢ over what was taken: the loss where all vectors are zero."""
        extra = self.settings.positive_weight * taken.data[taken.data > 0].astype(np.float64)
        return float(len(extra) + extra.sum())

    def _penalty(self, groups: list[Group], vectors: Floats, n_others: int) -> float:
        """Σ λ‖v‖² over the vectors of one side."""
        total = 0.0
        for group in groups:
            ridge = self._ridge(np.float32(self.settings.positive_weight) * group.values, n_others)
            total += float(ridge @ np.square(vectors[group.rows]).sum(axis=1))
        return total

    def _ridge(self, extra: Floats, n_others: int) -> Floats:
        """λ of each row, (rows,)."""
        confidence = n_others + extra.sum(axis=1)
        return np.asarray(self.settings.ridge * confidence**self.settings.ridge_exponent, dtype=np.float32)


def minimum(gram: Floats, ridge: Floats, vectors: Floats, extra: Floats, start: Floats) -> tuple[Floats, Floats]:
    """The x of each row that solves (G + λI + Σ eᵢ vᵢvᵢᵀ) x = Σ (1 + eᵢ) vᵢ (Hu, Koren, Volinsky, eq. 4), (rows, d).

    Where a row has fewer vectors V than d, as many equations are solved as it has, since the solution is
    BVᵀ (I + diag(e) VBVᵀ)⁻¹ (1 + e) for B = (G + λI)⁻¹.

    gram: G, (d, d), diagonal but for rounding. ridge: λ, (rows,). vectors: (rows, n, d) of what a row took. extra: e,
    (rows, n), zero where a row is only filled up. start: (rows, d), not needed here. With it comes, (rows,), how much
    lower than for zeros the loss xᵀ(G + λI + Σ eᵢ vᵢvᵢᵀ)x - 2 xᵀ Σ (1 + eᵢ) vᵢ is.
    """
    weight = np.where(extra > 0, 1 + extra, 0)
    wanted = np.vecmat(weight, vectors)
    if vectors.shape[1] < len(gram):
        scaled = vectors / (np.diagonal(gram) + ridge[:, None])[:, None]  # VB
        matrix = (scaled * extra[..., None]) @ vectors.mT  # (rows, n, n)
        np.einsum("rii->ri", matrix)[:] += 1  # a view of the diagonals
        x = np.vecmat(np.linalg.solve(matrix, weight[..., None])[..., 0], scaled)
    else:
        matrix = gram + (vectors * extra[..., None]).mT @ vectors  # (rows, d, d)
        np.einsum("rii->ri", matrix)[:] += ridge[:, None]
        x = np.linalg.solve(matrix, wanted[..., None])[..., 0]
    return x, np.vecdot(x, wanted)


def conjugate_gradient(
    gram: Floats, ridge: Floats, vectors: Floats, extra: Floats, start: Floats, steps: int
) -> tuple[Floats, Floats]:
    """Steps from `start` towards the minimum, and how much lower than at `start` the loss is; arguments as there.

    A step along a direction of conjugate gradient lessens the loss by its rate times the squared residual.
    """

    def shared(x: Floats) -> Floats:
        product: Floats = x @ gram
        product += ridge[:, None] * x
        return product

    x = start.copy()
    residual = np.vecmat(np.where(extra > 0, 1 + extra, 0) - extra * np.matvec(vectors, x), vectors)
    residual -= shared(x)
    direction, size = residual.copy(), np.vecdot(residual, residual)
    less = np.zeros_like(size)
    for left in range(steps, 0, -1):
        along = shared(direction)
        along += np.vecmat(extra * np.matvec(vectors, direction), vectors)
        rate = size / np.maximum(np.vecdot(direction, along), TINY)
        x += rate[:, None] * direction
        less += rate * size
        if left == 1:
            break
        residual -= rate[:, None] * along
        former, size = size, np.vecdot(residual, residual)
        direction *= (size / np.maximum(former, TINY))[:, None]
        direction += residual
    return x, less
