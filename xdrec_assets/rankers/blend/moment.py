"""A moment: what was known then, the members fitted on it, and the candidates of people with their features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.rankers.blend.item_features import item_features
from xdrec_assets.rankers.blend.members import OF_MEMBER, Member, said
from xdrec_assets.rankers.blend.person_features import person_features
from xdrec_assets.rankers.blend.text_features import NAMES, text_features
from xdrec_assets.rankers.blend.windows import has_events
from xdrec_assets.rankers.largest import Ties, largest_first
from xdrec_assets.rankers.threads import workers

Floats = NDArray[np.float32]
T = TypeVar("T")

PEOPLE_PER_BATCH = 16  # whose scores by all members each thread holds at once
POPULAR = ("popular_3.0", "popular_14.0", "popular_60.0")  # whose best are candidates for everyone


@dataclass(frozen=True)
class Pairs:
    """Candidates of some people, person after person."""

    row: NDArray[np.int64]  # (n_pairs,) into the people asked for
    item: NDArray[np.int64]  # (n_pairs,) of the history
    features: Floats  # (n_pairs, n_features)


class Moment:
    """Candidates are the best of each member, and of the popular, that have events and the person has not taken."""

    def __init__(self, history: History, text: Floats, members: Sequence[Member], n_best: int) -> None:
        self.history, self.text, self.members, self.n_best = history, text, members, n_best
        self.known_people = has_events(history.person, history.n_people)
        self.known_items = has_events(history.item, history.n_items)
        self._people_here = [person_features(history, history.items_of(name)) for name in history.platforms]

    @cached_property
    def items(self) -> dict[str, Floats]:
        """Columns of all items."""
        return item_features(self.history)

    def members_of(self, platform: int) -> list[Member]:
        """Those that score a platform's items."""
        return [member for member in self.members if member.platform in (None, platform)]

    def names(self, platform: int) -> list[str]:
        """Of the features."""
        of_members = [f"{member.title} {what}" for member in self.members_of(platform) for what in OF_MEMBER]
        return [*self.items, *self._people_here[platform], "named_by", *NAMES, *of_members]

    def pairs(self, people: NDArray[Any], platform: int) -> list[tuple[slice, Pairs]]:
        """Of people, some at a time, with which they are."""
        return self.of_pairs(people, platform, lambda rows, pairs: (rows, pairs))

    def of_pairs(self, people: NDArray[Any], platform: int, made: Callable[[slice, Pairs], T]) -> list[T]:
        """What is made of the candidates of some people at a time, in their order; `made` is called in several threads.

        The matrix library computes with one of its own meanwhile: a person's products are too small to be shared out.
        """
        starts = range(0, len(people), PEOPLE_PER_BATCH)
        batches = [slice(first, min(first + PEOPLE_PER_BATCH, len(people))) for first in starts]
        with workers() as threads:
            return list(threads.pool.map(lambda rows: made(rows, self._pairs(people[rows], platform)), batches))

    def _pairs(self, people: NDArray[Any], platform: int) -> Pairs:
        items = self.history.items_of(self.history.platforms[platform])
        scores = [member.ranker.score(people, items) for member in self.members_of(platform)]
        named = self._named(people, items, scores)
        row, column = np.nonzero(named)
        start = np.searchsorted(row, np.arange(len(people) + 1))
        item = column + items.start
        columns = [values[item] for values in self.items.values()]
        columns += [values[people[row]] for values in self._people_here[platform].values()]
        near = text_features(self.history, self.text, items, people, start, item)
        alike = [*columns, named[row, column].astype(np.float32)]
        return Pairs(row, item, np.hstack([np.stack(alike, axis=1), near, said(scores, row, column, start)]))

    def _named(self, people: NDArray[Any], items: slice, scores: Sequence[Floats]) -> NDArray[np.uint8]:
        """How many have an item among their best, (n_people, items); 0 for what is no candidate."""
        allowed = np.tile(self.known_items[items], (len(people), 1))
        row, column = self._taken(people, items)
        allowed[row, column] = False
        popular = [self.items[name][items] for name in POPULAR]
        ties, every = Ties.by(np.argsort(-popular[-1], kind="stable")), np.arange(len(people))[:, None]
        named = np.zeros(allowed.shape, dtype=np.uint8)
        for each in (*scores, *popular):
            open_to_them = np.where(allowed, each, np.float32(-np.inf))
            named[every, largest_first(open_to_them, self.n_best, ties)] += 1
        named[~allowed] = 0
        named[~self.known_people[people]] = 0
        return named

    def _taken(self, people: NDArray[Any], items: slice) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns of what these people took of some items."""
        wanted = people.astype(self.history.person.dtype)
        first, last = np.searchsorted(self.history.person, np.stack([wanted, wanted + 1]))
        row = np.repeat(np.arange(len(people)), last - first)
        place = np.arange(len(row)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
        item = self.history.item[np.repeat(first, last - first) + place]
        inside = (item >= items.start) & (item < items.stop)
        return row[inside], item[inside] - items.start
