"""Pairs that fusion learns from: which there are, and which items they are contrasted with."""

import numpy as np

from tests.knowledge.histories import history_of
from xdrec_assets.knowledge.fusion.pairs import co_choices, not_contrasted
from xdrec_assets.knowledge.fusion.settings import FusionSettings

ITEMS = [("shop", "pan"), ("shop", "pot"), ("shop", "wok"), ("video", "bake"), ("video", "cook")]
TAKEN = [("ann", "pan", 50), ("ann", "pot", 45), ("ann", "bake", 40), ("bob", "wok", 9), ("bob", "cook", 1)]
SETTINGS = FusionSettings(within_days=8, window=2, validation_share=0.2)
EVERY = np.ones(5, dtype=bool)


def test_pairs_are_near_in_time_and_the_latest_are_kept_apart() -> None:
    early, late = co_choices(history_of(ITEMS, TAKEN), EVERY, SETTINGS)
    assert list(zip(early.left, early.right, strict=True)) == [(0, 1), (1, 3)]
    assert list(zip(late.left, late.right, strict=True)) == [(2, 4)]


def test_items_of_which_nothing_is_known_make_no_pairs() -> None:
    known = EVERY.copy()
    known[1] = False
    early, late = co_choices(history_of(ITEMS, TAKEN), known, SETTINGS.model_copy(update={"within_days": 30.0}))
    assert 1 not in {*early.left, *early.right, *late.left, *late.right}
    assert len(early) + len(late) == 2


def test_nobody_makes_no_pairs() -> None:
    early, late = co_choices(history_of(ITEMS, TAKEN), np.zeros(5, dtype=bool), SETTINGS)
    assert len(early) == len(late) == 0


def test_items_of_other_platforms_and_own_ones_are_no_negatives() -> None:
    history = history_of(ITEMS, TAKEN)
    every = SETTINGS.model_copy(update={"within_days": 99.0, "validation_share": 0.01})
    early, late = co_choices(history, EVERY, every)
    pairs = early if len(early) > len(late) else late
    masked = not_contrasted(pairs, history.item_platform)
    for i in range(len(pairs)):
        owned = set(history.item[history.person == pairs.owner[i]])
        for j in range(len(pairs)):
            same_platform = history.item_platform[pairs.right[i]] == history.item_platform[pairs.right[j]]
            assert masked[i, j] == (i != j and (not same_platform or pairs.right[j] in owned))
