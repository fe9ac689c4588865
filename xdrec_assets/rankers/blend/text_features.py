"""How near a candidate's text is to the texts of what a person took: to the nearest, to the last, to all lately."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.rankers.recency import recency_weights

Floats = NDArray[np.float32]

HALF_LIFE_DAYS = 60.0
SAME_DAY = np.float32(0.5)
NAMES = ("text_nearest_here", "text_lately_here", "text_last_here", "text_nearest_elsewhere", "text_lately_elsewhere")


def text_features(
    history: History, text: Floats, items: slice, people: NDArray[Any], start: NDArray[Any], item: NDArray[Any]
) -> Floats:
    """Features by `NAMES`, (n_pairs, 5): cosines with what was taken on the platform of `items` and elsewhere.

    text: (n_items, d) of unit length. people: (n,). start: (n + 1,) where each person's candidates begin among `item`
    (n_pairs,). `nearest` is the largest cosine, `last` the largest with the items of the person's last day, and
    `lately` the sum of squared positive cosines, faded by days before the person's last event. 0 where there is none.
    """
    found = np.zeros((len(item), len(NAMES)), dtype=np.float32)
    bounds = np.searchsorted(history.person, np.stack([people, people + 1]).astype(history.person.dtype))
    for row, (first, last) in enumerate(bounds.T):
        if first == last or start[row] == start[row + 1]:
            continue
        rows, own, age = slice(start[row], start[row + 1]), history.item[first:last], history.age_days[first:last]
        cosine = text[item[rows]] @ text[own].T  # (candidates, events)
        here = (own >= items.start) & (own < items.stop)
        weight = recency_weights(age - age.min(), HALF_LIFE_DAYS)
        if here.any():
            found[rows, 0], found[rows, 1] = _nearest_and_lately(cosine[:, here], weight[here])
            found[rows, 2] = cosine[:, here][:, age[here] <= age[here].min() + SAME_DAY].max(axis=1)
        if not here.all():
            found[rows, 3], found[rows, 4] = _nearest_and_lately(cosine[:, ~here], weight[~here])
    return found


def _nearest_and_lately(cosine: Floats, weight: Floats) -> tuple[Floats, Floats]:
    return cosine.max(axis=1), np.square(np.maximum(cosine, 0)) @ weight
