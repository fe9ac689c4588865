"""Scores as they are ranked: of the candidates alone, batch by batch, without what a person has seen.

Batches bound memory, and each thread scores and ranks batches of its own. Neither changes a result: what is done to a
row never depends on another row. (A ranker may round its scores otherwise in another batch, but not in another thread.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.rankers.largest import Ties, block_maxima
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.threads import workers

CELLS_PER_BATCH = 8_000_000  # scores that a thread holds at once: 32 MB of float32
CELLS_PER_BLOCK = 1_600_000  # scores that are ranked at once
NO_COLUMN = -1
Result = TypeVar("Result")


@dataclass(frozen=True)
class Candidates:
    """The items of a platform that may be recommended; scores have a column for each."""

    items: NDArray[np.int64]  # (n_candidates,) item indices, ascending
    popularity: NDArray[np.float32]  # (n_candidates,)
    ties: Ties  # the more popular one goes first, of equals the lower index
    column: NDArray[np.int32]  # (n_items,) of each item of the history, NO_COLUMN where it is no candidate

    @classmethod
    def of(cls, asked: NDArray[Any] | None, items: slice, popularity: Popularity) -> Candidates:
        """The items asked for, all of `items` where none are named.

        Raises:
            ValueError: a candidate lies outside `items` or stands twice.
        """
        chosen = _checked(asked, items)
        popular = popularity.popularity[chosen]
        column = np.full(len(popularity.popularity), NO_COLUMN, dtype=np.int32)
        column[chosen] = np.arange(len(chosen))
        return cls(chosen, popular, Ties.by(np.argsort(-popular, kind="stable")), column)


@dataclass(frozen=True)
class ScoredRows:
    """The scores of some people, ready to be ranked; they are what they are here only while they are worked on."""

    rows: slice  # of the people that were asked for
    scores: NDArray[np.float32]  # (n_rows, n_candidates), -inf where seen
    maxima: NDArray[np.float32]  # (n_rows, n_blocks), `block_maxima` of the scores before what was seen was left out
    by_popularity: NDArray[np.bool_]  # (n_rows,) the ranker knew nothing of this person: popularity's scores stand here
    n_seen: NDArray[np.int64]  # (n_rows,) candidates that were seen


@dataclass(frozen=True)
class Scoring:
    """By whom, from which past and among what people's items are scored."""

    ranker: Ranker[Any]
    history: History
    items: slice  # the platform's, `history.items_of(platform)`
    candidates: Candidates
    k: int  # how many are to be found, which decides on the blocks

    def each(
        self,
        people: NDArray[Any],
        work: Callable[[ScoredRows], Result],
        cells_per_batch: int = CELLS_PER_BATCH,
        threads: int | None = None,
    ) -> list[Result]:
        """What `work` makes of the rows of all people, in their order.

        Args:
            people: person indices of the history, shape (n_people,).
            work: is called in several threads, with some rows at a time.
            cells_per_batch: how many scores each thread holds at once.
            threads: how many score and work at a time; as many as the matrix library would use where not given.

        Raises:
            ValueError: the ranker gives a score that is no number or infinite (-inf keeps an item out of all lists).
        """

        def batch_work(batch: slice) -> list[Result]:
            scores = self.ranker.score(people[batch], self.items)
            blocks = [
                (rows, scores[rows.start - batch.start : rows.stop - batch.start])
                for rows in self.slices(batch, CELLS_PER_BLOCK)
            ]
            return [self._rank(of_rows, people[rows], rows, work) for rows, of_rows in blocks]

        batches = self.slices(slice(0, len(people)), cells_per_batch)
        with workers() as library, ThreadPoolExecutor(threads or library.n_threads) as pool:
            return [result for batch in pool.map(batch_work, batches) for result in batch]

    def _rank(
        self, scores: NDArray[Any], people: NDArray[Any], rows: slice, work: Callable[[ScoredRows], Result]
    ) -> Result:
        chosen = self._chosen(scores)
        maxima = block_maxima(chosen, self.k)
        unknown = self._unknown(scores, chosen, maxima)
        if unknown.any():
            chosen = np.array(chosen)
            chosen[unknown] = self.candidates.popularity
            maxima[unknown] = block_maxima(chosen[unknown], self.k)
        seen = self.seen(people)
        n_seen = np.bincount(seen // max(1, chosen.shape[1]), minlength=len(people))
        with _hidden(chosen, seen):
            return work(ScoredRows(rows, chosen, maxima, unknown, n_seen))

    def _chosen(self, scores: NDArray[Any]) -> NDArray[np.float32]:
        """The candidates' scores: the ranker's own array where these are all items, for copying takes its time."""
        if len(self.candidates.items) < scores.shape[1]:
            scores = scores.take(self.candidates.items - self.items.start, axis=1)
        return np.require(scores, np.float32, ["C_CONTIGUOUS", "WRITEABLE"])

    def _unknown(
        self, scores: NDArray[Any], chosen: NDArray[np.float32], maxima: NDArray[np.float32]
    ) -> NDArray[np.bool_]:
        """Which rows are all zero."""
        rest = chosen[:, chosen.shape[1] // max(1, maxima.shape[1]) * maxima.shape[1] :]
        highest = np.maximum(maxima.max(axis=1, initial=-np.inf), rest.max(axis=1, initial=-np.inf))
        if not (highest < np.inf).all():  # not-a-number is not below anything, and a maximum lets it through
            found = f"{np.count_nonzero(~np.isfinite(scores))} of {scores.size} scores of ranker {self.ranker.name}"
            raise ValueError(f"{found} are not finite; check what it was fitted on")
        unknown: NDArray[np.bool_] = highest <= 0
        unknown[unknown] = ~scores[unknown].any(axis=1)
        return unknown

    def seen(self, people: NDArray[Any]) -> NDArray[np.int64]:
        """Cells, row · n_candidates + column, of the candidates that these people have seen, row by row."""
        wanted = people.astype(self.history.person.dtype)  # another type would copy all of history to compare
        first = np.searchsorted(self.history.person, wanted)
        n_seen = np.searchsorted(self.history.person, wanted, side="right") - first
        row = np.repeat(np.arange(len(people)), n_seen)
        within = np.arange(len(row)) - np.repeat(np.cumsum(n_seen) - n_seen, n_seen)
        column = self.candidates.column[self.history.item[np.repeat(first, n_seen) + within]]
        cells: NDArray[np.int64] = (row * len(self.candidates.items) + column)[column != NO_COLUMN]
        return cells

    def slices(self, rows: slice, cells: int) -> list[slice]:
        """Cuts rows so that each part has about so many cells, one row at least."""
        size = max(1, cells // max(1, self.items.stop - self.items.start))
        return [slice(start, min(start + size, rows.stop)) for start in range(rows.start, rows.stop, size)]


@contextmanager
def _hidden(scores: NDArray[np.float32], cells: NDArray[np.int64]) -> Iterator[None]:
    """Cells of the flat scores are -inf for a while; the array may be the ranker's own, and is left as it was."""
    flat = scores.reshape(-1)
    kept = flat[cells]
    flat[cells] = -np.inf
    try:
        yield
    finally:
        flat[cells] = kept


def _checked(asked: NDArray[Any] | None, items: slice) -> NDArray[np.int64]:
    if asked is None:
        return np.arange(items.start, items.stop)
    unique = np.unique(asked)
    if len(unique) < len(asked):
        raise ValueError(f"{len(asked) - len(unique)} of {len(asked)} candidates stand twice; name each once")
    if len(unique) and not items.start <= unique[0] <= unique[-1] < items.stop:
        found = f"candidates from {unique[0]} to {unique[-1]}"
        raise ValueError(f"{found} for items {items.start} to {items.stop - 1}; keep to the target platform's items")
    return unique.astype(np.int64)
