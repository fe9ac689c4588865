"""The pairs of items that fusion learns from: what one person chose near in time."""

from __future__ import annotations

import numpy as np

from resources.encoding.contrastive import TextPairs, false_negatives
from xdrec_assets.embeddings.co_chosen import NO_TEXT, CoChosen, co_chosen
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.fusion.settings import FusionSettings


def co_choices(history: History, is_known: np.ndarray, settings: FusionSettings) -> tuple[TextPairs, TextPairs]:
    """Pairs to learn from, and the latest, which stop the training; of items alone of which something is known.

    is_known: (n_items,) bool. A pair that ends at the very day that parts the two counts as late.
    """
    number = np.where(is_known, np.arange(history.n_items), NO_TEXT)
    pairs = co_chosen(history, number, settings.within_days, settings.window)
    if not len(pairs):
        return _item_pairs(history, pairs), _item_pairs(history, pairs)
    cut = np.quantile(pairs.age_days, settings.validation_share, method="lower")
    is_late = pairs.age_days <= cut
    early, late = pairs.take(np.flatnonzero(~is_late)), pairs.take(np.flatnonzero(is_late))
    return _item_pairs(history, early), _item_pairs(history, late)


def not_contrasted(pairs: TextPairs, platform: np.ndarray) -> np.ndarray:
    """(n, n) bool: whether the right item of pair j may not be contrasted with the left item of pair i.

    It is the very item, or i's person chose it too, or it is of another platform than i's right item: which platform
    comes next is not to be learned. platform: (n_items,) into the history's.
    """
    right = platform[pairs.right]
    return np.asarray(false_negatives(pairs) | (right[:, None] != right))


def _item_pairs(history: History, pairs: CoChosen) -> TextPairs:
    return TextPairs(pairs.earlier, pairs.later, pairs.person, pairs.is_across, history.matrix())
