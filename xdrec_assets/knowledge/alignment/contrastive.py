"""Map platforms, so that a person's profile on one finds the same person's profile on another among those of others.

InfoNCE (van den Oord, Li and Vinyals, 2018, equation 4), both ways as in CLIP (Radford et al., 2021, figure 3), between
the profiles of people whom two platforms share, through one linear map per platform.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from resources.encoding.devices import chosen_device
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.alignment.linear_maps import LinearMaps
from xdrec_assets.knowledge.alignment.profiles import (
    Maps,
    Profiles,
    apply_maps,
    by_size,
    drawn_people,
    profiles_of,
    shared_people,
)
from xdrec_assets.knowledge.alignment.settings import AlignmentSettings

HELD_OUT, LOOK_EVERY, PATIENCE = 0.1, 20, 3


def align_by_contrast(history: History, vectors: np.ndarray, settings: AlignmentSettings) -> np.ndarray:
    """Vectors (n_items, d) mapped platform by platform, so that shared people find themselves: unit or zeros.

    A tenth of the people is not learned from; the maps that do best on them are taken.
    """
    rng = np.random.default_rng(settings.seed)
    people = rng.permutation(drawn_people(shared_people(history, vectors), settings.most_people, rng))
    profiles, platforms = profiles_of(history, vectors, people), by_size(history, vectors)
    return apply_maps(history, vectors, contrastive_maps(profiles, platforms, settings))


def contrastive_maps(profiles: Profiles, platforms: Sequence[str], settings: AlignmentSettings) -> Maps:
    """The map of every platform but the first; none where people are fewer than the settings ask for."""
    n_held_out = max(2, round(HELD_OUT * len(profiles.person)))
    held_out, learned = (profiles.take(rows) for rows in np.split(np.arange(len(profiles.person)), [n_held_out]))
    device, rng = chosen_device("auto"), np.random.default_rng(settings.seed)
    pairs = [pair for pair in combinations(platforms, 2) if len(learned.shared(*pair)) >= settings.fewest_pairs]
    if not pairs:
        return {}
    maps = LinearMaps(platforms[1:], learned.by_platform[platforms[0]].shape[1]).to(device)
    optimiser = torch.optim.Adam(maps.parameters(), lr=settings.learning_rate)
    best, kept, n_worse = float("inf"), maps.matrices(), 0
    for step in range(settings.steps + 1):
        if step % LOOK_EVERY == 0:
            with torch.no_grad():
                loss = float(_losses(maps, held_out, pairs, settings, device))
            best, kept, n_worse = (loss, maps.matrices(), 0) if loss < best else (best, kept, n_worse + 1)
            if n_worse >= PATIENCE:
                break
        drawn = rng.integers(len(learned.person), size=settings.batch_size * 2)
        contrast = _losses(maps, learned.take(np.unique(drawn)), pairs, settings, device)
        optimiser.zero_grad()
        (contrast + settings.anchor * maps.away()).backward()
        optimiser.step()
    return kept


def _losses(
    maps: LinearMaps, profiles: Profiles, pairs: Sequence[tuple[str, str]], settings: AlignmentSettings, device: str
) -> Any:
    """The mean contrast over pairs of platforms, each weighing as many people as it shares."""
    total, n_people = torch.zeros((), device=device), 0
    for pair in pairs:
        rows = profiles.shared(*pair)
        if len(rows) > 1:
            one, other = (maps(name, torch.from_numpy(profiles.by_platform[name][rows]).to(device)) for name in pair)
            logits, own = one @ other.T / settings.temperature, torch.arange(len(rows), device=device)
            total = total + len(rows) * (cross_entropy(logits, own) + cross_entropy(logits.T, own)) / 2
            n_people += len(rows)
    return total / max(1, n_people)
