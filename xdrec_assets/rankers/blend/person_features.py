"""What is known of a person at a moment, here and elsewhere: how much, how lately, and whether they go with bursts.

Some people take what many take at the same time, others what nobody else does. An event's company is how many others
took the same item within two weeks before or after it, before the moment; a person's is the mean over their events.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.rankers.blend.item_features import NEVER_DAYS

Floats = NDArray[np.float32]
COMPANY_DAYS = 15.0


def person_features(history: History, items: slice) -> dict[str, Floats]:
    """Columns (n_people,) by name; `_here` is the platform of `items`, `_elsewhere` all others."""
    here = (history.item >= items.start) & (history.item < items.stop)
    company = np.log1p(company_of(history))
    columns: dict[str, Floats] = {}
    for where, among in (("here", here), ("elsewhere", ~here)):
        person, age, n = history.person[among], history.age_days[among], history.n_people
        count = np.bincount(person, minlength=n).astype(np.float32)
        last = np.full(n, NEVER_DAYS)
        np.minimum.at(last, person, age)
        columns[f"person_events_{where}"] = count
        columns[f"person_events_90_{where}"] = np.bincount(person[age <= 90], minlength=n).astype(np.float32)
        columns[f"person_days_since_{where}"] = np.log1p(last)
        total = np.bincount(person, company[among], n)
        columns[f"person_company_{where}"] = (total / np.maximum(count, 1)).astype(np.float32)
    return columns | {"person_is_cold": (columns["person_events_here"] == 0).astype(np.float32)}


def company_of(history: History) -> NDArray[np.int64]:
    """How many other events of the same item lie within two weeks of each event, (n_interactions,)."""
    order = np.lexsort((history.age_days, history.item))
    age = history.age_days[order].astype(np.float64)
    apart = 2 * COMPANY_DAYS + age.max(initial=0.0)  # so that no two items' ages come near
    key = history.item[order] * apart + age
    first = np.searchsorted(key, key - COMPANY_DAYS, side="left")
    last = np.searchsorted(key, key + COMPANY_DAYS, side="right")
    company = np.empty(len(order), dtype=np.int64)
    company[order] = last - first - 1
    return company
