"""How popular items are, as the logarithm of their share of a platform's events: the bias of a softmax over items.

A softmax over sampled items that is corrected for how often each is drawn learns how popular items were on the whole
(Yi et al., below). Said apart from taste, as a bias that the network need not learn, it can be exchanged for how
popular they are at the time of asking. So do Zhang et al.: Causal Intervention for Leveraging Popularity Bias in
Recommendation, SIGIR 2021, section 3.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xdrec_assets.joined.history import History
from xdrec_assets.rankers.neural.network import Network
from xdrec_assets.rankers.recency import recency_weights

Sums = NDArray[np.float64]  # (n_items,) what an item's events weigh together


class ItemPopularity(torch.nn.Module):
    """What a network is told of how popular items are, each (n_items,) float32."""

    share: Tensor  # of the platform's events
    on_the_whole: Tensor  # log of that share, smoothed
    of_late: Tensor  # the same of events that fade

    def __init__(self, history: History, half_life_days: float | None, smoothing: float) -> None:
        """As it is before the history's date.

        Args:
            history: whose events count.
            half_life_days: days until an event counts half of late; none: all count alike.
            smoothing: share of the mean item's popularity that every item is given.
        """
        super().__init__()
        self.half_life_days, self.smoothing = half_life_days, smoothing
        self.item_platform = history.item_platform
        self._sums = self._summed(history.item, history.age_days)
        for name, values in self._told(*self._sums).items():
            self.register_buffer(name, values, persistent=False)

    @property
    def now(self) -> Tensor:
        """The logarithm that counts: on the whole while the network learns, of late when it is asked."""
        return self.on_the_whole if self.training else self.of_late

    def leave_out(self, items: NDArray[np.integer], age_days: NDArray[np.float32]) -> None:
        """Tell it as if some of the events, (n,) each, had not happened; none: as it is."""
        left = [all_of - gone for all_of, gone in zip(self._sums, self._summed(items, age_days), strict=True)]
        for name, values in self._told(*(np.maximum(sums, 0) for sums in left)).items():
            self.get_buffer(name).copy_(values)

    def _summed(self, items: NDArray[np.integer], age_days: NDArray[np.float32]) -> tuple[Sums, Sums]:
        """All events, and those that fade."""
        fading, n = recency_weights(age_days, self.half_life_days), len(self.item_platform)
        counts, of_late = np.bincount(items, minlength=n), np.bincount(items, fading, n)
        return counts.astype(np.float64), of_late.astype(np.float64)

    def _told(self, counts: Sums, fading: Sums) -> dict[str, Tensor]:
        share = share_of_platform(counts, self.item_platform)
        on_the_whole, of_late = (log_share(sums, self.item_platform, self.smoothing) for sums in (counts, fading))
        told = {"share": share, "on_the_whole": on_the_whole, "of_late": of_late}
        return {name: torch.as_tensor(values.astype(np.float32)) for name, values in told.items()}


@contextmanager
def leaving_out(network: torch.nn.Module, items: NDArray[np.integer], age_days: NDArray[np.float32]) -> Iterator[None]:
    """Within it no part of a network is told of some events, (n,) each: those that it is to find."""
    _leave_out(network, items, age_days)
    try:
        yield
    finally:
        _leave_out(network, items[:0], age_days[:0])


def _leave_out(network: torch.nn.Module, items: NDArray[np.integer], age_days: NDArray[np.float32]) -> None:
    parts = [*network.modules()]
    for part in parts:
        if isinstance(part, ItemPopularity):
            part.leave_out(items, age_days)
    for part in parts:
        if isinstance(part, Network):
            part.popularity_changed()


def share_of_platform(sums: Sums, item_platform: NDArray[np.integer]) -> Sums:
    """Each item's share of its platform's weight, shape (n_items,); zeros where a platform has none."""
    of_platform = np.bincount(item_platform, sums)
    share: Sums = sums / np.maximum(of_platform, np.finfo(np.float32).tiny)[item_platform]
    return share


def log_share(sums: Sums, item_platform: NDArray[np.integer], smoothing: float) -> Sums:
    """The log of each item's share, with `smoothing` of the mean item's share given to all, shape (n_items,), <= 0."""
    n_items = np.bincount(item_platform)[item_platform]
    found: Sums = np.log((share_of_platform(sums, item_platform) + smoothing / n_items) / (1 + smoothing))
    return found
