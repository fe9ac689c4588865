"""Rank a person's relevant items among n sampled others: an extra beside full ranking, for old publications alone.

Sampled figures order rankers differently from full ranking (Krichene, Rendle: On Sampled Metrics for Item
Recommendation, KDD 2020). They carry their label in every row, and nothing is chosen by them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.evaluation.relevant_sets import RelevantSets
from xdrec_assets.joined.history import History
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.ranking import NO_ITEM, largest_first

CELLS_PER_BATCH = 4_000_000


def protocol_label(n: int) -> str:
    """What rows of such figures are called.

    >>> protocol_label(999)
    'sampled 999'
    """
    return f"sampled {n}"


def sampled_candidates(
    history: History, relevant: RelevantSets, candidates: NDArray[np.int32], n: int, rng: np.random.Generator
) -> NDArray[np.int32]:
    """As many candidates for each person as `n` says, drawn evenly, each once, shape (n_people, n).

    Neither what the person took before nor what is relevant is among them.

    Raises:
        ValueError: fewer than n are left for somebody.
    """
    drawn = np.empty((relevant.n_people, n), dtype=np.int32)
    for rows in _batches(relevant.n_people, len(candidates)):
        keys = rng.random((rows.stop - rows.start, len(candidates)), dtype=np.float32)
        keys[_is_taken(history, relevant, rows)[:, candidates]] = np.inf
        if np.count_nonzero(np.isfinite(keys), axis=1).min(initial=n) < n:
            fewest = np.count_nonzero(np.isfinite(keys), axis=1).min()
            raise ValueError(f"{n} candidates were asked for, {fewest} are left for somebody; sample fewer")
        drawn[rows] = np.sort(candidates[np.argsort(keys, axis=1, kind="stable")[:, :n]], axis=1)
    return drawn


def sampled_top_k(
    ranker: Ranker[Any],
    popularity: Popularity,
    history: History,
    relevant: RelevantSets,
    sampled: NDArray[np.int32],
    k: int,
) -> NDArray[np.int32]:
    """The k best of each person's relevant and sampled items, shape (n_people, k), best first.

    Ties, and people of whom the ranker knows nothing, are answered by popularity, as in `rankers.ranking.top_k`.
    """
    items = history.items_of(relevant.platform)
    popular = popularity.popularity[items]
    order = np.argsort(-popular, kind="stable")
    best = np.full((relevant.n_people, k), NO_ITEM, dtype=np.int32)
    for rows in _batches(relevant.n_people, len(order)):
        people = relevant.person[rows]
        scores = np.zeros((len(people), len(order)), dtype=np.float32)
        scores[people >= 0] = ranker.score(people[people >= 0], items)
        scores[~scores.any(axis=1)] = popular
        scores[~_is_asked(relevant, sampled, rows, items)] = -np.inf
        first = largest_first(scores[:, order], k)
        listed = np.take_along_axis(scores[:, order], first, axis=1)
        best[rows, : first.shape[1]] = np.where(np.isneginf(listed), NO_ITEM, order[first] + items.start)
    return best


def _batches(n_people: int, n_items: int) -> list[slice]:
    size = max(1, CELLS_PER_BATCH // max(1, n_items))
    return [slice(start, min(start + size, n_people)) for start in range(0, n_people, size)]


def _is_taken(history: History, relevant: RelevantSets, rows: slice) -> NDArray[np.bool_]:
    """What people took before, and what is relevant, shape (people of the rows, n_items)."""
    taken = np.zeros((rows.stop - rows.start, history.n_items + 1), dtype=bool)  # the last column stands for -1
    people = relevant.person[rows]
    for row in np.flatnonzero(people >= 0):
        first, last = np.searchsorted(history.person, [people[row], people[row] + 1])
        taken[row, history.item[first:last]] = True
    owner, item = _relevant_rows(relevant, rows)
    taken[owner, item] = True
    return taken[:, :-1]


def _is_asked(relevant: RelevantSets, sampled: NDArray[np.int32], rows: slice, items: slice) -> NDArray[np.bool_]:
    """Which of a platform's items are ranked for each person, shape (people of the rows, n_items of the platform)."""
    asked = np.zeros((rows.stop - rows.start, items.stop - items.start), dtype=bool)
    np.put_along_axis(asked, sampled[rows] - items.start, True, axis=1)
    owner, item = _relevant_rows(relevant, rows)
    known = item >= 0
    asked[owner[known], item[known] - items.start] = True
    return asked


def _relevant_rows(relevant: RelevantSets, rows: slice) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Row of the batch and item, for each relevant item."""
    first, last = relevant.indptr[rows.start], relevant.indptr[rows.stop]
    owner = np.repeat(np.arange(rows.stop - rows.start), np.diff(relevant.indptr[rows.start : rows.stop + 1]))
    return owner, relevant.item[first:last]
