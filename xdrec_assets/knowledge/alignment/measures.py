"""How well platforms are aligned: whether they can be told apart, and whether people and products find themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from xdrec_assets.embeddings.vectors import is_known, unit_rows
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.alignment.align import align
from xdrec_assets.knowledge.alignment.profiles import by_size, drawn_people, profiles_of, shared_people, without_people
from xdrec_assets.knowledge.alignment.settings import AlignmentSettings

ITEMS_PER_PLATFORM, FOLDS = 500, 3
HELD_OUT, MOST_HELD_OUT = 0.2, 1_000
K = 10


@dataclass(frozen=True)
class Retrieval:
    """How well rows find their own among all candidates."""

    mrr: float
    """Mean of 1 / rank, from 0 to 1; nan where nothing was asked."""
    recall: float
    """Share whose own is among the first 10, from 0 to 1; nan where nothing was asked."""
    n: int
    """How many were asked."""


@dataclass(frozen=True)
class Alignment:
    """Measures of one state of the vectors."""

    domain_accuracy: float
    """Of a classifier that names an item's platform; nan where there are fewer than two."""
    chance: float
    """What it gets by guessing: 1 / number of platforms."""
    people: Retrieval
    """People who were not learned from: the profile on one platform finds the own one on another."""
    twins: Retrieval
    """Products that were not learned from: the item on one platform finds its twin among all items of the other."""


def before_and_after(
    history: History, vectors: np.ndarray, settings: AlignmentSettings, pairs: np.ndarray | None = None
) -> tuple[Alignment, Alignment]:
    """Measures of the vectors as encoded and as aligned; a fifth of the people and twins is held out of the fit.

    vectors: (n_items, d), zeros where there is none. pairs: (n_pairs, 2) item indices of the same product.
    """
    rng = np.random.default_rng(settings.seed)
    shared = shared_people(history, vectors)
    people = drawn_people(shared, min(MOST_HELD_OUT, round(HELD_OUT * len(shared))), rng)
    pairs = np.empty((0, 2), dtype=np.int64) if pairs is None else rng.permutation(pairs)
    held_out, fitted = np.split(pairs, [round(HELD_OUT * len(pairs))])
    aligned = align(settings.method, without_people(history, people), vectors, settings, fitted)
    before = measured(history, unit_rows(vectors), people, held_out, settings.seed)
    return before, measured(history, aligned, people, held_out, settings.seed)


def measured(history: History, vectors: np.ndarray, people: np.ndarray, pairs: np.ndarray, seed: int) -> Alignment:
    """Measures of vectors (n_items, d) by people (n,) and pairs of twins (m, 2) that they were not fitted on."""
    n_platforms = len(by_size(history, vectors))
    return Alignment(
        domain_accuracy=domain_accuracy(history, vectors, seed),
        chance=1 / max(1, n_platforms),
        people=people_retrieval(history, vectors, people),
        twins=twin_retrieval(history, vectors, pairs),
    )


def domain_accuracy(history: History, vectors: np.ndarray, seed: int) -> float:
    """Cross-validated accuracy, from 0 to 1, of a logistic regression that tells an item's platform by its vector.

    As many items of each platform, at most 500, so that 1 / n_platforms is chance. nan where fewer than two platforms
    have vectors. Below chance is as good as chance: where platforms have one mean, the parts learned from and judged by
    have it on opposite sides. The proxy A-distance of Ben-David et al. (2006) is 4 * accuracy - 2 for two platforms.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    rng, known = np.random.default_rng(seed), is_known(vectors)
    items = [np.flatnonzero(known[history.items_of(name)]) for name in by_size(history, vectors)]
    starts = [history.items_of(name).start for name in by_size(history, vectors)]
    n_each = min([ITEMS_PER_PLATFORM, *map(len, items)])
    if len(items) < 2 or n_each < FOLDS:
        return float("nan")
    drawn = [start + rng.choice(own, n_each, replace=False) for start, own in zip(starts, items, strict=True)]
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    model = LogisticRegression(C=10.0, max_iter=200)
    labels = np.repeat(np.arange(len(items)), n_each)
    return float(np.mean(cross_val_score(model, vectors[np.concatenate(drawn)], labels, cv=folds)))


def people_retrieval(history: History, vectors: np.ndarray, people: np.ndarray) -> Retrieval:
    """Profiles on one platform look for the own ones on another, over all ordered pairs of platforms."""
    profiles = profiles_of(history, vectors, people)
    ranks = []
    for one, other in permutations(history.platforms, 2):
        rows = profiles.shared(one, other)
        scores = profiles.by_platform[one][rows] @ profiles.by_platform[other][rows].T
        ranks.append(own_ranks(scores, np.arange(len(rows))))
    return retrieval(ranks)


def twin_retrieval(history: History, vectors: np.ndarray, pairs: np.ndarray) -> Retrieval:
    """Items look for their twin among all items of its platform that have a vector, both ways."""
    known, ranks = is_known(vectors), []
    both = np.vstack([pairs, pairs[:, ::-1]]).astype(np.int64)
    both = both[known[both].all(axis=1)]
    for number in range(len(history.platforms)):
        asked = both[history.item_platform[both[:, 1]] == number]
        candidates = np.flatnonzero(known & (history.item_platform == number))
        own = np.searchsorted(candidates, asked[:, 1])
        ranks.append(own_ranks(vectors[asked[:, 0]] @ vectors[candidates].T, own))
    return retrieval(ranks)


def own_ranks(scores: np.ndarray, own: np.ndarray) -> np.ndarray:
    """The rank of each row's own column, from 1; others with the same score stand half before, half behind it.

    scores: (n, m). own: (n,) columns.

    >>> own_ranks(np.array([[0.5, 0.9, 0.1], [0.2, 0.2, 0.2]]), np.array([0, 1])).tolist()
    [2.0, 2.0]
    """
    wanted = scores[np.arange(len(scores)), own][:, None]
    return np.asarray(1 + (scores > wanted).sum(axis=1) + ((scores == wanted).sum(axis=1) - 1) / 2)


def retrieval(ranks: Sequence[np.ndarray]) -> Retrieval:
    """Mean reciprocal rank and recall at 10 of all ranks together."""
    found = np.concatenate([np.empty(0), *ranks])
    if not len(found):
        return Retrieval(float("nan"), float("nan"), 0)
    return Retrieval(float((1 / found).mean()), float((found <= K).mean()), len(found))
