"""Parts of a history and of a batch that strategies learn from."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from xdrec_assets.joined.history import History
from xdrec_assets.rankers.neural.sequences import Batch


def up_to_last(history: History, target: str) -> History:
    """What people did, anywhere, up to their last event on one platform; nothing of those who did nothing there.

    So everyone's last event is the target's, and whoever is validated by that is validated on the target.
    """
    items = history.items_of(target)
    order = np.lexsort((-history.age_days, history.person))  # as sequences are read
    person = history.person[order]
    is_target = (history.item[order] >= items.start) & (history.item[order] < items.stop)
    last = np.full(history.n_people, -1)
    last[person[is_target]] = np.flatnonzero(is_target)  # of several, the last is kept
    keep = np.empty(len(order), dtype=bool)
    keep[order] = np.arange(len(order)) <= last[person]
    return history.where(keep)


def with_events(batch: Batch, keep: Tensor) -> Batch:
    """The same people with some of their events. keep: (n_events,) bool."""
    row = batch.row[keep]
    counts = torch.zeros_like(batch.people).index_add_(0, row, torch.ones_like(row))
    return Batch(batch.people, _offsets(counts), batch.items[keep], batch.age_days[keep], batch.strength[keep])


def with_people(batch: Batch, keep: Tensor) -> Batch:
    """Some of the people with all of their events. keep: (n,) bool."""
    events = keep[batch.row]
    offsets = _offsets(batch.lengths[keep])
    return Batch(batch.people[keep], offsets, batch.items[events], batch.age_days[events], batch.strength[events])


def places(batch: Batch) -> Tensor:
    """How many events of the same person came before each, shape (n_events,)."""
    return torch.arange(len(batch.items), device=batch.items.device) - batch.offsets[batch.row]


def _offsets(counts: Tensor) -> Tensor:
    return torch.cat([counts.new_zeros(1), counts.cumsum(0)])
