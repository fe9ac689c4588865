"""Scores as a classification of items into relevant and not: AUC, and the accuracy family at a threshold of scores.

For score matrices that fit into memory: what the full ranking counts batch by batch must equal `auc`. A threshold says
something only where scores mean the same for everyone, as probabilities do; lists of k places need none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]
Counts = NDArray[np.integer]
Values = NDArray[np.float64]


def auc(scores: Scores, relevant: Mask, judged: Mask | None = None) -> Values:
    """Share of pairs of a relevant and another judged item whose scores are in the right order, ties half; 0–1.

    Mann and Whitney 1947, by the mean ranks of the relevant items.

    Args:
        scores: shape (n_people, n_items), higher is better, finite.
        relevant: shape (n_people, n_items).
        judged: which items count for whom, shape (n_people, n_items); all of them where not given.

    Returns:
        Shape (n_people,), nan for a person without relevant judged items, or without others.

    >>> auc(np.array([[3.0, 2.0, 2.0]]), np.array([[False, True, False]]))  # wrong against 3, tied with 2
    array([0.25])
    """
    from scipy.stats import rankdata

    judged = np.ones(scores.shape, dtype=bool) if judged is None else judged
    wanted = relevant & judged
    lowest = np.where(judged, scores, -np.inf)  # who is not judged ranks below everyone, and is counted off
    n_unjudged = np.count_nonzero(~judged, axis=1)
    ranks = rankdata(lowest, axis=1) if scores.size else np.zeros(scores.shape)
    n_relevant = np.count_nonzero(wanted, axis=1)
    summed = np.where(wanted, ranks, 0).sum(axis=1) - n_unjudged * n_relevant
    return auc_of_ranks(summed, n_relevant, np.count_nonzero(judged, axis=1))


def auc_of_ranks(rank_sum: NDArray[Any], n_relevant: Counts, n_judged: Counts) -> Values:
    """AUC from the sum of the relevant items' ranks, 1 for the lowest score, equal scores sharing their mean rank.

    Args:
        rank_sum: shape (n_people,).
        n_relevant: judged items that are relevant, shape (n_people,).
        n_judged: all judged items, shape (n_people,).

    Returns:
        Shape (n_people,), nan where there are no pairs.

    >>> auc_of_ranks(np.array([1.5]), np.array([1]), np.array([3]))
    array([0.25])
    """
    pairs = n_relevant.astype(np.float64) * (n_judged - n_relevant)
    return _quotient(rank_sum - n_relevant * (n_relevant + 1) / 2, pairs)


@dataclass(frozen=True)
class Outcomes:
    """How each person's judged items were classified; all counts have the shape (n_people,)."""

    hits: Counts  # relevant, and predicted to be
    n_predicted: Counts  # predicted to be relevant
    n_relevant: Counts
    n_judged: Counts

    def precision(self) -> Values:
        """Share of the predicted items that are relevant; nan where none is predicted or relevant."""
        return self._where_relevant(_quotient(self.hits, self.n_predicted))

    def recall(self) -> Values:
        """Share of the relevant items that are predicted; nan where none is relevant."""
        return _quotient(self.hits, self.n_relevant)

    def f1(self) -> Values:
        """2 × hits / (predicted + relevant), 0 where nothing is predicted; nan where nothing is relevant."""
        return self._where_relevant(_quotient(2 * self.hits, self.n_predicted + self.n_relevant))

    def accuracy(self) -> Values:
        """Share of the judged items that are predicted and relevant, or neither; nan where nothing is relevant."""
        wrong = self.n_predicted + self.n_relevant - 2 * self.hits
        return self._where_relevant(1 - _quotient(wrong, self.n_judged))

    def _where_relevant(self, values: Values) -> Values:
        return np.where(self.n_relevant > 0, values, np.nan)


def at_threshold(scores: Scores, relevant: Mask, threshold: float, judged: Mask | None = None) -> Outcomes:
    """Predict an item to be relevant where its score is the threshold or above.

    Args:
        scores: shape (n_people, n_items), higher is better.
        relevant: shape (n_people, n_items).
        threshold: one for everyone.
        judged: which items count for whom, shape (n_people, n_items); all of them where not given.

    >>> at_threshold(np.array([[0.9, 0.5, 0.2]]), np.array([[True, False, True]]), 0.5).precision()
    array([0.5])
    """
    judged = np.ones(scores.shape, dtype=bool) if judged is None else judged
    predicted, wanted = judged & (scores >= threshold), judged & relevant
    return Outcomes(*(np.count_nonzero(of, axis=1) for of in (predicted & wanted, predicted, wanted, judged)))


def lists_at_threshold(scores: Scores, hits: Mask, threshold: float, n_relevant: Counts, n_judged: Counts) -> Outcomes:
    """As `at_threshold` where lists alone are kept: no more than the k best items of a person can be predicted.

    Args:
        scores: of the items listed, shape (n_people, k); -inf where a list is short.
        hits: where the item listed is relevant, shape (n_people, k).
        threshold: one for everyone.
        n_relevant: all relevant items, listed or not, shape (n_people,).
        n_judged: the items that could be listed and the relevant ones that could not, shape (n_people,).

    >>> lists_at_threshold(np.array([[0.9, 0.4]]), np.array([[True, True]]), 0.5, np.array([2]), np.array([9])).recall()
    array([0.5])
    """
    predicted = (scores >= threshold) & (scores > -np.inf)
    n_hits, n_predicted = np.count_nonzero(predicted & hits, axis=1), np.count_nonzero(predicted, axis=1)
    return Outcomes(n_hits, n_predicted, n_relevant, n_judged)


def _quotient(above: NDArray[Any], below: NDArray[Any]) -> Values:
    quotient = np.full(len(above), np.nan)
    np.divide(above, below, out=quotient, where=below > 0)
    return quotient
