"""Split a log by time into a history and what came after, and measure rankings of it with their uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from xdrec_assets.joined.history import History

K = 10
DISCOUNT = 1 / np.log2(np.arange(2, K + 2))
RESAMPLES = 1_000


@dataclass(frozen=True)
class HeldOut:
    """Who is asked on a platform, about which items, and what they took."""

    candidates: np.ndarray  # (n_candidates,) item indices
    people: np.ndarray  # (n_people,)
    relevant: list[np.ndarray]  # per person, item indices

    def sample(self, n: int) -> HeldOut:
        """The same of at most `n` people, always the same ones."""
        rows = np.sort(np.random.default_rng(0).permutation(len(self.people))[:n])
        return HeldOut(self.candidates, self.people[rows], [self.relevant[row] for row in rows])


@dataclass(frozen=True)
class Log:
    """All events and items of a data set; the first event of a person and item stands for all."""

    platforms: tuple[str, ...]
    people: np.ndarray  # (n_people,) their ids
    items: pd.DataFrame  # item_id, platform, text; a platform's items stand together, in the order of `platforms`
    events: pd.DataFrame  # person and item (numbers), timestamp (Unix seconds); by person and item

    def split(self, cut: datetime, until: datetime | None = None) -> tuple[History, dict[str, HeldOut]]:
        """The history before a moment, and by platform who took what from then on (and before another)."""
        when = self.events.timestamp
        is_train = when < cut.timestamp()
        is_test = ~is_train if until is None else ~is_train & (when < until.timestamp())
        history = self._history(self.events[is_train], cut)
        return history, {platform: _test(history, self.events[is_test], platform) for platform in self.platforms}

    def _history(self, train: pd.DataFrame, cut: datetime) -> History:
        return History(
            as_of=date(cut.year, cut.month, cut.day),
            platforms=self.platforms,
            person_id=self.people.astype(object),
            item_id=self.items.item_id.to_numpy(dtype=object),
            item_platform=self.items.platform.map(self.platforms.index).to_numpy(dtype=np.int16),
            person=train.person.to_numpy(dtype=np.int32),
            item=train["item"].to_numpy(dtype=np.int32),
            strength=np.ones(len(train), dtype=np.float32),
            age_days=((cut.timestamp() - train.timestamp) / 86_400).to_numpy(dtype=np.float32),
        )


def log_of(platforms: Sequence[str], items: pd.DataFrame, events: pd.DataFrame) -> Log:
    """A log out of items (item_id, platform, text) and events (user_id, item_id, timestamp)."""
    events = events.sort_values("timestamp", kind="stable").drop_duplicates(["user_id", "item_id"])
    people, person = np.unique(events.user_id.to_numpy(), return_inverse=True)
    numbers = pd.Index(items.item_id).get_indexer(events.item_id)
    rows = pd.DataFrame({"person": person, "item": numbers, "timestamp": events.timestamp.to_numpy()})
    return Log(tuple(platforms), people, items, rows.sort_values(["person", "item"], kind="stable"))


def _test(history: History, later: pd.DataFrame, platform: str) -> HeldOut:
    candidates = np.unique(history.only(platform).item)
    known = later[later["item"].isin(candidates) & later.person.isin(np.unique(history.person))]
    taken = known.groupby("person")["item"].apply(np.array)
    return HeldOut(candidates, taken.index.to_numpy(), taken.tolist())


def ndcg(ranked: np.ndarray, relevant: Sequence[np.ndarray]) -> np.ndarray:
    """NDCG@K of each person (n_people,), binary gains, the ideal over min(K, relevant); ranked: (n_people, K)."""
    hits = np.array([np.isin(row, taken) for row, taken in zip(ranked, relevant, strict=True)])
    ideal = np.cumsum(DISCOUNT)[np.minimum([len(taken) for taken in relevant], K) - 1]
    return np.asarray(hits @ DISCOUNT / ideal)


def mean_ndcg(ranked: np.ndarray, relevant: Sequence[np.ndarray]) -> float:
    """Mean NDCG@K over people."""
    return float(np.mean(ndcg(ranked, relevant)))


def interval(values: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """The middle 95 % of the means of resamples of `values` (n,): a bootstrap interval of their mean."""
    counts = rng.multinomial(len(values), np.full(len(values), 1 / len(values)), size=RESAMPLES)
    low, high = np.quantile(counts @ values / len(values), [0.025, 0.975])
    return float(low), float(high)
