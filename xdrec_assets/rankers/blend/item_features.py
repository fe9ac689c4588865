"""What is known of an item at a moment, the same for everyone: how popular, how lately, how old."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.rankers.recency import recency_weights

Floats = NDArray[np.float32]

HALF_LIVES = (3.0, 7.0, 14.0, 30.0, 60.0, 180.0, None)
NEVER_DAYS = np.float32(10_000)
PER_MILLE, LEAST = 1_000, 1e-3


def item_features(history: History) -> dict[str, Floats]:
    """Columns (n_items,) by name.

    `popular_*`: ln of the per mille of its platform's strength, faded by half-lives in days. `trend_*`: differences of
    those. `events_*`: how many in the last days. `days_since_*`: ln(1 + days) since its first and last event.
    """
    n, age = history.n_items, history.age_days
    columns = {f"popular_{days or 'ever'}": _popular(history, days) for days in HALF_LIVES}
    columns["trend_short"] = columns["popular_7.0"] - columns["popular_60.0"]
    columns["trend_long"] = columns["popular_30.0"] - columns["popular_180.0"]
    for days in (7, 30, 90, 365):
        columns[f"events_{days}"] = np.bincount(history.item[age <= days], minlength=n).astype(np.float32)
    first, last = np.zeros(n, dtype=np.float32), np.full(n, NEVER_DAYS)
    np.maximum.at(first, history.item, age)
    np.minimum.at(last, history.item, age)
    return columns | {"days_since_first": np.log1p(first), "days_since_last": np.log1p(last)}


def _popular(history: History, half_life_days: float | None) -> Floats:
    """ln(‰ of its platform's faded strength + a thousandth), (n_items,)."""
    weights = history.strength * recency_weights(history.age_days, half_life_days)
    popularity = np.bincount(history.item, weights, history.n_items).astype(np.float64)
    of_platform = np.bincount(history.item_platform, popularity, len(history.platforms))[history.item_platform]
    share = np.divide(popularity, of_platform, out=np.zeros_like(popularity), where=of_platform > 0)
    return np.log(PER_MILLE * share + LEAST).astype(np.float32)
