"""Items without events, answered for by the item with events whose text is nearest.

The one nearest neighbour of an attribute mapping (Gantner et al.: Learning Attribute-to-Feature Mappings for Cold-Start
Recommendations, ICDM 2010), on scores rather than on factors, so that it serves any ranker. A ranker that reads texts
itself needs none of it and says so (`Ranker.takes_stand_ins`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.links.nearest import nearest
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.ranker import Arrays, Ranker
from xdrec_assets.rankers.settings import NewItemsSettings
from xdrec_assets.rankers.told import Told

EXACT_BELOW = 20_000  # items with events of a platform; of more, faiss picks the candidates
PREFIX = "stand_ins:"  # of the names of their arrays beside the ranker's


@dataclass(frozen=True)
class StandIns:
    """Which item answers for which, and how much of its score counts."""

    item: NDArray[np.int64]  # (n,) items without events, increasing
    by: NDArray[np.int64]  # (n,) items with events, each on the same platform
    weight: NDArray[np.float32]  # (n,) in (0, 1]

    @classmethod
    def of(cls, history: History, text: NDArray[np.float32], discount: float) -> StandIns:
        """For each item without events the item with events that has the nearest text on its platform.

        Args:
            history: what the ranker learned from; on platforms without events nothing can stand in.
            text: (n_items, d) of unit length, zeros where there is none.
            discount: how much of its score an item counts for one with the very same text.
        """
        has_events = np.zeros(history.n_items, dtype=bool)
        has_events[history.item] = True
        found = [np.empty((3, 0))]
        for platform in range(len(history.platforms)):
            here = history.item_platform == platform
            new, old = np.flatnonzero(here & ~has_events), np.flatnonzero(here & has_events)
            rows, columns, cosine = nearest(text[new], text[old], 1, EXACT_BELOW)
            if columns.shape[1]:
                found.append(np.stack([new[rows], old[columns[:, 0]], cosine[:, 0]]))
        item, by, cosine = np.concatenate(found, axis=1)
        like = cosine > 0
        weight = discount * np.minimum(cosine[like], 1)
        return cls(item[like].astype(np.int64), by[like].astype(np.int64), weight.astype(np.float32))

    def within(self, items: slice) -> StandIns:
        """Those for some items."""
        first, stop = np.searchsorted(self.item, [items.start, items.stop])
        return StandIns(self.item[first:stop], self.by[first:stop], self.weight[first:stop])


class WithNewItems(Ranker[Any]):
    """A fitted ranker that answers for items without events too: score(u, i) = s - (1 - w) |s|, s that of the stand-in.

    So an item for which another stands in comes below it, the further the less alike their texts are.
    """

    name = "with_new_items"
    products_below_zero = False

    def __init__(self, ranker: Ranker[Any], stand_ins: StandIns) -> None:
        super().__init__(ranker.settings)
        self.ranker, self.stand_ins = ranker, stand_ins
        self.name = ranker.name  # type: ignore[misc]  # it is that ranker
        self.is_probability = ranker.is_probability  # type: ignore[misc]

    @property
    def told(self) -> Told:  # type: ignore[override]  # what the ranker behind tells
        return self.ranker.told

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        self.ranker.fit(history, knowledge)
        return self

    def score(self, people: NDArray[Any], items: slice) -> NDArray[np.float32]:
        scores, new = self.ranker.score(people, items), self.stand_ins.within(items)
        if not len(new.item):
            return scores
        first, stop = int(new.by.min()), int(new.by.max()) + 1
        inside = items.start <= first and stop <= items.stop
        by = scores[:, new.by - items.start] if inside else self._outside(people, new.by, first, stop)
        scores = np.array(scores)
        scores[:, new.item - items.start] = by - (1 - new.weight) * np.abs(by)
        return scores

    def _outside(self, people: NDArray[Any], by: NDArray[np.int64], first: int, stop: int) -> NDArray[np.float32]:
        """Scores of stand-ins that are not all among the items asked for."""
        return np.asarray(self.ranker.score(people, slice(first, stop))[:, by - first])

    def of_items(self, items: slice) -> Ranker[Any]:
        return WithNewItems(self.ranker.of_items(items), self.stand_ins)

    def factors(self) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        """A new item's vector is w times that of its stand-in: the product is the score where it is not below zero."""
        found = self.ranker.factors()
        if found is None:
            return None
        people, items = found
        items = items.copy()
        items[self.stand_ins.item] = self.stand_ins.weight[:, None] * items[self.stand_ins.by]
        return people, items

    def arrays(self) -> dict[str, NDArray[Any]]:
        return self.ranker.arrays() | {f"{PREFIX}{name}": array for name, array in vars(self.stand_ins).items()}

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Any) -> Self:
        raise TypeError(f"{len(arrays)} arrays and {settings!r} do not say whose they are; call load_ranker")


def answering_new_items(
    ranker: Ranker[Any], history: History, knowledge: Knowledge, settings: NewItemsSettings
) -> Ranker[Any]:
    """The ranker as it is where it takes no stand-ins or there are none, else with stand-ins for new items.

    Args:
        ranker: fitted on `history`.
        history: what it learned from.
        knowledge: of the same scope.
        settings: how much a stand-in counts.
    """
    if not (ranker.takes_stand_ins and settings.discount):
        return ranker
    stand_ins = StandIns.of(history, knowledge.text, settings.discount)
    return WithNewItems(ranker, stand_ins) if len(stand_ins.item) else ranker


def answering_known_items(ranker: Ranker[Any]) -> Ranker[Any]:
    """The ranker behind one with stand-ins; any other as it is."""
    return ranker.ranker if isinstance(ranker, WithNewItems) else ranker


def stand_in_of(ranker: Ranker[Any], n_items: int) -> NDArray[np.int32]:
    """Which item answers for each in a ranker's scores, (n_items,); -1 where an item is scored for itself."""
    found = np.full(n_items, -1, dtype=np.int32)
    if isinstance(ranker, WithNewItems):
        found[ranker.stand_ins.item] = ranker.stand_ins.by
    return found


def without_stand_ins(arrays: Arrays) -> tuple[dict[str, NDArray[Any]], StandIns | None]:
    """A stored model's arrays, and the stand-ins that were kept with them, if any."""
    own = {name: array for name, array in arrays.items() if not name.startswith(PREFIX)}
    kept = {name.removeprefix(PREFIX): array for name, array in arrays.items() if name.startswith(PREFIX)}
    return own, StandIns(**kept) if kept else None
