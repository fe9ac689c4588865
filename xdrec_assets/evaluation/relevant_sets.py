"""What people of the test window turned to: the sets that rankings are judged against.

The protocol, in one place:
- The window is [as_of, as_of + days), in days of UTC; training has seen nothing of it.
- An item is relevant to a person when an event of the window on that platform is stronger than `min_strength`. Several
  events of one pair make one relevant item.
- Items the person already had before as_of are left out here, as they are left out of every ranking.
- Everything else stays: a relevant item that no ranker could recommend (its text landed in the window) still counts in
  recall's denominator and in the ideal DCG. So does a person nobody had seen before.
- With `catalogue: seen`, as most publications do, only items seen in training count, and people left without any are
  not tested: `of_candidates`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

    from xdrec_assets.joined.history import History


@dataclass(frozen=True)
class RelevantSets:
    """The relevant items of each test person on one platform, as rows of a compressed sparse matrix.

    Every person has at least one; an item unknown to the history is -1 (several may be).
    """

    platform: str
    person_id: NDArray[np.object_]  # (n_people,) str, sorted
    person: NDArray[np.int32]  # (n_people,) into History.person_id; -1: not known before as_of
    indptr: NDArray[np.int64]  # (n_people + 1,)
    item: NDArray[np.int32]  # (indptr[-1],) into History.item_id; -1: not known before as_of

    @property
    def n_people(self) -> int:
        """How many people are tested."""
        return len(self.person)

    @property
    def n_relevant(self) -> NDArray[np.int64]:
        """Relevant items per person, shape (n_people,)."""
        return np.diff(self.indptr)

    def restricted_to(self, keep: NDArray[np.bool_]) -> RelevantSets:
        """The same people with the relevant items of a mask over `item` alone; people may end up with none."""
        owner = np.repeat(np.arange(self.n_people), self.n_relevant)
        indptr = np.concatenate([[0], np.cumsum(np.bincount(owner[keep], minlength=self.n_people))])
        return RelevantSets(self.platform, self.person_id, self.person, indptr.astype(np.int64), self.item[keep])

    def of_candidates(self, candidates: NDArray[np.int32]) -> RelevantSets:
        """The relevant items that are candidates, and the people who have any."""
        restricted = self.restricted_to(np.isin(self.item, candidates))
        tested = restricted.n_relevant > 0
        indptr = np.concatenate([[0], np.cumsum(restricted.n_relevant[tested])]).astype(np.int64)
        return RelevantSets(self.platform, self.person_id[tested], self.person[tested], indptr, restricted.item)


def window(as_of: date, days: int) -> tuple[date, date]:
    """First day of the test window and the day after its last.

    >>> window(date(2026, 2, 2), 7)
    (datetime.date(2026, 2, 2), datetime.date(2026, 2, 9))
    """
    return as_of, as_of + timedelta(days=days)


def relevant_sets(events: pa.Table, history: History, platform: str, min_strength: float = 0.0) -> RelevantSets:
    """The relevant sets of one platform.

    Args:
        events: events of the test window, of any platforms: platform, person_id, item_id, strength.
        history: what was known before it.
        platform: the platform to test on.
        min_strength: an event counts when it is stronger than this.

    Returns:
        People in the order of their ids, and only those with something relevant.

    Raises:
        ValueError: an event of the table happened before the history's as-of date (where it has a column `day`).
    """
    import pyarrow.compute as pc

    _refuse_the_past(events, history.as_of)
    keep = pc.and_(pc.equal(events["platform"], platform), pc.greater(events["strength"], min_strength))
    pairs = events.filter(keep).select(["person_id", "item_id"]).group_by(["person_id", "item_id"]).aggregate([])
    pairs = pairs.sort_by([("person_id", "ascending"), ("item_id", "ascending")])
    items = history.items_of(platform)
    person = _index_in(pairs["person_id"], history.person_id)
    item = _index_in(pairs["item_id"], history.item_id[items])
    item = np.where(item >= 0, item + items.start, -1).astype(np.int32)
    fresh = ~_already_had(history, person, item)
    person_id, first, n_relevant = np.unique(
        pairs["person_id"].to_numpy()[fresh].astype(object), return_index=True, return_counts=True
    )
    indptr = np.concatenate([[0], np.cumsum(n_relevant)]).astype(np.int64)
    return RelevantSets(platform, person_id, person[fresh][first], indptr, item[fresh])


def _refuse_the_past(events: pa.Table, as_of: date) -> None:
    import pyarrow.compute as pc

    if "day" not in events.column_names or not len(events):
        return
    first = pc.min(events["day"]).as_py()
    if first < as_of:
        raise ValueError(f"test events start on {first}, before as-of date {as_of}; give events from {as_of} on")


def _index_in(values: pa.ChunkedArray, known: NDArray[np.object_]) -> NDArray[np.int32]:
    """Position of each value among the known ones, -1 where it is new."""
    import pyarrow as pa
    import pyarrow.compute as pc

    index = pc.index_in(values.cast(pa.string()), value_set=pa.array(known, type=pa.string()))
    found: NDArray[np.int32] = pc.fill_null(index, -1).to_numpy().astype(np.int32)
    return found


def _already_had(history: History, person: NDArray[np.int32], item: NDArray[np.int32]) -> NDArray[np.bool_]:
    known = (person >= 0) & (item >= 0)
    had = history.person.astype(np.int64) * history.n_items + history.item
    asked = person.astype(np.int64) * history.n_items + item
    return known & np.isin(asked, had)
