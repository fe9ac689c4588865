"""Rank by a linear model from what a person took to every item, learned in closed form: a shallow autoencoder.

Steck: Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019 (EASE^R), equations (1) to (8). Where fewer people
than items took part, the same model follows from the people's side, by the Woodbury identity: with K = XXᵀ + λI,
P = (XᵀX + λI)⁻¹ = (I - XᵀK⁻¹X) / λ and XP = K⁻¹X, so a matrix of people is inverted and no item is left out.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.gram_inverse import explained, inverse_of_gram
from xdrec_assets.rankers.ranker import Arrays, NotFittedError, Ranker
from xdrec_assets.rankers.recency import days_since_last, recency_weights
from xdrec_assets.rankers.settings import EASESettings
from xdrec_assets.rankers.sparse_arrays import csr_from_arrays, csr_to_arrays

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class ItemSide:
    """B itself, of the items that were learned of."""

    learned: NDArray[np.int64]  # (n_learned,) item indices, increasing
    weights: Floats  # (n_learned, n_learned) B, from row to column, its diagonal zero

    def scores(self, taken: csr_matrix, people: NDArray[Any], items: slice) -> Floats:
        """X B, person by person: a product of whole matrices would copy the columns of B in each batch."""
        scores = np.zeros((len(people), items.stop - items.start), dtype=np.float32)
        first, last = np.searchsorted(self.learned, [items.start, items.stop])
        weights, columns = self.weights[:, first:last], self.learned[first:last] - items.start
        mine = taken[people][:, self.learned].tocsr()
        for row in range(len(people)):
            entries = slice(mine.indptr[row], mine.indptr[row + 1])
            scores[row, columns] = mine.data[entries] @ weights[mine.indices[entries]]
        return scores


@dataclass(frozen=True)
class PeopleSide:
    """K⁻¹ of the people with events, which with X gives X B."""

    active: NDArray[np.int64]  # (n_active,) people with events, increasing
    inverse: Floats  # (n_active, n_active) K⁻¹
    inverse_diagonal: Floats  # (n_items,) 1 / diag(P)

    def scores(self, taken: csr_matrix, people: NDArray[Any], items: slice) -> Floats:
        """X B = X - K⁻¹X diag(P)⁻¹."""
        scores = np.zeros((len(people), items.stop - items.start), dtype=np.float32)
        place = np.minimum(np.searchsorted(self.active, people), len(self.active) - 1)
        known = np.flatnonzero(self.active[place] == people)
        columns = taken[:, items]
        product = self.inverse[place[known]] @ columns[self.active]  # (n_known, items)
        scores[known] = columns[people[known]].toarray() - product * self.inverse_diagonal[items]
        return scores


class EASE(Ranker[EASESettings]):
    """score(u, ·) = xᵤ B with B = I - P diag(P)⁻¹, P = (XᵀX + λI)⁻¹: what u took, but no item speaks for itself.

    X holds strength × recency. Items without events score 0, and so do those beyond the setting's most taken.
    """

    name = "ease"
    _taken: csr_matrix | None = None  # (n_people, n_items), X
    _side: ItemSide | PeopleSide | None = None

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        settings = self.settings
        recency = recency_weights(days_since_last(history), settings.half_life_days)
        self._taken = history.matrix(history.strength * recency)
        people, items = np.unique(history.person).astype(np.int64), np.unique(history.item).astype(np.int64)
        if len(people) < len(items) and len(people) <= settings.largest:
            self._side = people_side(self._taken, people, settings.ridge)
        else:
            self._side = item_side(self._taken, most_taken(self._taken, items, settings.largest), settings.ridge)
        return self

    def score(self, people: NDArray[Any], items: slice) -> Floats:
        if self._taken is None or self._side is None:
            raise NotFittedError(self.name)
        return self._side.scores(self._taken, people, items)

    def arrays(self) -> dict[str, NDArray[Any]]:
        if self._taken is None or self._side is None:
            raise NotFittedError(self.name)
        return csr_to_arrays("taken", self._taken) | vars(self._side)

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: EASESettings) -> Self:
        ranker = cls(settings)
        ranker._taken = csr_from_arrays("taken", arrays)
        if "weights" in arrays:
            ranker._side = ItemSide(arrays["learned"], arrays["weights"])
        else:
            ranker._side = PeopleSide(arrays["active"], arrays["inverse"], arrays["inverse_diagonal"])
        return ranker


def item_side(taken: csr_matrix, learned: NDArray[np.int64], ridge: float) -> ItemSide:
    """B (Steck, eq. 8) of the items `learned`; needs memory for one matrix of its size.

    Raises:
        ValueError: the ridge is too small for the numbers' precision.
    """
    weights = inverse_of_gram(taken[:, learned].T.tocsr(), ridge)
    weights /= -np.diagonal(weights).copy()
    np.fill_diagonal(weights, 0)
    return ItemSide(learned, weights)


def people_side(taken: csr_matrix, active: NDArray[np.int64], ridge: float) -> PeopleSide:
    """K⁻¹ of the people `active`; needs memory for one matrix of their number.

    Raises:
        ValueError: the ridge is too small for the numbers' precision.
    """
    inverse = inverse_of_gram(taken[active], ridge)
    unexplained = np.maximum(1 - explained(taken[active], inverse), np.finfo(np.float32).eps)  # λ diag(P)
    return PeopleSide(active, inverse, (np.float32(ridge) / unexplained).astype(np.float32))


def most_taken(taken: csr_matrix, items: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Of the items (n,) those that most people took, at most `most`, increasing; of two alike the lower index."""
    if len(items) <= most:
        return items
    LOG.warning("ease learns of the %d most taken of %d items; the others score 0", most, len(items))
    takers = np.bincount(taken.indices, minlength=taken.shape[1])[items]
    return np.sort(items[np.argsort(-takers, kind="stable")[:most]])
