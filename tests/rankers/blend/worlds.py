"""Small histories with times."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tests.rankers.planted import history_of
from xdrec_assets.joined.history import History


def timed(events: Sequence[tuple[int, int, float]], n_items: Sequence[int], n_people: int) -> History:
    """A history of (person, item, age in days)."""
    ordered = sorted(events)
    history = history_of([(person, item) for person, item, _ in ordered], n_items, n_people)
    return replace(history, age_days=np.array([age for *_, age in ordered], dtype=np.float32))
