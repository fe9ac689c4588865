"""A platform of which two sources each know half, and people who choose by both."""

from __future__ import annotations

import numpy as np

from tests.knowledge.histories import history_of
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.joined.history import History

N_ITEMS, N_PEOPLE, N_KINDS, TAKEN = 240, 150, 4, 12
NEVER_CHOSEN = slice(200, 240)


def kinds() -> tuple[np.ndarray, np.ndarray]:
    """Of every item, what only the text tells of it and what only the picture does."""
    return np.arange(N_ITEMS) % N_KINDS, np.arange(N_ITEMS) // N_KINDS % N_KINDS


def half_known(shuffled: bool = False) -> tuple[History, dict[str, np.ndarray]]:
    """History and sources: a person takes items of one kind of text and one kind of picture, all others by chance.

    Each source gives its kind in a few of its directions, and things that nobody chooses by in the others. The
    last 40 items were never chosen. `shuffled`: everybody takes anything.
    """
    rng = np.random.default_rng(0)
    by_text, by_picture = kinds()
    taken = []
    for person in range(N_PEOPLE):
        fits = (by_text == person % N_KINDS) & (by_picture == person // N_KINDS % N_KINDS)
        fits[NEVER_CHOSEN] = False
        pool = np.arange(NEVER_CHOSEN.start) if shuffled else np.flatnonzero(fits)
        own = rng.choice(pool, min(TAKEN, len(pool)), replace=False)
        taken += [(f"p{person:03d}", f"i{item:03d}", float(rng.integers(1, 60))) for item in own]
    items = [("shop", f"i{item:03d}") for item in range(N_ITEMS)]
    noise = {name: 0.8 * rng.standard_normal((N_ITEMS, 12)) for name in ("text", "image")}
    told = {"text": 2 * np.eye(N_KINDS)[by_text], "image": 2 * np.eye(N_KINDS)[by_picture]}
    sources = {name: unit_rows(np.hstack([told[name], noise[name]])) for name in noise}
    return history_of(items, taken), sources


def precision(vectors: np.ndarray, items: slice = slice(None), k: int = 5) -> float:
    """Share of the k nearest of some items that are of the same kinds, of text and of picture."""
    by_text, by_picture = kinds()
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, -np.inf)
    nearest = np.argsort(-scores[items], axis=1, kind="stable")[:, :k]
    same = (by_text[nearest] == by_text[items][:, None]) & (by_picture[nearest] == by_picture[items][:, None])
    return float(same.mean())
