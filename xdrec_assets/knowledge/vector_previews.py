"""A few items and people of the vector tables as people read them: by titles."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from xdrec_assets.embeddings.vectors import is_known
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.people import People

N_ROWS = 7
TITLES_SHOWN = 3


def items_preview(history: History, items: pa.Table, fused: np.ndarray) -> pa.Table:
    """Items spread evenly over all that are known, each with the nearest other one.

    items: (n_items,) title and item_id, as the history. fused: (n_items, d).
    """
    names, known = titles(items), np.flatnonzero(is_known(fused))
    shown = spread(known)
    scores = fused[shown] @ fused[known].T  # (n_shown, n_known)
    scores[known == shown[:, None]] = -np.inf
    is_alone = len(known) < 2
    best = known[scores.argmax(axis=1)] if len(known) else known
    platform = np.array(history.platforms, dtype=object)
    return pa.table(
        {
            "platform": pa.array(platform[history.item_platform[shown]], pa.string()),
            "item": pa.array(names[shown], pa.string()),
            "nearest": pa.array([None] * len(shown) if is_alone else names[best], pa.string()),
            "nearest on": pa.array(
                [None] * len(shown) if is_alone else platform[history.item_platform[best]], pa.string()
            ),
            "cosine": pa.array([None] * len(shown) if is_alone else scores.max(axis=1, initial=-1), pa.float32()),
        }
    )


def people_preview(history: History, items: pa.Table, fused: np.ndarray, people: People) -> pa.Table:
    """People spread evenly over all who chose anything: what they took last, from where, and the nearest of the rest.

    items: (n_items,) title and item_id, as the history. fused: (n_items, d). people: of all platforms.
    """
    names, rows = titles(items), []
    for person in spread(np.flatnonzero(people.n_events)):
        own = np.flatnonzero(history.person == person)
        latest = history.item[own[np.argsort(history.age_days[own], kind="stable")]]
        scores = fused @ people.vectors[person]
        scores[latest] = -np.inf
        nearest = names[scores.argmax()] if people.vectors[person].any() and np.isfinite(scores).any() else None
        shares = sorted(zip(people.shares[person], history.platforms, strict=True), reverse=True)
        rows.append(
            {
                "person": history.person_id[person],
                "took last": "; ".join(names[latest[:TITLES_SHOWN]]),
                "items": int(people.n_events[person]),
                "from": ", ".join(f"{name} {share:.0%}" for share, name in shares if share > 0),
                "nearest of the rest": nearest,
            }
        )
    columns = ("person", "took last", "items", "from", "nearest of the rest")
    types = [(name, pa.int32() if name == "items" else pa.string()) for name in columns]
    return pa.Table.from_pylist(rows, pa.schema(types))


def titles(items: pa.Table) -> np.ndarray:
    """The title of each item, or its id where it has none: (n_items,) of str."""
    pairs = zip(items["title"].to_pylist(), items["item_id"].to_pylist(), strict=True)
    return np.array([title or item_id for title, item_id in pairs], dtype=object)


def spread(indices: np.ndarray) -> np.ndarray:
    """At most 7 of the indices, evenly apart.

    >>> spread(np.arange(20)).tolist()
    [0, 2, 4, 6, 8, 10, 12]
    """
    return indices[:: max(1, len(indices) // N_ROWS)][:N_ROWS]
