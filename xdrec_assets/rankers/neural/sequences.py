"""Everyone's events in the order in which they happened, read a batch of people at a time.

The history's arrays may lie on disk: a batch touches only the rows of its own people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xdrec_assets.joined.history import History

ONE_DAY = np.float32(1)
ROWS_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Batch:
    """Some people's events, oldest first, person after person; a person may have none."""

    people: Tensor  # (n,) int64
    offsets: Tensor  # (n + 1,) int64, where each person's events begin
    items: Tensor  # (n_events,) int64
    age_days: Tensor  # (n_events,) float32, before the history's date
    strength: Tensor  # (n_events,) float32

    @cached_property
    def lengths(self) -> Tensor:
        """How many events each person has, shape (n,)."""
        return self.offsets.diff()

    @cached_property
    def row(self) -> Tensor:
        """Which person of the batch each event belongs to, shape (n_events,)."""
        return torch.repeat_interleave(torch.arange(len(self.people), device=self.people.device), self.lengths)


@dataclass(frozen=True)
class Sequences:
    """A history as sequences. Of people whose last events are held out, batches have the others."""

    history: History
    indptr: NDArray[np.int64]  # (n_people + 1,) where each person's rows of the history begin
    n_held_out: NDArray[np.int64]  # (n_people,) of each person's last events

    @classmethod
    def of(cls, history: History) -> Sequences:
        """All of a history."""
        indptr = np.searchsorted(history.person, np.arange(history.n_people + 1, dtype=history.person.dtype))
        return cls(history, indptr.astype(np.int64), np.zeros(history.n_people, dtype=np.int64))

    @property
    def n_events(self) -> NDArray[np.int64]:
        """How many events everyone has that are not held out, shape (n_people,)."""
        return np.diff(self.indptr) - self.n_held_out

    def holding_out(self, people: NDArray[np.integer]) -> Sequences:
        """The same without the last day of some people: what they took together is not told by its other half.

        Raises:
            ValueError: one of them has no event.
        """
        without = int(np.count_nonzero(np.diff(self.indptr)[people] == 0))
        if without:
            raise ValueError(f"{without} of {len(people)} people have no event to hold out; choose people with events")
        n_held_out = np.zeros(len(self.n_held_out), dtype=np.int64)
        n_held_out[people] = self.on_last_day(people)
        return replace(self, n_held_out=n_held_out)

    def on_last_day(self, people: NDArray[np.integer]) -> NDArray[np.int64]:
        """How many events each of some people has within a day of the last one, shape (n,); reads all in parts."""
        history, n = self.history, self.history.n_people
        parts = [slice(first, first + ROWS_AT_ONCE) for first in range(0, len(history.person), ROWS_AT_ONCE)]
        youngest, found = np.full(n, np.inf, dtype=np.float32), np.zeros(n, dtype=np.int64)
        for part in parts:
            np.minimum.at(youngest, history.person[part], history.age_days[part])
        for part in parts:
            person = history.person[part]
            is_late = history.age_days[part] < youngest[person] + ONE_DAY
            found += np.bincount(person[is_late], minlength=n)
        of_people: NDArray[np.int64] = found[people]
        return of_people

    def batch(self, people: NDArray[np.integer], device: str = "cpu") -> Batch:
        """The events of some people, (n,) person indices."""
        rows, counts = self._rows(people)
        left = counts - self.n_held_out[people]
        place = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        return self._batch(people, rows[place < np.repeat(left, counts)], left, device)

    def held_out(self, people: NDArray[np.integer]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Items and ages in days of the events that are held out of some people, (n_events,) each."""
        rows, counts = self._rows(people)
        place = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        rows = rows[place >= np.repeat(counts - self.n_held_out[people], counts)]
        return self.history.item[rows], self.history.age_days[rows]

    def last(self, people: NDArray[np.integer]) -> NDArray[np.int32]:
        """The last item of each of some people who have one, (n,)."""
        rows, counts = self._rows(people)
        last: NDArray[np.int32] = self.history.item[rows[np.cumsum(counts) - 1]]
        return last

    def batches(self, people: NDArray[np.integer], n_events: int) -> Iterator[NDArray[np.integer]]:
        """Cuts people into parts of about so many events, one person at least."""
        before = np.cumsum(self.n_events[people]) - self.n_events[people]
        starts = np.flatnonzero(np.diff(before // n_events, prepend=-1))
        yield from np.split(people, starts[1:]) if len(people) else ()

    def _rows(self, people: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of the history of some people, each one's oldest first, and how many each has."""
        first, counts = self.indptr[people], np.diff(self.indptr)[people]
        start = np.cumsum(counts) - counts
        rows = np.repeat(first - start, counts) + np.arange(counts.sum())
        row = np.repeat(np.arange(len(people)), counts)
        return rows[np.lexsort((-self.history.age_days[rows], row))], counts

    def _batch(
        self, people: NDArray[np.integer], rows: NDArray[np.int64], counts: NDArray[np.int64], device: str
    ) -> Batch:
        def tensor(values: NDArray, dtype: torch.dtype) -> Tensor:
            return torch.as_tensor(np.ascontiguousarray(values), dtype=dtype).to(device)

        offsets = np.concatenate([[0], np.cumsum(counts)])
        history = self.history
        return Batch(
            tensor(people, torch.int64),
            tensor(offsets, torch.int64),
            tensor(history.item[rows], torch.int64),
            tensor(history.age_days[rows], torch.float32),
            tensor(history.strength[rows], torch.float32),
        )
