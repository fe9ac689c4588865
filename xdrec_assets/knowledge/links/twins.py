"""Twins: the same product listed on two platforms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from xdrec_assets.embeddings.vectors import is_known
from xdrec_assets.embeddings.whitening import whitened_by_platform
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.links.audience import audience
from xdrec_assets.knowledge.links.settings import LinkSettings
from xdrec_assets.knowledge.links.titles import Title, agreement, rarity, read_title

MOST_ALIKE = 500
"""Items with the same numbers and the same word of which one is not compared with all: the word tells too little."""


@dataclass(frozen=True)
class Twins:
    """Pairs of items of different platforms that are the same product."""

    pairs: np.ndarray
    """(n_pairs, 2) item indices, the smaller first, sorted."""
    title: np.ndarray
    """(n_pairs,) float32: agreement of the titles, above 0 and at most 1."""
    shared: np.ndarray
    """(n_pairs,) people who took both."""
    by_audience: np.ndarray
    """(n_pairs,) bool: whether the audience speaks for it; otherwise there are too few people to tell."""


def twins(history: History, items: pa.Table, text_vectors: np.ndarray, settings: LinkSettings | None = None) -> Twins:
    """Items of different platforms that are the same product, by their texts and by who took them.

    items: row-aligned with the history, with a column title. text_vectors: (n_items, d) as the language model gave
    them, a row of zeros where there is none.

    The titles must agree (see `agreement`), neither of them better with another item of that platform, and the texts
    mean something alike. Then the audience decides: where both items have enough people who are on both platforms, more
    of these must have taken both than chance would have it. Twins that nobody shares carry no knowledge across, and no
    leak. Where people are too few to tell, titles that agree nearly in full are enough.
    """
    return twins_by(history, items, whitened_by_platform(history, text_vectors), settings or LinkSettings())


def twins_by(history: History, items: pa.Table, text: np.ndarray, settings: LinkSettings) -> Twins:
    """The same by texts that are whitened already: (n_items, d), of unit length or zeros."""
    titles = [read_title(title or "") for title in items["title"].to_pylist()]
    counts = rarity(title for title in titles if title.words)
    pairs = _comparable(history, titles, counts)
    title = np.array([agreement(titles[one], titles[other], counts) for one, other in pairs], dtype=np.float32)
    is_possible = title >= min(settings.title_alone, settings.title_with_audience)
    is_possible[is_possible] = _mean_alike(pairs[is_possible], text, settings.text)
    is_possible[is_possible] = _best_of_both(pairs[is_possible], title[is_possible], history.item_platform)
    pairs, title = pairs[is_possible], title[is_possible]
    found = audience(history, pairs)
    speaks_for = (found.shared >= settings.shared) & (found.p_value <= settings.p_value)
    cannot_tell = ~speaks_for & (found.smaller < settings.audience)
    is_twin = (speaks_for & (title >= settings.title_with_audience)) | (cannot_tell & (title >= settings.title_alone))
    return Twins(pairs[is_twin], title[is_twin], found.shared[is_twin], speaks_for[is_twin])


def _comparable(history: History, titles: list[Title], counts: Mapping[str, float]) -> np.ndarray:
    """Pairs of items of different platforms whose titles may agree: (n, 2), the smaller index first, sorted.

    Where titles agree, their numbers are the same and the one has the other's rarest word: all others are passed over.
    """
    rarest = [max(sorted(title.words), key=counts.__getitem__, default="") for title in titles]
    asked = {(title.numbers, word) for title, word in zip(titles, rarest, strict=True) if word}
    listed: dict[tuple[frozenset[str], str], list[int]] = defaultdict(list)
    for item, title in enumerate(titles):
        for word in title.words:
            if (title.numbers, word) in asked:
                listed[title.numbers, word].append(item)
    platform = history.item_platform.tolist()
    pairs = {
        (min(one, other), max(one, other))
        for one, (title, word) in enumerate(zip(titles, rarest, strict=True))
        if word and len(listed[title.numbers, word]) <= MOST_ALIKE
        for other in listed[title.numbers, word]
        if platform[one] != platform[other]
    }
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def _best_of_both(pairs: np.ndarray, title: np.ndarray, platform: np.ndarray) -> np.ndarray:
    """Which pairs agree as well as any other that one of their two items is in with that platform, (n_pairs,) bool.

    A flavour or size left out of a title makes all variants agree with it; the one that says it too agrees better.
    """
    is_best = np.ones(len(pairs), dtype=bool)
    for own, other in ((0, 1), (1, 0)):
        side = pairs[:, own] * (int(platform.max(initial=0)) + 1) + platform[pairs[:, other]]
        _, number = np.unique(side, return_inverse=True)
        best = np.zeros(len(pairs), dtype=title.dtype)
        np.maximum.at(best, number, title)
        is_best &= title == best[number]
    return is_best


def _mean_alike(pairs: np.ndarray, text: np.ndarray, least: float) -> np.ndarray:
    """Which pairs have texts near enough, (n_pairs,) bool; a text that is missing is not held against an item."""
    cosine = np.einsum("ij,ij->i", text[pairs[:, 0]], text[pairs[:, 1]])
    return np.asarray((cosine >= least) | ~is_known(text)[pairs].all(axis=1))
