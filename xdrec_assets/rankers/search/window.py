"""The last part of a history, held out before its date: whom it asks, for what, and how well rankers answer.

A history has one row per person and item, of its last event. So what was taken before the window and again in it
counts as taken in it alone; and a ranker learns from nothing that a row of the window says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.evaluation.catalogue import candidate_items
from xdrec_assets.evaluation.metrics.ranking import find_hits, ndcg_at_k
from xdrec_assets.rankers.ranking import top_k

if TYPE_CHECKING:
    from xdrec_assets.joined.history import History
    from xdrec_assets.rankers.popularity import Popularity
    from xdrec_assets.rankers.ranker import Ranker


@dataclass(frozen=True)
class Asked:
    """Whom a window asks on a platform, and what they took."""

    person: NDArray[np.int32]  # (n_people,) known before on some platform, ascending
    indptr: NDArray[np.int64]  # (n_people + 1,)
    item: NDArray[np.int32]  # (indptr[-1],) candidates alone, at least one per person
    candidates: NDArray[np.int32]  # (n_candidates,) item indices

    def sample(self, n: int, seed: int) -> Asked:
        """The same of at most `n` people, always the same ones."""
        drawn = np.sort(np.random.default_rng(seed).permutation(len(self.person))[:n])
        n_items = np.diff(self.indptr)
        is_drawn = np.isin(np.arange(len(self.person)), drawn)
        indptr = np.concatenate([[0], np.cumsum(n_items[drawn])]).astype(np.int64)
        return Asked(self.person[drawn], indptr, self.item[np.repeat(is_drawn, n_items)], self.candidates)

    def ndcg(
        self, ranker: Ranker[Any], popularity: Popularity, history: History, platform: str, k: int
    ) -> NDArray[Any]:
        """NDCG@k of each person, shape (n_people,), in 0–1; history: what was before the window."""
        ranking = top_k(ranker, popularity, history, self.person, history.items_of(platform), k, self.candidates)
        return ndcg_at_k(find_hits(ranking.items, self.indptr, self.item), np.diff(self.indptr))


@dataclass(frozen=True)
class Window:
    """What was known before, and by platform whom the window asks; platforms where it asks nobody are left out."""

    history: History
    asked: Mapping[str, Asked]


def inner_window(
    history: History,
    how: Literal["time", "last_event"],
    days: int,
    catalogue: Literal["known", "seen"] = "known",
    min_strength: float = 0.0,
) -> Window:
    """Hold out what was taken in the last days before a history's date, or the last event of everyone who has two.

    Args:
        history: of all platforms; it is left as it is.
        how: "time": rows of the last `days` are held out, and the history before is one as of so many days earlier.
            "last_event": the youngest row of each person with another one, on whatever platform; of several as young,
            that of the last item. The date stays.
        days: length of the window of time.
        catalogue: candidates; known: all items of a platform, also those that came in the window; seen: those with an
            event before it.
        min_strength: a row counts as taken when it is stronger than this.
    """
    is_held = history.age_days <= days if how == "time" else _is_last(history)
    earlier_days = days if how == "time" else 0
    before = history.where(~is_held, earlier_days)
    before = replace(before, as_of=history.as_of - timedelta(days=earlier_days))
    is_known = np.zeros(history.n_people, dtype=bool)
    is_known[before.person] = True
    is_asked = is_held & is_known[history.person] & (history.strength > min_strength)
    person, item = history.person[is_asked], history.item[is_asked]
    asked = {name: _asked(before, name, person, item, catalogue) for name in history.platforms}
    return Window(before, {name: found for name, found in asked.items() if len(found.person)})


def _is_last(history: History) -> NDArray[np.bool_]:
    """Which rows are their person's last, where there are several; shape (n_interactions,)."""
    order = np.lexsort((-history.item, history.age_days, history.person))
    first = np.flatnonzero(np.diff(history.person[order], prepend=-1))
    is_last = np.zeros(len(history.person), dtype=bool)
    is_last[order[first]] = True
    return is_last & (np.bincount(history.person, minlength=history.n_people)[history.person] > 1)


def _asked(
    before: History,
    platform: str,
    person: NDArray[np.int32],
    item: NDArray[np.int32],
    catalogue: Literal["known", "seen"],
) -> Asked:
    """person, item: (n,) what was taken, by person."""
    candidates = candidate_items(before, platform, catalogue)
    keep = np.isin(item, candidates)
    people, n_items = np.unique(person[keep], return_counts=True)
    indptr = np.concatenate([[0], np.cumsum(n_items)]).astype(np.int64)
    return Asked(people, indptr, item[keep], candidates)
