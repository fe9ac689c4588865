"""A planted world whose target knows the tastes of the sources and one more, and has little to learn them from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.rankers.planted import TARGET, World, history_of, knowledge_of
from xdrec_assets.rankers.ranker import Ranker

N_TASTES, N_FORMATS, N_NOISE = 4, 4, 40
N_PEOPLE, ON_TARGET = 240, 48  # the first people are known on the target alone, the others on both sources
ITEMS, EVENTS, EVENTS_ON_TARGET = 160, 8, 2
NOISE = 0.8
FRESH = np.arange(ON_TARGET)


def two_tastes(seed: int = 0) -> World:
    """On the target people choose by taste, as elsewhere, and by format, which only the target's texts tell."""
    rng = np.random.default_rng(seed)
    items, people = np.arange(3 * ITEMS), np.arange(N_PEOPLE)
    taste, form = items % N_TASTES, np.where(items < 2 * ITEMS, -1, items // N_TASTES % N_FORMATS)
    cell = np.where(form < 0, taste, N_TASTES * (form + 1) + taste)
    wanted = people % N_TASTES + N_TASTES * (1 + people // N_TASTES % N_FORMATS)  # on the target
    taken = [
        (person, item)
        for person in people
        for platform in ([2] if person < ON_TARGET else [0, 1])
        for item in _drawn(rng, cell, wanted[person] if platform == 2 else person % N_TASTES, platform)
    ]
    history = history_of(taken, [ITEMS] * 3, N_PEOPLE)
    history = replace(history, age_days=rng.uniform(0, 60, len(taken)).astype(np.float32))
    told = np.column_stack([np.eye(N_TASTES)[taste], np.eye(N_FORMATS)[form] * (form >= 0)[:, None]])
    texts = np.column_stack([told, rng.normal(scale=NOISE, size=(len(items), N_NOISE))])
    return World(history, knowledge_of(texts, N_PEOPLE), wanted, cell)


def hits(ranker: Ranker, world: World) -> float:
    """Of the two best items that people on the target have not taken, the share of their cell; 1/16 by chance."""
    items = world.history.items_of(TARGET)
    scores = ranker.score(FRESH, items)
    is_taken = world.history.matrix()[FRESH, items].toarray() > 0
    best = items.start + np.argsort(np.where(is_taken, -np.inf, scores), axis=1)[:, -2:]
    return float(np.mean(world.taste_of_item[best] == world.taste_of_person[FRESH][:, None]))


def _drawn(rng: np.random.Generator, cell: np.ndarray, wanted: int, platform: int) -> list[int]:
    own = platform * ITEMS + np.flatnonzero(cell[platform * ITEMS : (platform + 1) * ITEMS] == wanted)
    n = min(len(own), EVENTS_ON_TARGET if platform == 2 else EVENTS)
    return rng.choice(own, n, replace=False).tolist()
