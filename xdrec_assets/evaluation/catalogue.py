"""Which items of a platform may be recommended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from xdrec_assets.joined.history import History


def candidate_items(history: History, platform: str, catalogue: Literal["known", "seen"]) -> NDArray[np.int32]:
    """Item indices that may be recommended on a platform, ascending.

    "known": every item known before as_of, so that new items have a chance; "seen": items with an interaction before
    as_of, as most publications do.
    """
    items = history.items_of(platform)
    index = np.arange(items.start, items.stop, dtype=np.int32)
    return index if catalogue == "known" else index[is_seen(history)[items]]


def is_seen(history: History) -> NDArray[np.bool_]:
    """Which items anyone interacted with before as_of, shape (n_items,)."""
    seen = np.zeros(history.n_items, dtype=bool)
    seen[history.item] = True
    return seen
