"""The nearest items of every other platform, and how near items are by chance."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.links.nearest import nearest
from xdrec_assets.knowledge.links.settings import LinkSettings

SAMPLE = 4_000
"""Items of a platform by which chance is told."""


@dataclass(frozen=True)
class Near:
    """For items of one platform the nearest of another."""

    platform: str
    other: str
    rows: np.ndarray
    """(m,) item indices of `platform`."""
    columns: np.ndarray
    """(m, n) item indices of `other`, nearest first."""
    similarity: np.ndarray
    """(m, n) cosines."""
    by_chance: float
    """The cosine above which all but a share of links are about something."""

    def pairs(self) -> np.ndarray:
        """(m * n, 2) item indices, row by row."""
        return np.column_stack([self.rows.repeat(self.columns.shape[1]), self.columns.ravel()])


def near_items(history: History, text: np.ndarray, settings: LinkSettings) -> list[Near]:
    """The neighbours between every two platforms, both ways. text: (n_items, d), of unit length or zeros."""
    found = []
    for platform, other in permutations(history.platforms, 2):
        own, others = history.items_of(platform), history.items_of(other)
        rows, columns, similarity = nearest(
            text[own], text[others], settings.n_links, settings.exact_below, settings.candidates, settings.seed
        )
        chance = similarity_by_chance(text[own], text[others], settings.chance, settings.seed)
        found.append(Near(platform, other, rows + own.start, columns + others.start, similarity, chance))
    return found


def similarity_by_chance(text: np.ndarray, others: np.ndarray, share: float, seed: int) -> float:
    """The cosine that only a share of items would reach with their nearest of `others`, were they about nothing.

    Texts about nothing are the items' own vectors, turned to where no text has put them (coordinates shuffled and signs
    drawn, the same way for all): as near to one another as before, and near to others by chance alone. 1 where
    nothing can be near.
    """
    rng = np.random.default_rng(seed)
    sample = text[rng.permutation(len(text))[:SAMPLE]]
    signs = rng.choice(np.array([-1, 1], dtype=np.float32), text.shape[1])
    _, _, similarity = nearest(sample[:, rng.permutation(text.shape[1])] * signs, others, 1)
    return float(np.quantile(similarity, 1 - share)) if similarity.size else 1.0
