"""How popular items are, as the logarithm of their share of a platform's events: the bias of a softmax over items.

A softmax over sampled items that is corrected for how often each is drawn learns how popular items were on the whole
(Yi et al., below). Said apart from taste, as a bias that the network need not learn, it can be exchanged for how
popular they are at the time of asking. So do Zhang et al.: Causal Intervention for Leveraging Popularity Bias in
Recommendation, SIGIR 2021, section 3.3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.rankers.recency import recency_weights


def share_of_platform(history: History, weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """Each item's share of its platform's weight, shape (n_items,); zeros where a platform has none.

    weights: (n_interactions,).
    """
    of_item = np.bincount(history.item, weights, history.n_items)
    of_platform = np.bincount(history.item_platform, of_item, len(history.platforms))
    return of_item / np.maximum(of_platform, np.finfo(np.float32).tiny)[history.item_platform]


def log_popularity(history: History, half_life_days: float | None, smoothing: float) -> NDArray[np.float32]:
    """The log of each item's share, with `smoothing` of the mean item's share given to all, shape (n_items,), <= 0.

    half_life_days: days until an event counts half; none: all count alike.
    """
    share = share_of_platform(history, recency_weights(history.age_days, half_life_days))
    n_items = np.bincount(history.item_platform, minlength=len(history.platforms))[history.item_platform]
    smooth = (share + smoothing / n_items) / (1 + smoothing)
    return np.log(smooth).astype(np.float32)
