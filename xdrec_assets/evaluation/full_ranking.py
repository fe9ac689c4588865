"""Rank the whole catalogue for all test people once: their best items, and how high the relevant ones stand in all.

Memory is bounded by the batch, not by people × items: a batch of scores is read where it lies and forgotten.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import get_ident
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.rankers.largest import block_maxima
from xdrec_assets.rankers.ranking import Ranking, best_of, joined
from xdrec_assets.rankers.scored_rows import CELLS_PER_BATCH, NO_COLUMN, Candidates, ScoredRows, Scoring

if TYPE_CHECKING:
    from xdrec_assets.evaluation.relevant_sets import RelevantSets
    from xdrec_assets.joined.history import History
    from xdrec_assets.rankers.popularity import Popularity
    from xdrec_assets.rankers.ranker import Ranker

FEW = 12  # relevant items up to which comparing all scores with each is faster than sorting the scores


@dataclass(frozen=True)
class FullRanking:
    """The best items of all test people, row-aligned with the relevant sets, and the area under the curve of each."""

    items: NDArray[np.int32]  # (n_people, k) item indices, best first; -1 where candidates ran out
    scores: NDArray[np.float32]  # (n_people, k), -inf where candidates ran out
    by_popularity: NDArray[np.bool_]  # (n_people,) popularity answered: nothing was known of this person
    auc: NDArray[np.float64]  # (n_people,) in 0–1; nan without any relevant or any other candidate
    seconds: float  # spent on scoring and ranking, without the areas


def full_ranking(
    ranker: Ranker[Any],
    popularity: Popularity,
    history: History,
    relevant: RelevantSets,
    k: int,
    candidates: NDArray[Any] | None,
    cells_per_batch: int = CELLS_PER_BATCH,
    threads: int | None = None,
    with_auc: bool = True,
) -> FullRanking:
    """Rank all candidates for the people of the relevant sets.

    The lists are those of `rankers.ranking.top_k`, to the bit where the ranker rounds alike in any batch. The area
    under the receiver operating characteristic curve (Hanley and McNeil, Radiology 1982, as the Wilcoxon statistic) is
    the share of pairs of a relevant and another candidate, neither of them seen, in which the relevant one scores
    higher, ties counting half. Relevant items that are no candidates have no score and stay out of it.

    Args:
        ranker: fitted on `history` or on its part of one platform.
        popularity: answers for people of whom the ranker knows nothing, and breaks ties (then the lower item index).
        history: what was seen and is left out.
        relevant: whom to rank for, on which platform, and what should stand high. People not known before as_of (index
            -1) get what is popular.
        k: how many items at most.
        candidates: item indices of the platform, unique; all of its items where None.
        cells_per_batch: how many scores each thread holds at once, which bounds memory.
        threads: how many score and rank at a time; as many as the matrix library would use where not given.
        with_auc: false leaves `auc` nan and saves two passes over a person's scores for each relevant item.

    Raises:
        ValueError: a candidate is of another platform or stands twice, or the ranker gives a score that is not finite.
    """
    watch = _Watch()
    items = history.items_of(relevant.platform)
    chosen = Candidates.of(candidates, items, popularity)
    with watch.paused():
        curves = _Curves(relevant, chosen) if with_auc else None
    known = np.flatnonzero(relevant.person >= 0)

    def work(ready: ScoredRows) -> tuple[Ranking, NDArray[np.float64]]:
        ranking, unknown = best_of(ready, chosen, k), np.full(len(ready.scores), np.nan)
        with watch.paused():
            return ranking, unknown if curves is None else curves.areas(ready, known[ready.rows])

    scoring = Scoring(ranker, history, items, chosen, k)
    parts = scoring.each(relevant.person[known], work, cells_per_batch, threads)
    ranked, popular = joined([ranking for ranking, _ in parts], k), best_of(_popular_row(chosen, k), chosen, k)
    lists, scores, by_popularity = (
        np.repeat(values, relevant.n_people, axis=0) for values in (popular.items, popular.scores, np.ones(1, bool))
    )
    lists[known], scores[known], by_popularity[known] = ranked.items, ranked.scores, ranked.by_popularity
    seconds = watch.seconds()
    auc = np.full(relevant.n_people, np.nan) if curves is None else curves.popular_areas(chosen.popularity)
    auc[known] = np.concatenate([np.empty(0), *(areas for _, areas in parts)])
    return FullRanking(lists, scores, by_popularity, auc, seconds)


@dataclass
class _Watch:
    """Time since it was made, without the pauses."""

    began: float = field(default_factory=time.perf_counter)
    paused_in: dict[int, float] = field(default_factory=dict)  # seconds by thread

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Do something that does not count."""
        began, thread = time.perf_counter(), get_ident()
        yield
        self.paused_in[thread] = self.paused_in.get(thread, 0.0) + time.perf_counter() - began

    def seconds(self) -> float:
        """Threads pause at the same time: theirs counts as the mean over them, the calling thread's as it is."""
        ours = self.paused_in.get(get_ident(), 0.0)
        theirs = [paused for thread, paused in self.paused_in.items() if thread != get_ident()]
        return time.perf_counter() - self.began - ours - sum(theirs) / max(1, len(theirs))


def _popular_row(candidates: Candidates, k: int) -> ScoredRows:
    """The row of scores that answers for everyone who is not known before as_of."""
    scores = candidates.popularity[None]
    return ScoredRows(slice(0, 1), scores, block_maxima(scores, k), np.ones(1, dtype=bool), np.zeros(1, dtype=int))


class _Curves:
    """The areas under the curves of people, from their relevant candidates."""

    def __init__(self, relevant: RelevantSets, candidates: Candidates) -> None:
        column = np.append(candidates.column, NO_COLUMN)[relevant.item]  # index -1 reads the last entry
        kept = relevant.restricted_to(column != NO_COLUMN)
        self.column = column[column != NO_COLUMN]  # (n_pairs,)
        self.indptr = kept.indptr  # (n_people + 1,)

    def areas(self, ready: ScoredRows, people: NDArray[np.int64]) -> NDArray[np.float64]:
        """Of some people, given by their rows in the relevant sets."""
        beaten, n_relevant = np.zeros(len(people)), np.zeros(len(people), dtype=np.int64)
        for row, person in enumerate(people):
            found = ready.scores[row, self.column[self.indptr[person] : self.indptr[person + 1]]]
            found = found[found > -np.inf]  # what was seen before is not ranked
            beaten[row], n_relevant[row] = n_beaten(ready.scores[row], found).sum(), len(found)
        beaten -= n_relevant * ready.n_seen  # everything beats what was seen
        return _areas(beaten, n_relevant, ready.scores.shape[1] - ready.n_seen)

    def popular_areas(self, popularity: NDArray[np.float32]) -> NDArray[np.float64]:
        """Of everyone, as if popularity answered and nothing had been seen."""
        n_relevant = np.diff(self.indptr)
        owner = np.repeat(np.arange(len(n_relevant)), n_relevant)
        beaten = np.bincount(owner, n_beaten(popularity, popularity[self.column]), minlength=len(n_relevant))
        return _areas(beaten.astype(np.float64), n_relevant, np.full(len(n_relevant), len(popularity)))


def n_beaten(scores: NDArray[np.float32], values: NDArray[np.float32]) -> NDArray[np.float64]:
    """How many of the scores each value exceeds, equal ones counting half; shape (n_values,).

    >>> n_beaten(np.array([1, 2, 2, 5], dtype=np.float32), np.array([2, 5], dtype=np.float32)).tolist()
    [2.0, 3.5]
    """
    if len(values) > FEW:
        in_order = np.sort(scores)
        lower = np.searchsorted(in_order, values) + np.searchsorted(in_order, values, side="right")
        return np.asarray(lower / 2)
    at_least = [np.count_nonzero(scores > value) + np.count_nonzero(scores >= value) for value in values]
    return len(scores) - np.array(at_least, dtype=np.float64) / 2


def _areas(
    beaten: NDArray[np.float64], n_relevant: NDArray[np.int64], n_ranked: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Shares of the pairs of a relevant and another candidate; among themselves n relevant ones beat n² / 2."""
    n_pairs = n_relevant * (n_ranked - n_relevant)
    areas = np.full(len(beaten), np.nan)
    np.divide(beaten - n_relevant**2 / 2, n_pairs, out=areas, where=n_pairs > 0)
    return areas
