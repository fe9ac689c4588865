"""The k best items of each person, with seen items left out and ties always broken the same way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.rankers.largest import largest_first as largest_first
from xdrec_assets.rankers.largest_products import largest_products
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.scored_rows import CELLS_PER_BATCH, CELLS_PER_BLOCK, Candidates, ScoredRows, Scoring

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

    Found without whole rows of scores where these are inner products (`largest_products`); a product may be rounded
    otherwise there than in `ranker.score`, as it may in any batch of another size.

    Args:
        ranker: fitted on `history` or on its part of one platform.
        popularity: answers for people of whom the ranker knows nothing, and breaks ties (then the lower item index).
        history: what was seen and is left out.
        people: person indices, shape (n_people,).
        items: the target platform's items, `history.items_of(platform)`.
        k: how many items at most.
        candidates: item indices within `items`, unique; all of them where not given.
        cells_per_batch: how many scores each thread holds at once, which bounds memory.

    Raises:
        ValueError: a candidate lies outside `items` or stands twice, or the ranker gives a score that is not finite.
    """
    chosen = Candidates.of(candidates, items, popularity)
    ranker = ranker.of_items(items)
    scoring = Scoring(ranker, history, items, chosen, k)
    best = largest_products(scoring, people, cells_per_batch)
    is_clear = best.is_clear
    if not ranker.products_below_zero:
        is_clear = is_clear & (best.scores[:, -1:] >= 0).all(axis=1)
    unknown, rest = np.flatnonzero(best.is_unknown), np.flatnonzero(~is_clear & ~best.is_unknown)
    of_rest = joined(scoring.each(people[rest], lambda ready: best_of(ready, chosen, k), cells_per_batch), k)
    if len(rest) == len(people):
        return of_rest
    batches = scoring.slices(slice(0, len(unknown)), CELLS_PER_BLOCK)
    of_unknown = joined([popular(scoring, people[unknown[rows]]) for rows in batches], k)
    ranking = Ranking(chosen.items.astype(np.int32).take(best.columns), best.scores, ~is_clear)
    for rows, found in ((rest, of_rest), (unknown, of_unknown)):
        ranking.items[rows], ranking.scores[rows], ranking.by_popularity[rows] = vars(found).values()
    return ranking


def best_of(ready: ScoredRows, candidates: Candidates, k: int) -> Ranking:
    """The k best of scored rows, padded where there are fewer candidates; what was seen is no item."""
    columns = largest_first(ready.scores, k, candidates.ties, ready.maxima, int(ready.n_seen.max(initial=0)))
    items = np.full((len(ready.scores), k), NO_ITEM, dtype=np.int32)
    scores = np.full((len(ready.scores), k), -np.inf, dtype=np.float32)
    items[:, : columns.shape[1]] = candidates.items[columns]
    scores[:, : columns.shape[1]] = np.take_along_axis(ready.scores, columns, axis=1)
    items[np.isneginf(scores)] = NO_ITEM
    return Ranking(items, scores, ready.by_popularity)


def popular(scoring: Scoring, people: NDArray[Any]) -> Ranking:
    """What `best_of` finds where popularity answers everyone: the order of ties, less what each of them has seen."""
    chosen, k = scoring.candidates, scoring.k
    row, column = np.divmod(scoring.seen(people), max(1, len(chosen.items)))
    ahead = chosen.ties.column[: k + np.bincount(row).max(initial=0)]
    place = chosen.ties.place[column]
    is_seen = np.zeros((len(people), len(ahead)), dtype=np.bool_)
    is_seen[row[place < len(ahead)], place[place < len(ahead)]] = True
    first = np.argsort(is_seen, axis=1, kind="stable")[:, :k]
    is_left = ~np.take_along_axis(is_seen, first, axis=1)
    items = np.full((len(people), k), NO_ITEM, dtype=np.int32)
    scores = np.full((len(people), k), -np.inf, dtype=np.float32)
    items[:, : first.shape[1]][is_left] = chosen.items[ahead[first[is_left]]]
    scores[:, : first.shape[1]][is_left] = chosen.popularity[ahead[first[is_left]]]
    return Ranking(items, scores, np.ones(len(people), dtype=np.bool_))


def joined(parts: list[Ranking], k: int) -> Ranking:
    """Rankings of some people each as one; of nobody where there are none."""
    return Ranking(
        np.concatenate([np.empty((0, k), np.int32), *(part.items for part in parts)]),
        np.concatenate([np.empty((0, k), np.float32), *(part.scores for part in parts)]),
        np.concatenate([np.empty(0, np.bool_), *(part.by_popularity for part in parts)]),
    )
