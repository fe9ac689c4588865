"""Rank by a logistic preference per person over fused item vectors, σ(Wᵤ·f(i) + b), shrunk to what all share.

One shared model plus one per person as in Zhang et al.: GLMix: Generalized Linear Mixed Models For Large-Scale Response
Prediction, KDD 2016; a person's weights start from the shared ones and leave them as far as the evidence carries
(partial pooling). Both problems are convex and fitted by Nesterov's accelerated gradient, 1983.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.factors import FactorRanker
from xdrec_assets.rankers.recency import days_since_last, recency_weights
from xdrec_assets.rankers.settings import LogisticSettings

PEOPLE_PER_BATCH = 1024
PEOPLE_OF_LOSSES = (
    64  # the first ones, for whom the loss is told step by step: of all it would cost half the time again
)
FEATURE_LENGTH = 2  # squared length of a unit vector with a one for the intercept

Floats = NDArray[np.float32]


class Logistic(FactorRanker[LogisticSettings]):
    """Minimises over Wᵤ: Σᵢ sᵤᵢ ln(1 + e^-z) over items taken + ρ Sᵤ mean ln(1 + e^z) over negatives + λ/2 ‖Wᵤ - W‖².

    z = Wᵤ·f(i) + b; sᵤᵢ is strength × recency, and a person's negatives weigh ρ times as much as Sᵤ = Σᵢ sᵤᵢ. The
    intercept is a weight like the others, on a feature that is one everywhere. Its losses are the mean of that sum over
    the first `PEOPLE_OF_LOSSES` people, step by step.
    """

    name = "logistic"
    takes_stand_ins = False
    is_probability = True

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        features = np.hstack([knowledge.fused, np.ones((history.n_items, 1), dtype=np.float32)])
        weights = np.zeros((history.n_people, features.shape[1]), dtype=np.float32)
        if len(history.item):
            evidence = history.strength * recency_weights(days_since_last(history), self.settings.half_life_days)
            negatives = features[self._draw(history)]
            shared = self._shared_weights(history, features, evidence, negatives)
            losses: list[float] = []
            for number, people in enumerate(_batches(np.unique(history.person))):
                told = None if number else losses
                weights[people] = self._person_weights(history, people, features, evidence, negatives, shared, told)
            self.losses = tuple(losses)
        self._people, self._items = weights, features
        return self

    def score(self, people: NDArray[Any], items: slice) -> Floats:
        """The probability that a person takes an item, in (0, 1); zeros where nothing is known of the person."""
        logits = super().score(people, items)
        return np.asarray(_sigmoid(logits) * logits.any(axis=1, keepdims=True), dtype=np.float32)

    def _draw(self, history: History) -> NDArray[np.int64]:
        """Negatives, drawn evenly from the items of the platforms that have interactions."""
        platforms = np.unique(history.item_platform[history.item])
        covered = np.flatnonzero(np.isin(history.item_platform, platforms))
        rng = np.random.default_rng(self.settings.seed)
        return rng.choice(covered, min(self.settings.negatives, len(covered)), replace=False)

    def _shared_weights(self, history: History, features: Floats, evidence: Floats, negatives: Floats) -> Floats:
        """What everyone prefers, shape (1, d): the same problem with all people as one, each item by its share."""
        items, position = np.unique(history.item, return_inverse=True)
        share = np.asarray(np.bincount(position, weights=evidence) / evidence.sum(), dtype=np.float32)
        start, row = np.zeros((1, features.shape[1]), dtype=np.float32), np.zeros(len(items), dtype=np.int64)
        return self._descend(start, row, features[items], share, negatives, self.settings.prior_penalty)

    def _person_weights(
        self,
        history: History,
        people: NDArray[Any],
        features: Floats,
        evidence: Floats,
        negatives: Floats,
        shared: Floats,
        losses: list[float] | None,
    ) -> Floats:
        """Weights of a batch of people, shape (people, d); `people` is ascending, and all who lie between are in it.

        Where `losses` are given, that of each step is added to them.
        """
        first, last = np.searchsorted(history.person, [people[0], people[-1] + 1])
        row = np.searchsorted(people, history.person[first:last])
        taken, start = features[history.item[first:last]], np.repeat(shared, len(people), axis=0)
        penalty = self.settings.person_penalty
        return self._descend(start, row, taken, evidence[first:last], negatives, penalty, losses)

    def _descend(
        self,
        start: Floats,
        row: NDArray[Any],
        taken: Floats,
        evidence: Floats,
        negatives: Floats,
        penalty: float,
        losses: list[float] | None = None,
    ) -> Floats:
        """The weights, shape as `start`, that minimise each row's loss + penalty / 2 × squared distance to `start`.

        Args:
            row: which row of `start` each positive belongs to, ascending, shape (n_positives,).
            taken: features of the positives, shape (n_positives, d).
            evidence: weights of the positives, shape (n_positives,).
            losses: the mean loss of the first rows after each step is added to them.
        """
        from scipy.sparse import csr_matrix

        of_positives = np.bincount(row, weights=evidence, minlength=len(start)).astype(np.float32)[:, None]
        of_negatives = self.settings.negative_weight * of_positives / len(negatives)
        indptr = np.searchsorted(row, np.arange(len(start) + 1))

        def gradient(weights: Floats) -> Floats:
            pull = -evidence * _sigmoid(-np.einsum("nd,nd->n", weights[row], taken))
            positives = csr_matrix((pull, np.arange(len(row)), indptr), shape=(len(start), len(row))) @ taken
            push = of_negatives * _sigmoid(weights @ negatives.T)
            return np.asarray(positives + push @ negatives + penalty * (weights - start), dtype=np.float32)

        n_told = min(PEOPLE_OF_LOSSES, len(start))
        of_told = slice(0, int(indptr[n_told]))

        def tell(weights: Floats) -> None:
            if losses is None:
                return
            positive = np.einsum("nd,nd->n", weights[row[of_told]], taken[of_told])
            negative = np.logaddexp(0, weights[:n_told] @ negatives.T) * of_negatives[:n_told]
            distance = penalty / 2 * np.square(weights[:n_told] - start[:n_told]).sum(dtype=np.float64)
            positive_loss = evidence[of_told] @ np.logaddexp(0, -positive)
            losses.append(float((positive_loss + negative.sum(dtype=np.float64) + distance) / n_told))

        curvature = FEATURE_LENGTH / 4 * (1 + self.settings.negative_weight) * of_positives + penalty
        return nesterov(gradient, start, curvature, penalty, self.settings.iterations, tell)


def nesterov(
    gradient: Callable[[Floats], Floats],
    start: Floats,
    curvature: Floats,
    convexity: float,
    iterations: int,
    tell: Callable[[Floats], None] | None = None,
) -> Floats:
    """Minimises a convex function per row of `start`, shape (n, d).

    Args:
        curvature: an upper bound on the second derivative of each row's function, shape (n, 1).
        convexity: a lower bound, above 0.
        tell: is given what each step found.
    """
    root = np.sqrt(curvature / convexity)
    momentum = ((root - 1) / (root + 1)).astype(np.float32)
    step = (1 / curvature).astype(np.float32)
    weights = ahead = start
    for _ in range(iterations):
        previous, weights = weights, ahead - step * gradient(ahead)
        ahead = weights + momentum * (weights - previous)
        if tell is not None:
            tell(weights)
    return weights


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)), dtype=np.float32)


def _batches(people: NDArray[Any]) -> list[NDArray[Any]]:
    return [people[start : start + PEOPLE_PER_BATCH] for start in range(0, len(people), PEOPLE_PER_BATCH)]
