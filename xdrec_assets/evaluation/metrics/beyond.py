"""What accuracy does not tell of lists: what they show of the catalogue, how new, varied and to one's taste they are.

All take `recommended`, item indices, shape (n_people, k), best first, -1 pads a short list; none changes its arguments.
Those of one value per person, shape (n_people,), are nan where a person's list cannot be judged: means over people are
the caller's (`numpy.nanmean`). Memory grows with the people passed in: pass them in batches where they are many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.evaluation.metrics.definitions import SMOOTHING

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Recommended = NDArray[np.integer]
Values = NDArray[np.float64]


def coverage(recommended: Recommended, candidates: NDArray[np.integer]) -> float:
    """Share of the candidates that anyone is recommended; nan where there are no candidates or nobody to ask.

    Ge, Delgado-Battenfeld and Jannach, "Beyond accuracy", RecSys 2010 (catalogue coverage).

    >>> coverage(np.array([[5, 6], [5, -1]]), candidates=np.array([5, 6, 7, 8]))
    0.5
    """
    if not len(candidates) or not len(recommended):
        return float("nan")
    return float(np.isin(candidates, recommended).mean())


def gini(recommended: Recommended, candidates: NDArray[np.integer]) -> float:
    """Gini coefficient of how often each candidate is recommended; nan where none is.

    0: all equally often; (n - 1) / n: one takes all. Adomavicius and Kwon, "Improving aggregate recommendation
    diversity", TKDE 2012.

    >>> gini(np.array([[5], [5], [5]]), candidates=np.array([5, 6, 7, 8]))
    0.75
    """
    listed = recommended[recommended >= 0]
    width = max(int(listed.max(initial=-1)), int(candidates.max(initial=-1))) + 1
    exposure = np.sort(np.bincount(listed, minlength=width)[candidates].astype(np.float64))
    n, total = len(candidates), exposure.sum()
    if not total:
        return float("nan")
    return float((2 * np.arange(1, n + 1) - n - 1) @ exposure / (n * total))


def novelty(recommended: Recommended, n_takers: NDArray[np.integer], n_people: int) -> Values:
    """Mean self-information of the items listed, in bits: -log2 of the share of people who took them; 0 or more.

    Zhou et al., "Solving the apparent diversity-accuracy dilemma", PNAS 2010; Vargas and Castells, RecSys 2011.

    Args:
        recommended: as everywhere here.
        n_takers: how many people took each item before as_of, shape (n_items,); 0 counts as 1, so that it stays finite.
        n_people: how many people took anything; at least as many as took any item.

    Returns:
        Shape (n_people,), nan for an empty list and where nobody took anything.

    >>> novelty(np.array([[0, 1]]), np.array([4, 1]), n_people=4)  # 0 and 2 bits
    array([1.])
    """
    if not n_people:
        return np.full(len(recommended), np.nan)
    return _mean_of_listed(recommended, np.log2(n_people) - np.log2(np.maximum(n_takers, 1)))


def popularity_bias(recommended: Recommended, n_takers: NDArray[np.integer], own: Values) -> Values:
    """How many times more popular the items listed are than the person's own, as a power of two; any number.

    log2(1 + PL), where PL is the popularity lift of Abdollahpouri, Mansoury, Burke and Mobasher, RecSys 2020, of a
    group of one person; the logarithm keeps people of rare taste from outweighing everyone else in a mean.

    Args:
        recommended: as everywhere here.
        n_takers: how many people took each item before as_of, shape (n_items,); 0 counts as 1.
        own: mean popularity of what each person took, shape (n_people,), from `own_popularity`.

    Returns:
        Shape (n_people,), nan for an empty list and where `own` is nan.

    >>> popularity_bias(np.array([[0, 1]]), np.array([6, 2]), own=np.array([2.0]))  # 4 people on average, against 2
    array([1.])
    """
    return np.log2(_mean_of_listed(recommended, np.maximum(n_takers, 1).astype(np.float64))) - np.log2(own)


def own_popularity(
    person: NDArray[np.integer], item: NDArray[np.integer], n_people: int, n_takers: NDArray[np.integer]
) -> Values:
    """Mean popularity of what each person took, shape (n_people,); nan for who took nothing.

    Args:
        person: who, of each pair of person and item taken, in 0 .. n_people - 1.
        item: what, of each pair.
        n_people: how many people there are.
        n_takers: how many people took each item, shape (n_items,).

    >>> own_popularity(np.array([0, 0]), np.array([0, 1]), n_people=2, n_takers=np.array([3, 1]))
    array([ 2., nan])
    """
    return _mean_by_row(person, n_takers[item].astype(np.float64), n_people)


def diversity(recommended: Recommended, vectors: NDArray[np.floating[Any]]) -> Values:
    """Mean of 1 - cosine over all pairs of items in a list; 0–2, nan for fewer than two items with a vector.

    Smyth and McClave, "Similarity vs. diversity", ICCBR 2001; Ziegler et al., WWW 2005. The sum over pairs comes from
    the length of the sum of unit vectors, |Σ v|² = m + 2 Σ cos, which takes m steps instead of m².

    Args:
        recommended: as everywhere here.
        vectors: shape (n_items, size), of any length; a row of zeros or nan says that the item has none.

    >>> diversity(np.array([[0, 1, 2]]), np.array([[1.0, 0.0], [0.0, 5.0], [0.0, 0.0]]))
    array([1.])
    """
    items, recommended = _used(recommended, len(vectors))
    unit, has_vector = unit_vectors(vectors[items])
    listed = _listed(recommended, has_vector)
    n_listed = np.diff(listed.indptr).astype(np.float64)
    summed = listed.astype(unit.dtype) @ unit  # (n_people, size)
    cosines = np.einsum("ij,ij->i", summed, summed, dtype=np.float64) - n_listed
    return _quotient(n_listed * (n_listed - 1) - cosines, n_listed * (n_listed - 1)).clip(0, 2)


def unit_vectors(vectors: NDArray[np.floating[Any]]) -> tuple[NDArray[np.floating[Any]], NDArray[np.bool_]]:
    """Vectors of length 1, and whether there is one, shape (n,): rows of zeros or nan become zeros."""
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
    has_vector = np.isfinite(length) & (length > 0)
    unit = vectors / np.where(has_vector, length, 1)[:, None].astype(vectors.dtype)
    unit[~has_vector] = 0
    return unit, has_vector


def calibration(
    recommended: Recommended, own_shares: csr_matrix, item_shares: csr_matrix, smoothing: float = SMOOTHING
) -> Values:
    """Divergence of the categories of one's own items from those of the list; 0 to -ln(smoothing), lower is better.

    Steck, "Calibrated recommendations", RecSys 2018: C_KL(p, q̃) of equation 6 with q̃ of equation 7, p and q of
    equations 2 and 3 with equal weights, in nats.

    Args:
        recommended: as everywhere here.
        own_shares: p, shape (n_people, n_categories), rows add up to 1 or are empty; see `taste.own_shares`.
        item_shares: of each item, shape (n_items, n_categories), alike; see `taste.item_shares`.
        smoothing: α of equation 7, within 0–1: how much of p is mixed into q, so that it is nowhere 0.

    Returns:
        Shape (n_people,), nan where the person's own items or the list have no category.
    """
    listed = _listed(recommended, np.diff(item_shares.indptr) > 0) @ item_shares
    n_listed = np.asarray(listed.sum(axis=1), dtype=np.float64).ravel()  # every item adds up to 1
    person = np.repeat(np.arange(len(recommended)), np.diff(own_shares.indptr))
    p = own_shares.data.astype(np.float64)
    q = _quotient(_looked_up(listed, person, own_shares.indices), n_listed[person])
    divergence = np.bincount(person, p * np.log(p / ((1 - smoothing) * q + smoothing * p)), len(recommended))
    return np.where(np.diff(own_shares.indptr) > 0, divergence, np.nan).clip(0)


def _used(recommended: Recommended, n_items: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The items that stand in any list, and the lists as places among these."""
    is_used = np.zeros(n_items + 1, dtype=bool)
    is_used[recommended] = True
    items = np.flatnonzero(is_used[:-1])  # -1 marked the last entry
    place = np.full(n_items + 1, -1)
    place[items] = np.arange(len(items))
    return items, place[recommended]


