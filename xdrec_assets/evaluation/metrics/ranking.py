"""Ranking metrics at k, one value per person, from hits and the number of relevant items.

All take `hits`, shape (n_people, k), true where the item at that rank is relevant, and `n_relevant`, shape
(n_people,). All lie in 0–1, higher is better, and are nan for a person with nothing relevant: there is nothing to find.
Means over people are the caller's (`numpy.nanmean`).
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Hits = NDArray[np.bool_]
Values = NDArray[np.float64]
PAIRS_AT_ONCE = 20_000  # of a person and a relevant item, each compared with k recommendations


def find_hits(recommended: NDArray[np.integer], indptr: NDArray[np.integer], relevant: NDArray[np.integer]) -> Hits:
    """Which recommendations are relevant.

    Args:
        recommended: item indices, shape (n_people, k), best first; -1 pads a short list.
        indptr: shape (n_people + 1,); person i's relevant items are `relevant[indptr[i] : indptr[i + 1]]`.
        relevant: item indices; -1 is an item that no ranker could know: it counts as relevant and is never hit.

    Returns:
        Shape (n_people, k), true where the item at that rank is relevant.

    Raises:
        ValueError: the shapes disagree, or a relevant item is recommended twice to one person.

    >>> find_hits(np.array([[7, 3, -1]]), np.array([0, 2]), np.array([3, 9]))
    array([[False,  True, False]])
    """
    n_people = len(recommended)
    if len(indptr) != n_people + 1:
        raise ValueError(f"indptr has {len(indptr)} entries for {n_people} people; give {n_people + 1}")
    hits = np.zeros(recommended.shape, dtype=np.bool_)
    owner = np.repeat(np.arange(n_people), np.diff(indptr))
    for start in range(0, len(relevant), PAIRS_AT_ONCE):
        pair = start + np.flatnonzero(relevant[start : start + PAIRS_AT_ONCE] >= 0)
        place = np.flatnonzero(recommended[owner[pair]] == relevant[pair, None])  # in (n_pairs, k)
        pair, place = pair[place // recommended.shape[1]], place % recommended.shape[1]
        _refuse_repeats(owner[pair], relevant[pair])
        hits[owner[pair], place] = True
    return hits


def ndcg_at_k(hits: Hits, n_relevant: NDArray[np.integer]) -> Values:
    """Normalised discounted cumulative gain with binary gains, the ideal over min(k, n_relevant) items.

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 2002; gain 1 / log2(rank + 1).

    >>> ndcg_at_k(np.array([[False, True]]), np.array([1])).round(4)  # 1 / log2(3)
    array([0.6309])
    """
    discount = 1 / np.log2(np.arange(2, hits.shape[1] + 2))
    ideal = np.concatenate([[0.0], np.cumsum(discount)])[np.minimum(n_relevant, hits.shape[1])]
    return _divide(hits @ discount, ideal)


def recall_at_k(hits: Hits, n_relevant: NDArray[np.integer]) -> Values:
    """Share of a person's relevant items among the first k.

    >>> recall_at_k(np.array([[True, False, True]]), np.array([4]))
    array([0.5])
    """
    return _divide(hits.sum(axis=1), n_relevant)


def precision_at_k(hits: Hits, n_relevant: NDArray[np.integer]) -> Values:
    """Share of the k places that hold a relevant item; a short list is divided by k all the same.

    >>> precision_at_k(np.array([[True, False, True, False]]), np.array([2]))
    array([0.5])
    """
    return _where_relevant(hits.mean(axis=1), n_relevant)


def hit_rate_at_k(hits: Hits, n_relevant: NDArray[np.integer]) -> Values:
    """1 where at least one relevant item is among the first k, else 0.

    >>> hit_rate_at_k(np.array([[False, True], [False, False]]), np.array([3, 1]))
    array([1., 0.])
    """
    return _where_relevant(np.asarray(hits.any(axis=1), dtype=np.float64), n_relevant)


def mrr_at_k(hits: Hits, n_relevant: NDArray[np.integer]) -> Values:
    """Reciprocal rank of the first relevant item, 0 where none is among the first k.

    Voorhees, "The TREC-8 question answering track report", 1999.

    >>> mrr_at_k(np.array([[False, True], [False, False]]), np.array([3, 1]))
    array([0.5, 0. ])
    """
    first = hits.argmax(axis=1)
    return _where_relevant(np.where(hits.any(axis=1), np.reciprocal(first + 1.0), 0.0), n_relevant)


def f1_at_k(hits: Hits, n_relevant: NDArray[np.integer]) -> Values:
    """Harmonic mean of precision and recall at k: 2 × hits / (k + n_relevant).

    van Rijsbergen, Information Retrieval, 1979, chapter 7.

    >>> f1_at_k(np.array([[True, False, True, False]]), np.array([4]))
    array([0.5])
    """
    return _where_relevant(2.0 * hits.sum(axis=1) / (hits.shape[1] + n_relevant), n_relevant)


def map_at_k(hits: Hits, n_relevant: NDArray[np.integer]) -> Values:
    """Average precision: precision at the rank of each hit, summed over the first k and divided by n_relevant.

    Divided by all relevant items, as trec_eval's map_cut does, not by min(k, n_relevant).

    >>> map_at_k(np.array([[True, False, True]]), np.array([2])).round(4)  # (1 / 1 + 2 / 3) / 2
    array([0.8333])
    """
    row, place = np.nonzero(hits)
    n_before = np.arange(len(row)) - np.searchsorted(row, row)  # hits of the same person further up
    summed = np.bincount(row, weights=(n_before + 1) / (place + 1), minlength=len(hits))
    return _divide(summed, n_relevant)


def accuracy_at_k(
    hits: Hits,
    n_relevant: NDArray[np.integer],
    n_candidates: NDArray[np.integer] | int,
    n_listed: NDArray[np.integer] | None = None,
) -> Values:
    """Share of a person's judged items that are rightly listed or rightly left out.

    Args:
        hits: as everywhere here.
        n_relevant: as everywhere here.
        n_candidates: how many items are judged, of each person or of all: those that could be listed, and relevant ones
            that could not.
        n_listed: how many items each list holds; all k places, or all candidates where these are fewer.

    >>> accuracy_at_k(np.array([[True, False]]), np.array([2]), 10)  # one wrongly listed, one wrongly left out
    array([0.8])
    """
    judged = np.broadcast_to(np.asarray(n_candidates), n_relevant.shape)
    listed = np.minimum(hits.shape[1], judged) if n_listed is None else n_listed
    wrong = listed + n_relevant - 2 * hits.sum(axis=1)
    return _where_relevant(1 - _divide(wrong, judged), n_relevant)


PER_PERSON: Final[dict[str, Callable[[Hits, NDArray[np.integer]], Values]]] = {
    "ndcg": ndcg_at_k,
    "recall": recall_at_k,
    "precision": precision_at_k,
    "hit_rate": hit_rate_at_k,
    "mrr": mrr_at_k,
    "map": map_at_k,
    "f1": f1_at_k,
}


def _refuse_repeats(person: NDArray[np.integer], item: NDArray[np.integer]) -> None:
    """Of hits in the order of people; a relevant item is one pair, and so are its hits, which stand together."""
    again = np.flatnonzero((np.diff(person) == 0) & (np.diff(item) == 0))
    if len(again):
        listed = f"row {person[again[0]]} lists item {item[again[0]]}"
        raise ValueError(f"{listed} more than once; a ranking lists an item once")


def _where_relevant(values: NDArray[Any], n_relevant: NDArray[np.integer]) -> Values:
    return np.where(n_relevant > 0, values, np.nan)


def _divide(numerator: NDArray[Any], denominator: NDArray[Any]) -> Values:
    share = np.full(len(denominator), np.nan)
    np.divide(numerator, denominator, out=share, where=denominator > 0)
    return share
