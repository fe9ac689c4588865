"""Events as arrays, in an order that does not depend on how their rows came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Events:
    """Who took what, when; several events of a person and item may stand.

    Raises:
        ValueError: arrays of events have unequal lengths, or a strength is outside (0, 1].
    """

    platforms: tuple[str, ...]  # sorted
    person_id: NDArray[np.object_]  # (n_people,) str, sorted
    item_id: NDArray[np.object_]  # (n_items,) str, sorted within a platform
    item_platform: NDArray[np.int16]  # (n_items,) into platforms, non-decreasing
    person: NDArray[np.int32]  # (n_events,) into person_id
    item: NDArray[np.int32]  # (n_events,) into item_id
    occurred_at: NDArray[np.int64]  # (n_events,) Unix seconds, UTC
    strength: NDArray[np.float32]  # (n_events,) in (0, 1]

    def __post_init__(self) -> None:
        lengths = {name: len(getattr(self, name)) for name in ("person", "item", "occurred_at", "strength")}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"events have columns of lengths {lengths}; give one value per event in each")
        wrong = np.count_nonzero(~((self.strength > 0) & (self.strength <= 1)))
        if wrong:
            raise ValueError(f"{wrong} of {len(self)} events have a strength outside (0, 1]; leave such events out")

    def __len__(self) -> int:
        return len(self.person)

    def where(self, keep: NDArray[Any]) -> Events:
        """The events of a mask, or of row numbers in their order; people and items stay as they are."""
        columns = {name: getattr(self, name)[keep] for name in ("person", "item", "occurred_at", "strength")}
        return replace(self, **columns)


def events_of(
    items: Sequence[tuple[str, str]],
    person_id: NDArray[Any],
    item: NDArray[Any],
    occurred_at: NDArray[Any],
    strength: NDArray[Any] | None = None,
) -> Events:
    """Events out of ids.

    Args:
        items: platform and id of every item, each once, sorted.
        person_id: who, shape (n_events,); sorted as text.
        item: row numbers of `items`, shape (n_events,).
        occurred_at: Unix seconds, shape (n_events,).
        strength: in (0, 1], shape (n_events,); ones where not given.

    Raises:
        ValueError: items are unsorted or stand twice, or an event is of an item that is not among them.
    """
    if any(one >= other for one, other in pairwise(items)):
        raise ValueError("items are not sorted by platform and id, or one stands twice; sort them and keep each once")
    unknown = np.count_nonzero((item < 0) | (item >= len(items)))
    if unknown:
        raise ValueError(f"{unknown} of {len(item)} events are of items that are not listed; list them or leave out")
    people, person = np.unique(person_id.astype(str), return_inverse=True)
    platforms = tuple(sorted({platform for platform, _ in items}))
    return Events(
        platforms=platforms,
        person_id=people.astype(object),
        item_id=np.array([item_id for _, item_id in items], dtype=object),
        item_platform=np.array([platforms.index(platform) for platform, _ in items], dtype=np.int16),
        person=person.astype(np.int32),
        item=item.astype(np.int32),
        occurred_at=occurred_at.astype(np.int64),
        strength=np.ones(len(person), dtype=np.float32) if strength is None else strength.astype(np.float32),
    )


def in_order(events: Events) -> Events:
    """Events by person and time. Events of a person at one time stand by item id, then platform, then strength.

    So ties in time, of which logs of whole days are full, are always broken the same way, however the rows came. The id
    comes before the platform: else the last of several events would always be of the last platform.
    """
    place = np.empty(len(events.item_id), dtype=np.int64)
    place[np.lexsort((events.item_platform, events.item_id.astype(str)))] = np.arange(len(place))
    return events.where(np.lexsort((events.strength, place[events.item], events.occurred_at, events.person)))


def first_of_each_pair(events: Events) -> Events:
    """The first event of each person and item stands for all, with the strength of the strongest; in order."""
    events = in_order(events)
    key = events.person.astype(np.int64) * len(events.item_id) + events.item
    _, first, pair = np.unique(key, return_index=True, return_inverse=True)
    strongest = np.zeros(len(first), dtype=np.float32)
    np.maximum.at(strongest, pair, events.strength)
    rows = np.argsort(first)
    return replace(events.where(first[rows]), strength=strongest[rows])
