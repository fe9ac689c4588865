"""Align the vectors of items of different platforms by the method that the settings name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.embeddings.whitening import whitened_by_platform
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.alignment.procrustes import align_by_people, align_by_twins
from xdrec_assets.knowledge.alignment.settings import AlignmentSettings


def align(
    method: str,
    history: History,
    vectors: np.ndarray,
    settings: AlignmentSettings | None = None,
    pairs: np.ndarray | None = None,
) -> np.ndarray:
    """Vectors of items in a space that all platforms share: (n_items, d) float32, unit length or zeros.

    vectors: (n_items, d) row-aligned with `history`, zeros where there is none. pairs: (n_pairs, 2) item indices of the
    same product on two platforms, which procrustes_twins learns from. Every method but "none" whitens each platform by
    itself first. The one with most vectors stays in its place, the others come to it; one of whom there is nothing to
    learn stays whitened. So what a single platform holds is only whitened.

    Raises ValueError where the method is unknown, or is procrustes_twins and no pairs are given.
    """
    settings = settings or AlignmentSettings()
    if method == "none":
        return unit_rows(vectors)
    white = whitened_by_platform(history, vectors)
    if method == "whitening":
        return white
    if method == "procrustes_twins":
        if pairs is None:
            raise ValueError("alignment is procrustes_twins, but no pairs of twins are given; give (n_pairs, 2) items")
        return align_by_twins(history, white, settings, pairs)
    if method not in LEARNED:
        names = ", ".join(("none", "whitening", "procrustes_twins", *LEARNED))
        raise ValueError(f"alignment is {method!r}, expected one of {names}")
    return LEARNED[method](history, white, settings)


def _adversarial(history: History, vectors: np.ndarray, settings: AlignmentSettings) -> np.ndarray:
    from xdrec_assets.knowledge.alignment.adversarial import align_adversarially

    return align_adversarially(history, vectors, settings)


def _contrastive(history: History, vectors: np.ndarray, settings: AlignmentSettings) -> np.ndarray:
    from xdrec_assets.knowledge.alignment.contrastive import align_by_contrast

    return align_by_contrast(history, vectors, settings)


LEARNED: dict[str, Callable[[History, np.ndarray, AlignmentSettings], np.ndarray]] = {
    "procrustes_people": align_by_people,
    "adversarial": _adversarial,
    "contrastive": _contrastive,
}
"""The methods that learn from the history and the vectors alone."""
