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
    width = np.int64(max(recommended.max(initial=-1), relevant.max(initial=-1)) + 1)
    owner = np.repeat(np.arange(n_people, dtype=np.int64), np.diff(indptr))
    known = relevant >= 0
    wanted = np.unique(owner[known] * width + relevant[known])
    listed = np.arange(n_people, dtype=np.int64)[:, None] * width + recommended  # (n_people, k)
    hits = (recommended >= 0) & _contains(wanted, listed)
    _refuse_repeats(listed[hits], width)
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


PER_PERSON: Final[dict[str, Callable[[Hits, NDArray[np.integer]], Values]]] = {
    "ndcg": ndcg_at_k,
    "recall": recall_at_k,
    "precision": precision_at_k,
    "hit_rate": hit_rate_at_k,
    "mrr": mrr_at_k,
}


def _contains(sorted_keys: NDArray[np.int64], keys: NDArray[np.int64]) -> Hits:
    if not len(sorted_keys):
        return np.zeros(keys.shape, dtype=bool)
    place = np.minimum(np.searchsorted(sorted_keys, keys), len(sorted_keys) - 1)
    found: Hits = sorted_keys[place] == keys
    return found


def _refuse_repeats(hit_keys: NDArray[np.int64], width: np.int64) -> None:
    keys, counts = np.unique(hit_keys, return_counts=True)
    if (counts > 1).any():
        person, item = divmod(int(keys[counts > 1][0]), int(width))
        raise ValueError(f"row {person} lists item {item} more than once; a ranking lists an item once")


def _where_relevant(values: NDArray[Any], n_relevant: NDArray[np.integer]) -> Values:
    return np.where(n_relevant > 0, values, np.nan)


def _divide(numerator: NDArray[Any], denominator: NDArray[Any]) -> Values:
    share = np.full(len(denominator), np.nan)
    np.divide(numerator, denominator, out=share, where=denominator > 0)
    return share
