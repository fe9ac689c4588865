"""Vectors of people: what they chose, the recent more than the old."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.joined.history import History


@dataclass(frozen=True)
class People:
    """Person vectors, and what they were made of."""

    vectors: np.ndarray
    """(n_people, d) float32, unit length; zeros where nothing is known."""
    n_events: np.ndarray
    """(n_people,) int32, the items a person chose."""
    shares: np.ndarray
    """(n_people, n_platforms) float32, the share of the weight that came from each platform; rows sum to 1 or 0."""


def pool_people(history: History, items: np.ndarray, half_life_days: float) -> People:
    """Weigh the vectors of the items a person chose by strength and recency, and add them up.

    items: (n_items, d), a row of zeros where nothing is known. half_life_days: the age at which a choice weighs half.
    """
    weights = recency_weights(history, half_life_days)
    shape = (history.n_people, len(history.platforms))
    platform = history.item_platform[history.item]
    by_platform = sparse.csr_matrix((weights, (history.person, platform)), shape=shape).toarray()
    total = by_platform.sum(axis=1, keepdims=True)
    return People(
        vectors=unit_rows(history.matrix(weights) @ items),
        n_events=np.bincount(history.person, minlength=history.n_people).astype(np.int32),
        shares=np.divide(by_platform, total, out=np.zeros_like(by_platform), where=total > 0),
    )


def recency_weights(history: History, half_life_days: float) -> np.ndarray:
    """Strength * 2^(-age / half_life), age counted from the person's last choice: (n_interactions,) float32.

    Counted from there since a person's vector has unit length anyway, and old histories would vanish in rounding.
    """
    youngest = np.full(history.n_people, np.inf, dtype=np.float32)
    np.minimum.at(youngest, history.person, history.age_days)
    age = history.age_days - youngest[history.person]
    return np.asarray(history.strength * np.exp2(-age / half_life_days), dtype=np.float32)
