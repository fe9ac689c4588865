"""Candidates at moments of the past, and whether they were taken next: what a blend learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.rankers.blend.moment import Moment, Pairs
from xdrec_assets.rankers.blend.settings import BlendSettings
from xdrec_assets.rankers.blend.windows import Window, is_regular, windows_by_time, windows_of_last_events

Floats = NDArray[np.float32]

MOST_OF_HISTORY = 0.5  # of its days, how many all windows reach back together, so that members have something to learn


@dataclass(frozen=True)
class Examples:
    """Of one platform, from any number of moments."""

    features: Floats  # (n, n_features)
    taken: NDArray[np.bool_]  # (n,)
    weights: Floats  # (n,) how many candidates each stands for


def chosen_windows(history: History, settings: BlendSettings) -> list[Window]:
    """The windows that the settings ask for, the latest first; shorter and closer where the history is short."""
    by_place = is_regular(history) if settings.split == "auto" else settings.split == "last_event"
    if by_place:
        return windows_of_last_events(history, settings.windows)
    reach = settings.window_days + settings.step_days * (settings.windows - 1)
    share = min(1.0, MOST_OF_HISTORY * float(history.age_days.max(initial=0)) / reach)
    ends = [share * settings.step_days * n for n in range(settings.windows)]
    return windows_by_time(history, ends, share * settings.window_days)


def examples_of(
    moment: Moment, window: Window, platform: int, settings: BlendSettings, rng: np.random.Generator
) -> Examples:
    """Candidates of people who took something of the platform in the window: all those taken, some of the others."""
    items = moment.history.items_of(moment.history.platforms[platform])
    on_it = (window.item >= items.start) & (window.item < items.stop)
    person, item = window.person[on_it].astype(np.int64), window.item[on_it]
    asked = np.unique(person)
    if len(asked) > settings.people:
        asked = np.sort(rng.choice(asked, settings.people, replace=False))
    taken_pairs = person * moment.history.n_items + item
    width = len(moment.names(platform))
    parts = [
        _kept(pairs, asked[rows], taken_pairs, moment, settings.negatives, rng)
        for rows, pairs in moment.pairs(asked, platform)
    ]
    return together([Examples(np.empty((0, width), np.float32), np.empty(0, bool), np.empty(0, np.float32)), *parts])


def _kept(
    pairs: Pairs,
    people: NDArray[np.int64],
    taken_pairs: NDArray[np.int64],
    moment: Moment,
    negatives: int,
    rng: np.random.Generator,
) -> Examples:
    taken = np.isin(people[pairs.row] * moment.history.n_items + pairs.item, taken_pairs)
    n_others = np.bincount(pairs.row[~taken], minlength=len(people))
    odds = np.minimum(1, negatives / np.maximum(n_others, 1))[pairs.row]
    keep = taken | (rng.random(len(taken)) < odds)
    weights = np.where(taken, 1, 1 / odds)[keep].astype(np.float32)
    return Examples(pairs.features[keep], taken[keep], weights)


def together(parts: Sequence[Examples]) -> Examples:
    """Those of several moments as one."""
    return Examples(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.taken for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )
