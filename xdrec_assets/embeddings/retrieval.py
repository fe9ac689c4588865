"""How well vectors of texts lead from an item to the next one a person chose, and whether tuning made that better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xdrec_assets.embeddings.co_chosen import NO_TEXT, CoChosen
from xdrec_assets.embeddings.whitening import whitened_by_platform
from xdrec_assets.joined.history import History

K = 10
ROWS = 256  # queries at once
RESAMPLES = 1_000


@dataclass(frozen=True)
class Retrieval:
    """The rank of the item chosen later, for each pair."""

    rank: np.ndarray
    """(n,) from 1."""
    person: np.ndarray
    """(n,)."""

    @property
    def recall(self) -> float:
        """Share of the pairs with a rank of at most K, from 0 to 1; nan without pairs."""
        return float(np.mean(self.rank <= K)) if len(self.rank) else float("nan")

    @property
    def mrr(self) -> float:
        """Mean of 1 / rank, from 0 to 1; nan without pairs."""
        return float(np.mean(1 / self.rank)) if len(self.rank) else float("nan")


def retrieve(vectors: np.ndarray, pairs: CoChosen, text: np.ndarray, seen: History) -> Retrieval:
    """Rank the later item's text among all texts of its platform, by cosine to the earlier item's.

    Vectors (n_items, d) are whitened platform by platform first, as the knowledge stage does. The earlier item's text
    and what the person has in `seen` are no candidates, other items with the later one's text count once with it. A tie
    counts against the later item, so that vectors that are all alike find nothing.
    """
    ready = whitened_by_platform(seen, vectors)
    rank = np.zeros(len(pairs), dtype=np.int64)
    for index, platform in enumerate(seen.platforms):
        rows = np.flatnonzero(seen.item_platform[pairs.later] == index)
        items = _one_per_text(seen.items_of(platform), text)
        for start in range(0, len(rows), ROWS):
            batch = rows[start : start + ROWS]
            rank[batch] = _ranks(ready, pairs.take(batch), items, text, seen)
    return Retrieval(rank, pairs.person)


def _one_per_text(items: slice, text: np.ndarray) -> np.ndarray:
    """The first item of each text in a slice of items."""
    numbers = text[items]
    _, first = np.unique(numbers, return_index=True)
    found: np.ndarray = items.start + first[numbers[first] != NO_TEXT]
    return found


def _ranks(vectors: np.ndarray, pairs: CoChosen, items: np.ndarray, text: np.ndarray, seen: History) -> np.ndarray:
    scores = vectors[pairs.earlier] @ vectors[items].T  # (n, n_candidates)
    target = np.searchsorted(text[items], text[pairs.later])  # items stand in the order of their texts
    own = scores[np.arange(len(target)), target]
    column = np.full(int(text.max()) + 2, -1)
    column[text[items]] = np.arange(len(items))
    for row, person in enumerate(pairs.person):
        start, stop = np.searchsorted(seen.person, [person, person + 1])
        known = column[text[np.append(seen.item[start:stop], pairs.earlier[row])]]
        scores[row, known[known >= 0]] = -np.inf
    scores[np.arange(len(target)), target] = own
    found: np.ndarray = (scores >= own[:, None]).sum(axis=1)
    return found


@dataclass(frozen=True)
class Judgement:
    """Whether the tuned encoder is to be used, from both encoders' retrieval of the same pairs."""

    before: Retrieval
    after: Retrieval
    gain: tuple[float, float]
    """The middle 95 % of the gain in mean reciprocal rank over resamples of the people."""

    @property
    def has_won(self) -> bool:
        """More is found, and the gain in rank is beyond chance."""
        return self.gain[0] > 0 and self.after.recall >= self.before.recall

    @property
    def why(self) -> str:
        """The decision in words."""
        gain = f"MRR {self.before.mrr:.4f} to {self.after.mrr:.4f} (gain {self.gain[0]:+.4f} to {self.gain[1]:+.4f})"
        found = f"Recall@{K} {self.before.recall:.4f} to {self.after.recall:.4f}, {gain}"
        if self.has_won:
            return f"used: {found}"
        lost = "finds less" if self.after.recall < self.before.recall else "the gain may be chance"
        return f"not used, {lost}: {found}"


def judge(before: Retrieval, after: Retrieval, seed: int) -> Judgement:
    """Compare two encoders on the same pairs; people are resampled, since pairs of one person are not independent."""
    people, row = np.unique(before.person, return_inverse=True)
    gains = np.bincount(row, weights=1 / after.rank - 1 / before.rank)
    sizes = np.bincount(row).astype(np.float64)
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(len(people), np.full(len(people), 1 / len(people)), size=RESAMPLES)
    low, high = np.quantile((counts @ gains) / (counts @ sizes), [0.025, 0.975])
    return Judgement(before, after, (float(low), float(high)))