def _listed(recommended: Recommended, counts: NDArray[np.bool_]) -> csr_matrix:
    """Who is recommended which items, of those that count: 1 each, shape (n_people, n_items)."""
    from scipy.sparse import csr_matrix

    keep = np.append(counts, False)[recommended]  # -1 reads the last entry
    indptr = np.concatenate([[0], np.cumsum(np.count_nonzero(keep, axis=1))])
    shape = (len(recommended), len(counts))
    return csr_matrix((np.ones(indptr[-1], dtype=np.float64), recommended[keep], indptr), shape=shape)


def _looked_up(matrix: csr_matrix, row: NDArray[np.integer], column: NDArray[np.integer]) -> Values:
    """The matrix's values at some places, shape (n_places,); asked for none, SciPy gives a matrix."""
    return np.empty(0) if not len(row) else np.asarray(matrix[row, column], dtype=np.float64).ravel()


def _mean_of_listed(recommended: Recommended, of_item: Values) -> Values:
    """Mean over each list of a figure of its items, nan for an empty list."""
    summed = np.append(of_item, 0.0)[recommended].sum(axis=1)  # -1 reads the last entry
    return _quotient(summed, np.count_nonzero(recommended >= 0, axis=1))


def _mean_by_row(row: NDArray[np.integer], values: Values, n_rows: int) -> Values:
    return _quotient(np.bincount(row, weights=values, minlength=n_rows), np.bincount(row, minlength=n_rows))


def _quotient(above: NDArray[Any], below: NDArray[Any]) -> Values:
    quotient = np.full(len(above), np.nan)
    np.divide(above, below, out=quotient, where=below > 0)
    return quotient
