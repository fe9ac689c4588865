"""The k best items of each person, batch by batch, with seen items left out and ties always broken the same way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranker import Ranker

CELLS_PER_BATCH = 8_000_000  # scores held at once: 32 MB per float32 matrix
BLOCK = 16  # scores per block whose maxima give the bar
CROWD = 8  # rows in which more than this many times k scores reach the bar are full of ties
NO_ITEM = -1


@dataclass(frozen=True)
class Ranking:
    """The best items of some people, row-aligned with the people that were asked for."""

    items: NDArray[np.int32]  # (n_people, k) item indices, best first; NO_ITEM where candidates ran out
    scores: NDArray[np.float32]  # (n_people, k), -inf where candidates ran out
    by_popularity: NDArray[np.bool_]  # (n_people,) the ranker knew nothing of this person: popularity answered


def top_k(
    ranker: Ranker[Any],
    popularity: Popularity,
    history: History,
    people: NDArray[Any],
    items: slice,
    k: int,
    candidates: NDArray[Any] | None = None,
    cells_per_batch: int = CELLS_PER_BATCH,
) -> Ranking:
    """The k best candidates of each person.

    Args:
        ranker: fitted on `history` or on its part of one platform.
        popularity: answers for people of whom the ranker knows nothing, and breaks ties (then the lower item index).
        history: what was seen and is left out.
        people: person indices, shape (n_people,).
        items: the target platform's items, `history.items_of(platform)`.
        k: how many items at most.
        candidates: item indices within `items`, unique; all of them where not given.
        cells_per_batch: how many scores are held at once, which bounds memory.

    Raises:
        ValueError: a candidate lies outside `items` or stands twice, or the ranker gives a score that is not finite.
    """
    chosen = _in_order_of_popularity(_checked(candidates, items), popularity)
    rows = max(1, cells_per_batch // max(1, items.stop - items.start))
    batches = [people[start : start + rows] for start in range(0, len(people), rows)]
    parts = [_rank(ranker, popularity, history, batch, items, chosen, k) for batch in batches]
    empty = Ranking(np.empty((0, k), np.int32), np.empty((0, k), np.float32), np.empty(0, np.bool_))
    return Ranking(
        np.concatenate([empty.items, *(part.items for part in parts)]),
        np.concatenate([empty.scores, *(part.scores for part in parts)]),
        np.concatenate([empty.by_popularity, *(part.by_popularity for part in parts)]),
    )


def largest_first(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Columns of the k largest values of each row, best first, ties to the lower column; shape (n, min(k, columns)).

    >>> largest_first(np.array([[1, 3, 3, 2]], dtype=np.float32), 3).tolist()
    [[1, 2, 3]]
    """
    n, columns = scores.shape
    k = min(k, columns)
    if k == 0 or n == 0:
        return np.empty((n, k), dtype=np.int64)
    keep = scores >= _low_bar(scores, k)
    crowded = np.flatnonzero(np.count_nonzero(keep, axis=1) > CROWD * k)
    if len(crowded):
        keep[crowded] = _exactly(scores[crowded], k)
    row, column = np.divmod(np.flatnonzero(keep), columns)
    order = np.lexsort((-scores[row, column], row))  # stable: of equal scores the lower column comes first
    first = np.searchsorted(row, np.arange(n))
    best: NDArray[np.int64] = column[order[first[:, None] + np.arange(k)]]
    return best


def _low_bar(scores: NDArray[np.float32], k: int) -> NDArray[np.float32]:
    """A value that at least k scores of the row reach, and few more do; shape (n, 1).

    It is the k-th largest of the maxima of blocks, which costs a tenth of finding the k-th largest score.
    """
    n, columns = scores.shape
    blocks = max(k, columns // BLOCK)
    depth = columns // blocks
    maxima = scores[:, : depth * blocks].reshape(n, depth, blocks).max(axis=1)
    return np.partition(maxima, blocks - k, axis=1)[:, blocks - k, None]


def _exactly(scores: NDArray[np.float32], k: int) -> NDArray[np.bool_]:
    """Marks the k largest of each row, ties at the bar going to the lower columns; shape as given."""
    columns = scores.shape[1]
    bar = np.partition(scores, columns - k, axis=1)[:, columns - k, None]
    above, level = scores > bar, scores == bar
    room = k - np.count_nonzero(above, axis=1)[:, None]
    kept: NDArray[np.bool_] = above | (level & (np.cumsum(level, axis=1, dtype=np.int32) <= room))
    return kept


def _checked(candidates: NDArray[Any] | None, items: slice) -> NDArray[np.int64]:
    if candidates is None:
        return np.arange(items.start, items.stop)
    unique = np.unique(candidates)
    if len(unique) < len(candidates):
        raise ValueError(f"{len(candidates) - len(unique)} of {len(candidates)} candidates stand twice; name each once")
    if len(unique) and not items.start <= unique[0] <= unique[-1] < items.stop:
        found = f"candidates from {unique[0]} to {unique[-1]}"
        raise ValueError(f"{found} for items {items.start} to {items.stop - 1}; keep to the target platform's items")
    return unique.astype(np.int64)


def _in_order_of_popularity(candidates: NDArray[np.int64], popularity: Popularity) -> NDArray[np.int64]:
    """Most popular first, so that of two equal scores the first one stands for the more popular item."""
    return candidates[np.argsort(-popularity.popularity[candidates], kind="stable")]


def _rank(
    ranker: Ranker[Any],
    popularity: Popularity,
    history: History,
    people: NDArray[Any],
    items: slice,
    candidates: NDArray[np.int64],
    k: int,
) -> Ranking:
    scores = ranker.score(people, items)
    if not np.isfinite(scores).all():
        broken = np.count_nonzero(~np.isfinite(scores))
        raise ValueError(
            f"{broken} of {scores.size} scores of ranker {ranker.name} are not finite; check what it was fitted on"
        )
    unknown = ~np.asarray(scores.any(axis=1))
    scores = scores.take(candidates - items.start, axis=1)  # in order of popularity
    scores[unknown] = popularity.popularity[candidates]
    _leave_out_seen(scores, history, people, candidates)
    best = largest_first(scores, k)
    return _ranking(np.take_along_axis(scores, best, axis=1), candidates[best], unknown, k)


def _leave_out_seen(
    scores: NDArray[np.float32], history: History, people: NDArray[Any], candidates: NDArray[np.int64]
) -> None:
    column = np.full(history.n_items, NO_ITEM, dtype=np.int64)
    column[candidates] = np.arange(len(candidates))
    wanted = people.astype(history.person.dtype)  # another type would copy all of history to compare
    first, last = np.searchsorted(history.person, wanted), np.searchsorted(history.person, wanted, side="right")
    row = np.repeat(np.arange(len(people)), last - first)
    within = np.arange(len(row)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    seen = column[history.item[np.repeat(first, last - first) + within]]
    scores[row[seen != NO_ITEM], seen[seen != NO_ITEM]] = -np.inf


def _ranking(scores: NDArray[np.float32], items: NDArray[np.int64], unknown: NDArray[np.bool_], k: int) -> Ranking:
    """Pads to k columns where there are fewer candidates; what was seen is no item."""
    missing = ((0, 0), (0, k - scores.shape[1]))
    scores = np.pad(scores, missing, constant_values=-np.inf)
    items = np.pad(items, missing, constant_values=NO_ITEM)
    return Ranking(np.where(np.isneginf(scores), NO_ITEM, items).astype(np.int32), scores, unknown)
