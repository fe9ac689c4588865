"""What rankers share whose score is the product of a person's vector and an item's."""

from __future__ import annotations

from typing import Any, Generic, Self

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.rankers.ranker import Arrays, NotFittedError, Ranker, SettingsT


class FactorRanker(Ranker[SettingsT], Generic[SettingsT]):
    """score(u, i) = pᵤ · qᵢ; subclasses learn both in `fit`. An unknown person has a vector of zeros."""

    _people: NDArray[np.float32] | None = None  # (n_people, d)
    _items: NDArray[np.float32] | None = None  # (n_items, d)

    def score(self, people: NDArray[Any], items: slice) -> NDArray[np.float32]:
        if self._people is None or self._items is None:
            raise NotFittedError(self.name)
        scores: NDArray[np.float32] = self._people[people] @ self._items[items].T
        return scores

    def factors(self) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        if self._people is None or self._items is None:
            raise NotFittedError(self.name)
        if type(self).score is not FactorRanker.score:  # a subclass makes something else of the products
            return None
        return self._people, self._items

    def arrays(self) -> dict[str, NDArray[Any]]:
        if self._people is None or self._items is None:
            raise NotFittedError(self.name)
        return {"people": self._people, "items": self._items}

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: SettingsT) -> Self:
        ranker = cls(settings)
        ranker._people, ranker._items = np.asarray(arrays["people"]), np.asarray(arrays["items"])
        return ranker
