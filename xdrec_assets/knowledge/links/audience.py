"""Whether the people who took one item took another more often than chance would have it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xdrec_assets.joined.history import History


@dataclass(frozen=True)
class Audience:
    """Who took both items of each pair, among the people who took anything on both platforms; arrays (n_pairs,)."""

    shared: np.ndarray  # took both
    smaller: np.ndarray  # took the item of the pair that fewer took
    p_value: np.ndarray  # how likely as many shared ones are by chance


def audience(history: History, pairs: np.ndarray) -> Audience:
    """The shared audience of pairs of items of different platforms, (n_pairs, 2) item indices.

    The p-value is that of Fisher's exact test, one-sided: had those who took the one item been drawn at random among
    all who were on both platforms, as many or more would have taken the other.
    """
    from scipy.stats import hypergeom

    taken = history.matrix()
    taken.data[:] = 1
    shared, first, second, people = (np.zeros(len(pairs), dtype=np.int64) for _ in range(4))
    platforms = history.item_platform[pairs]  # (n_pairs, 2)
    for one, other in np.unique(platforms, axis=0):
        is_here = (platforms == (one, other)).all(axis=1)
        on_both = taken[_took(history, one) & _took(history, other)].tocsc()
        a, b = (on_both[:, pairs[is_here, side]] for side in (0, 1))
        shared[is_here] = np.asarray(a.multiply(b).sum(axis=0)).ravel()
        first[is_here], second[is_here] = (np.asarray(side.sum(axis=0)).ravel() for side in (a, b))
        people[is_here] = on_both.shape[0]
    p_value = hypergeom.sf(shared - 1, people, first, second)
    return Audience(shared, np.minimum(first, second), np.where(shared > 0, p_value, 1.0))


def _took(history: History, platform: int) -> np.ndarray:
    """Who took anything on a platform, (n_people,) bool."""
    took = np.zeros(history.n_people, dtype=bool)
    took[history.person[history.item_platform[history.item] == platform]] = True
    return took
