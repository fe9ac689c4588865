"""What was known of people and items before one date, as arrays that models train on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from resources.array_files import Columns, on_disk, slices

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

INTERACTION_TYPES: Final = (np.int32, np.int32, np.float32, np.float32)  # person, item, strength, age_days


@dataclass(frozen=True)
class History:
    """People, items and their interactions before `as_of`; one row per (person, item) pair.

    A pair's strength is that of its strongest event, its age counts from its last positive event. Items are all whose
    text landed before `as_of` and all that were interacted with; a platform's items stand together (one slice).
    """

    as_of: date
    platforms: tuple[str, ...]  # sorted
    person_id: NDArray[np.object_]  # (n_people,) str
    item_id: NDArray[np.object_]  # (n_items,) str, unique within a platform
    item_platform: NDArray[np.int16]  # (n_items,) into platforms, non-decreasing
    person: NDArray[np.int32]  # (n_interactions,) into person_id; rows sorted by (person, item)
    item: NDArray[np.int32]  # (n_interactions,) into item_id
    strength: NDArray[np.float32]  # (n_interactions,) in (0, 1]
    age_days: NDArray[np.float32]  # (n_interactions,) >= 0
    spilled_to: Path | None = None  # the folder on whose disk these four lie, read-only; None: they are in memory

    @property
    def n_people(self) -> int:
        """How many people are known on any platform."""
        return len(self.person_id)

    @property
    def n_items(self) -> int:
        """How many items are known on all platforms."""
        return len(self.item_id)

    def items_of(self, platform: str) -> slice:
        """The slice of item indices that belong to a platform (empty where it has none).

        Raises:
            ValueError: the platform is not among `platforms`.
        """
        if platform not in self.platforms:
            raise ValueError(f"platform {platform!r} is not in this history; it has {', '.join(self.platforms)}")
        index = self.platforms.index(platform)
        start, stop = np.searchsorted(self.item_platform, [index, index + 1])
        return slice(int(start), int(stop))

    def only(self, platform: str) -> History:
        """The same people and items under the same indices, with the interactions of one platform alone."""
        items = self.items_of(platform)
        return self._those(lambda rows: (self.item[rows] >= items.start) & (self.item[rows] < items.stop))

    def without(self, platform: str) -> History:
        """The same people and items under the same indices, with the interactions of every other platform."""
        items = self.items_of(platform)
        return self._those(lambda rows: (self.item[rows] < items.start) | (self.item[rows] >= items.stop))

    def where(self, keep: NDArray[np.bool_], younger_days: float | NDArray[np.float32] = 0.0) -> History:
        """The same people and items, with some of the interactions, each so many days younger.

        keep: (n_interactions,). younger_days: of all, or of each, (n_interactions,).
        """
        younger = np.broadcast_to(np.float32(younger_days), keep.shape)
        return self._those(lambda rows: keep[rows], lambda rows: self.age_days[rows] - younger[rows])

    def matrix(self, values: NDArray[np.float32] | None = None) -> csr_matrix:
        """The person × item matrix, shape (n_people, n_items), float32; `values` (n_interactions,) or ones."""
        from scipy.sparse import csr_matrix

        data = np.ones(len(self.person), dtype=np.float32) if values is None else values.astype(np.float32)
        indptr = np.searchsorted(self.person, np.arange(self.n_people + 1))
        return csr_matrix((data, self.item, indptr), shape=(self.n_people, self.n_items))

    def _those(
        self, keep: Callable[[slice], NDArray[np.bool_]], age_days: Callable[[slice], NDArray[np.float32]] | None = None
    ) -> History:
        """The rows that are kept, of each slice of rows; they lie on disk if these do."""

        def kept(rows: slice) -> Columns:
            mask, age = keep(rows), age_days(rows) if age_days else self.age_days[rows]
            return self.person[rows][mask], self.item[rows][mask], self.strength[rows][mask], age[mask]

        if self.spilled_to is None:
            person, item, strength, age = kept(slice(None))
        else:
            parts = (kept(rows) for rows in slices(len(self.item)))
            person, item, strength, age = on_disk(parts, INTERACTION_TYPES, self.spilled_to)
        return replace(self, person=person, item=item, strength=strength, age_days=age)
