"""What a person took on each platform as one vector per platform: what platforms are aligned by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from xdrec_assets.embeddings.vectors import is_known, unit_rows
from xdrec_assets.joined.history import History

Maps = Mapping[str, np.ndarray]
"""By platform the matrix (d, d) that its vectors are multiplied with from the right; one that is missing stays."""


@dataclass(frozen=True)
class Profiles:
    """People who are on two platforms or more, as each platform knows them."""

    person: np.ndarray
    """(n,) into person_id."""
    by_platform: Mapping[str, np.ndarray]
    """(n, d) float32 of unit length, zeros where a person took nothing that is known there."""

    def shared(self, one: str, other: str) -> np.ndarray:
        """Rows of the people whom both platforms know."""
        return np.flatnonzero(is_known(self.by_platform[one]) & is_known(self.by_platform[other]))

    def take(self, rows: np.ndarray) -> Profiles:
        """Some of the people."""
        return Profiles(self.person[rows], {name: each[rows] for name, each in self.by_platform.items()})

    def mapped(self, maps: Maps) -> Profiles:
        """The same, every platform's profiles multiplied with its map."""
        turned = {name: unit_rows(rows @ maps[name]) if name in maps else rows for name, rows in self.items()}
        return Profiles(self.person, turned)

    def items(self) -> list[tuple[str, np.ndarray]]:
        """Platforms and their rows, in the order of the history."""
        return list(self.by_platform.items())


def shared_people(history: History, vectors: np.ndarray) -> np.ndarray:
    """Person indices, ascending, of those who took items with a vector on two platforms or more."""
    known = is_known(vectors)[history.item]
    pairs = history.person[known].astype(np.int64), history.item_platform[history.item[known]]
    shape = (history.n_people, len(history.platforms))
    on_platform = sparse.csr_matrix((np.ones(len(pairs[0]), np.int32), pairs), shape=shape)
    return np.flatnonzero(on_platform.getnnz(axis=1) > 1)


def profiles_of(history: History, vectors: np.ndarray, people: np.ndarray) -> Profiles:
    """The mean vector of what people took on each platform, every item counting the same.

    vectors: (n_items, d), zeros where nothing is known. people: (n,) person indices.
    """
    taken = history.matrix()[people]
    profiles = {}
    for platform in history.platforms:
        items = history.items_of(platform)
        profiles[platform] = unit_rows(taken[:, items] @ vectors[items])
    return Profiles(people, profiles)


def drawn_people(people: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """At most so many of the people, ascending."""
    return people if len(people) <= most else np.sort(rng.choice(people, most, replace=False))


def without_people(history: History, people: np.ndarray) -> History:
    """The same people and items, with nothing of what some people took."""
    return history.where(~np.isin(history.person, people))


def by_size(history: History, vectors: np.ndarray) -> list[str]:
    """Platforms that have vectors, the one with most of them first: it is the reference that others are turned to."""
    known = is_known(vectors)
    n_known = {platform: int(known[history.items_of(platform)].sum()) for platform in history.platforms}
    return sorted((platform for platform in n_known if n_known[platform]), key=lambda name: -n_known[name])


def apply_maps(history: History, vectors: np.ndarray, maps: Maps) -> np.ndarray:
    """A copy of vectors (n_items, d), each platform's rows multiplied with its map: unit length or zeros."""
    turned = vectors.astype(np.float32, copy=True)
    for platform, turn in maps.items():
        items = history.items_of(platform)
        turned[items] = unit_rows(vectors[items] @ turn.astype(np.float32))
    return turned
