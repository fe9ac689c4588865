"""Whom and what publications ask for: people known before, items seen before, and NDCG@10 of each person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from xdrec_assets.evaluation.catalogue import candidate_items
from xdrec_assets.evaluation.metrics.ranking import find_hits, ndcg_at_k
from xdrec_assets.evaluation.protocols.splits import Split, of_known_people
from xdrec_assets.evaluation.relevant_sets import RelevantSets
from xdrec_assets.evaluation.uncertainty.bootstrap import resample

K = 10
RESAMPLES = 1_000


@dataclass(frozen=True)
class HeldOut:
    """Who is asked on a platform, about which items, and what they took."""

    candidates: np.ndarray  # (n_candidates,) item indices
    relevant: RelevantSets  # of people known before, each with something to find

    @property
    def people(self) -> np.ndarray:
        """Who, shape (n_people,)."""
        return self.relevant.person

    def sample(self, n: int, seed: int = 0) -> HeldOut:
        """The same of at most `n` people, always the same ones."""
        drawn = np.random.default_rng(seed).permutation(len(self.people))[:n]
        is_drawn = np.isin(np.arange(len(self.people)), drawn)
        return HeldOut(self.candidates, only_people(self.relevant, is_drawn))

    def ndcg(self, ranked: np.ndarray) -> np.ndarray:
        """NDCG@k of each person, shape (n_people,); ranked: (n_people, k) item indices, best first."""
        return ndcg_at_k(find_hits(ranked, self.relevant.indptr, self.relevant.item), self.relevant.n_relevant)


def held_out(split: Split, catalogue: Literal["known", "seen"] = "seen") -> dict[str, HeldOut]:
    """By platform: people known before the split who took candidates afterwards.

    "seen": items with an event before are candidates, and nothing else is relevant; "known": all items.
    """
    found = {}
    for platform, relevant in split.relevant.items():
        candidates = candidate_items(split.history, platform, catalogue)
        found[platform] = HeldOut(candidates, of_known_people(relevant).of_candidates(candidates))
    return found


def only_people(relevant: RelevantSets, keep: np.ndarray) -> RelevantSets:
    """Some of the people, with all that is relevant to them; keep: (n_people,) bool."""
    kept = relevant.restricted_to(np.repeat(keep, relevant.n_relevant))
    indptr = np.concatenate([[0], np.cumsum(kept.n_relevant[keep])]).astype(np.int64)
    return RelevantSets(kept.platform, kept.person_id[keep], kept.person[keep], indptr, kept.item)


def interval(values: np.ndarray, person_id: np.ndarray | None = None) -> tuple[float, float]:
    """The middle 95 % of the means of resamples of `values` (n,): a bootstrap interval of their mean."""
    who = np.arange(len(values)) if person_id is None else person_id
    (found,) = resample(who, values[:, None], seed=0, n=RESAMPLES)
    return found.interval()
