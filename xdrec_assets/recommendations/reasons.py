"""Why a person is recommended an item, said without claiming more than is known.

- similar: the text of an item the person has is near: "Because you liked «Trail shoes» on shop".
- new: nobody has the item yet, and the ranker scored one in its place whose text is near, which is named, unless the
  person has that one: then the reason is similar.
- popular: popularity made the list, or the item is near nothing of theirs and among the platform's most popular.
- taste: the ranker liked it for this person, and none of these can be said.

A reason explains by likeness; it does not read the ranker's mind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from xdrec_assets.joined.history import History

FLOATS_PER_BATCH = 8_000_000  # text vectors gathered at once: 32 MB
NOTHING = -1


@dataclass(frozen=True)
class OwnItems:
    """The latest items of every person, the latest first, as rows of a compressed sparse matrix."""

    indptr: NDArray[np.int64]  # (n_people + 1,)
    item: NDArray[np.int32]  # (indptr[-1],)
    strength: NDArray[np.float32]  # (indptr[-1],)

    @classmethod
    def of(cls, history: History, latest: int) -> OwnItems:
        """At most `latest` items per person; of two equally old ones the stronger first, then the lower index."""
        order = np.lexsort((history.item, -history.strength, history.age_days, history.person))
        start = np.searchsorted(history.person, np.arange(history.n_people + 1))
        place = np.arange(len(order)) - start[history.person]
        kept = order[place < latest]
        indptr = np.concatenate([[0], np.cumsum(np.minimum(np.diff(start), latest))])
        return cls(indptr.astype(np.int64), history.item[kept], history.strength[kept])

    def padded(self, people: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Items and strengths of some people, shape (n, most items of any); NOTHING and 0 where one has fewer."""
        first, n_own = self.indptr[people], np.diff(self.indptr)[people]
        place = first[:, None] + np.arange(n_own.max(initial=0))  # (n, longest)
        own = place < (first + n_own)[:, None]
        place = np.where(own, place, 0)
        if not len(self.item):
            return np.empty(place.shape, np.int32), np.empty(place.shape, np.float32)
        return np.where(own, self.item[place], NOTHING), np.where(own, self.strength[place], np.float32(0))


@dataclass(frozen=True)
class Nearest:
    """The person's own item that is nearest to each recommended one, shapes (n_people, k)."""

    item: NDArray[np.int32]  # NOTHING where the person has no items, or either has no text
    strength: NDArray[np.float32]  # how much the person's event with it said
    similarity: NDArray[np.float32]  # cosine of the texts, 0 where there is nothing to compare


def nearest_own_items(
    own: OwnItems, text: NDArray[np.float32], people: NDArray[np.int32], recommended: NDArray[np.int32]
) -> Nearest:
    """The nearest own item of each recommendation by cosine of the texts.

    Args:
        own: what each person has.
        text: item vectors of unit length, shape (n_items, d), zeros where an item has no text.
        people: person indices, shape (n,).
        recommended: item indices, shape (n, k), -1 where a list is short.
    """
    shape = recommended.shape
    item, strength = np.full(shape, NOTHING, np.int32), np.zeros(shape, np.float32)
    similarity = np.zeros(shape, np.float32)
    if not shape[1]:
        return Nearest(item, strength, similarity)
    for rows in _batches(np.diff(own.indptr)[people], shape[1], text.shape[1]):
        owned, said = own.padded(people[rows])
        cosine = text[recommended[rows]] @ text[owned].swapaxes(1, 2)  # (n, k, longest)
        cosine[np.broadcast_to(owned[:, None, :] == NOTHING, cosine.shape)] = 0
        cosine[recommended[rows] == NOTHING] = 0
        best = cosine.argmax(axis=2)
        similarity[rows] = np.take_along_axis(cosine, best[:, :, None], axis=2)[:, :, 0]
        item[rows], strength[rows] = np.take_along_axis(owned, best, axis=1), np.take_along_axis(said, best, axis=1)
    found = similarity > 0
    return Nearest(np.where(found, item, NOTHING), np.where(found, strength, 0), np.where(found, similarity, 0))


def reason_kinds(
    near: NDArray[np.bool_], is_new: NDArray[np.bool_], by_popularity: NDArray[np.bool_], is_popular: NDArray[np.bool_]
) -> NDArray[np.object_]:
    """The kind of each reason, shape (n_people, k).

    Args:
        near: an own item is near enough, shape (n_people, k).
        is_new: another item that is like it, and not the person's, was scored in its place, shape (n_people, k).
        by_popularity: popularity made this person's list, shape (n_people,).
        is_popular: the recommended item is among the most popular, shape (n_people, k).
    """
    listed = np.broadcast_to(by_popularity[:, None], near.shape)
    known = [listed, is_new, near, is_popular]
    kinds = np.select(known, ["popular", "new", "similar", "popular"], default="taste")
    return kinds.astype(object)


def most_popular(popularity: NDArray[np.float32], items: slice, share: float) -> NDArray[np.bool_]:
    """Which items of all are among the given share of a slice with the highest popularity, shape (n_items,)."""
    marked = np.zeros(len(popularity), dtype=bool)
    of_slice = popularity[items]
    best = np.argsort(-of_slice, kind="stable")[: int(np.ceil(share * len(of_slice)))]
    marked[items.start + best] = of_slice[best] > 0
    return marked


def popular_sentence(platform: str, half_life_days: float | None) -> str:
    """What "popular" means, by how quickly popularity fades.

    >>> popular_sentence("Music", half_life_days=30)
    'Popular on Music in the last weeks'
    """
    if half_life_days is None:
        return f"Popular on {platform}"
    return f"Popular on {platform} in the last {'weeks' if half_life_days <= 60 else 'months'}"


def _batches(n_own: NDArray[np.int64], k: int, size: int) -> Iterator[NDArray[np.int64]]:
    """Rows in batches of people with about equally many items, so that little is padded and memory is bounded."""
    order = np.argsort(n_own, kind="stable")[::-1]
    order = order[n_own[order] > 0]
    start = 0
    while start < len(order):
        longest = int(n_own[order[start]])
        n_rows = max(1, FLOATS_PER_BATCH // ((longest + k) * size + longest * k))
        yield order[start : start + n_rows]
        start += n_rows
