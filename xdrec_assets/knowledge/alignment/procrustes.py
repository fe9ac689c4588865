"""Turn platforms by what is known to be the same on both: people, or products.

Orthogonal Procrustes (Schönemann, 1966, "A generalized solution of the orthogonal Procrustes problem"): a turn keeps
all cosines within a platform. With more than two platforms the one with most vectors stays, and the others join it one
after the other, the larger first, each turned to the mean of what has joined already (as one pass of generalised
Procrustes; Gower, 1975). So a platform joins that shares people with any of those before it.
"""

from __future__ import annotations

import numpy as np

from xdrec_assets.embeddings.vectors import is_known, unit_rows
from xdrec_assets.joined.history import History
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


def orthogonal_turn(rows: np.ndarray, targets: np.ndarray, anchor: float = 0.0) -> np.ndarray:
    """The orthogonal matrix R (d, d) that minimises |rows R - targets|² + pull |R - I|².

    R = U Vᵀ where U S Vᵀ = rowsᵀ targets + pull I (Schönemann, 1966, equation 14, the second term being n further pairs
    that are to stay where they are). pull: `anchor` * n / d, what n unit rows of d even directions weigh at full
    agreement; with few or noisy pairs it keeps directions of which they say nothing in their place.

    rows and targets: (n, d), pair by pair.

    >>> orthogonal_turn(np.eye(2), np.array([[0.0, 1.0], [-1.0, 0.0]])).round(6).tolist()
    [[0.0, 1.0], [-1.0, 0.0]]
    """
    n_pairs, size = rows.shape
    agreement = rows.T.astype(np.float64) @ targets + anchor * n_pairs / size * np.eye(size)
    left, _, right = np.linalg.svd(agreement)
    return np.asarray(left @ right)


def align_by_people(history: History, vectors: np.ndarray, settings: AlignmentSettings) -> np.ndarray:
    """Turn platforms, so that the mean vectors of one person on each of them meet: (n_items, d), unit or zeros."""
    rng = np.random.default_rng(settings.seed)
    people = drawn_people(shared_people(history, vectors), settings.most_people, rng)
    profiles = profiles_of(history, vectors, people)
    return apply_maps(history, vectors, people_turns(profiles, by_size(history, vectors), settings))


def people_turns(profiles: Profiles, platforms: list[str], settings: AlignmentSettings) -> Maps:
    """The turn of each platform but the first that has enough people in common with those before it."""
    maps: dict[str, np.ndarray] = {}
    joined = profiles.by_platform[platforms[0]].copy() if platforms else np.empty((0, 0))
    for platform in platforms[1:]:
        own = profiles.by_platform[platform]
        both = np.flatnonzero(is_known(own) & is_known(joined))
        if len(both) >= settings.fewest_pairs:
            maps[platform] = orthogonal_turn(own[both], unit_rows(joined[both]), settings.anchor)
            joined = joined + own @ maps[platform]
    return maps


def align_by_twins(history: History, vectors: np.ndarray, settings: AlignmentSettings, pairs: np.ndarray) -> np.ndarray:
    """Turn platforms, so that the same product meets itself: (n_items, d), unit or zeros.

    pairs: (n_pairs, 2) item indices of the same product on two platforms, in any order.
    """
    aligned, platforms = vectors, by_size(history, vectors)
    for number, platform in enumerate(platforms[1:], start=1):
        own, others = _between(history, vectors, pairs, platform, platforms[:number])
        if len(own) >= settings.fewest_pairs:
            turn = orthogonal_turn(vectors[own], aligned[others], settings.anchor)
            aligned = apply_maps(history, aligned, {platform: turn})
    return aligned.copy()


def _between(
    history: History, vectors: np.ndarray, pairs: np.ndarray, platform: str, before: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Items of a platform and their twins on platforms that stand before it, both with a vector."""
    number = history.platforms.index(platform)
    numbers = [history.platforms.index(name) for name in before]
    both = np.vstack([pairs, pairs[:, ::-1]])
    own, other = both[is_known(vectors[both[:, 0]]) & is_known(vectors[both[:, 1]])].T
    fits = (history.item_platform[own] == number) & np.isin(history.item_platform[other], numbers)
    return own[fits], other[fits]
