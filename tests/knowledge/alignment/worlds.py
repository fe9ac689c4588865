"""Two platforms that speak of the same tastes along different axes."""

from __future__ import annotations

import numpy as np

from tests.knowledge.histories import history_of
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.joined.history import History

N_ITEMS, N_PEOPLE, SIZE, TAKEN = 150, 200, 8, 5


def rotation(rng: np.random.Generator, size: int = SIZE, angle: float | None = None) -> np.ndarray:
    """An orthogonal matrix; with an angle, one that turns each pair of axes by it."""
    if angle is None:
        return np.linalg.qr(rng.standard_normal((size, size)))[0]
    turn, block = np.eye(size), [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    for axis in range(0, size - 1, 2):
        turn[axis : axis + 2, axis : axis + 2] = block
    return turn


def two_platforms(
    angle: float | None = None, shuffled: bool = False, platforms: tuple[str, ...] = ("shop", "video")
) -> tuple[History, np.ndarray, np.ndarray]:
    """History, vectors (n_items, d) and the pairs of twins: item i is the same thing on every platform.

    A person takes the items nearest to their taste on every platform; `shuffled` gives each platform its own people.
    Every platform but the first turns the vectors and moves them, as if another model had encoded them.
    """
    rng = np.random.default_rng(0)
    things = rng.standard_normal((N_ITEMS, SIZE))
    tastes = rng.standard_normal((N_PEOPLE, SIZE))
    items = [(platform, f"{platform}{i:03d}") for platform in platforms for i in range(N_ITEMS)]
    taken = []
    for platform in platforms:
        people = rng.permutation(N_PEOPLE) if shuffled else np.arange(N_PEOPLE)
        liking = tastes @ things.T + rng.gumbel(size=(N_PEOPLE, N_ITEMS))
        for person, best in zip(people, np.argsort(-liking, axis=1)[:, :TAKEN], strict=True):
            taken += [(f"p{person:03d}", f"{platform}{item:03d}", float(rng.integers(1, 60))) for item in best]
    parts = [things]
    for _ in platforms[1:]:
        noise = 0.1 * rng.standard_normal(things.shape)
        parts.append(things @ rotation(rng, angle=angle) + 3 * rng.standard_normal(SIZE) + noise)
    pairs = np.column_stack([np.arange(N_ITEMS), N_ITEMS + np.arange(N_ITEMS)])
    return history_of(items, taken), unit_rows(np.vstack(parts)), pairs
