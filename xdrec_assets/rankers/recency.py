"""How much an old event still counts."""

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History


def recency_weights(age_days: NDArray[np.float32], half_life_days: float | None) -> NDArray[np.float32]:
    """2 ** (-age / half-life), shape as given, in (0, 1]; ones without a half-life.

    >>> recency_weights(np.array([0, 30, 60], dtype=np.float32), 30).tolist()
    [1.0, 0.5, 0.25]
    """
    if half_life_days is None:
        return np.ones_like(age_days, dtype=np.float32)
    return np.asarray(np.exp2(-age_days / half_life_days), dtype=np.float32)


def days_since_last(history: History) -> NDArray[np.float32]:
    """Days from each event to the same person's last one, shape (n_interactions,), >= 0.

    For what is learned person by person: those who left long ago keep their tastes, and nothing vanishes in rounding.
    """
    last = np.full(history.n_people, np.inf, dtype=np.float32)
    np.minimum.at(last, history.person, history.age_days)
    days: NDArray[np.float32] = history.age_days - last[history.person]
    return days
