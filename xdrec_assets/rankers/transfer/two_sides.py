"""What a factor ranker learns elsewhere and what one learns on the target, before the two know of each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.rankers.factors import FactorRanker
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.transfer.strategy import Problem

Floats = NDArray[np.float32]
FEWEST = 10  # people known on both sides, below whom nothing can be learned of how the sides hang together


@dataclass(frozen=True)
class TwoSides:
    """A person's vector elsewhere and on the target have nothing in common but the person."""

    elsewhere: History
    source_people: Floats  # (n_people, d_source), zeros for people without events elsewhere
    source_items: Floats  # (n_items, d_source)
    twin: FactorRanker[Any]  # learned on the target alone
    target_people: Floats  # (n_people, d_target), zeros for people without events on the target
    target_items: Floats  # (n_items, d_target)
    n_events: NDArray[np.int64]  # (n_people,) on the target

    @classmethod
    def of(cls, problem: Problem) -> TwoSides:
        """Learn both sides: elsewhere with the knowledge of all platforms, the target as its twin does."""
        elsewhere, on_target = problem.elsewhere, problem.on_target
        source = problem.make().fit(elsewhere, problem.knowledge[ALL]).arrays()
        twin = cast("FactorRanker[Any]", problem.make().fit(on_target, problem.knowledge[problem.target]))
        target = twin.arrays()
        n_events = np.bincount(on_target.person, minlength=on_target.n_people)
        return cls(elsewhere, source["people"], source["items"], twin, target["people"], target["items"], n_events)

    @property
    def is_known_elsewhere(self) -> NDArray[np.bool_]:
        """Who has a vector elsewhere, (n_people,)."""
        return np.asarray(self.source_people.any(axis=1))

    @property
    def on_both(self) -> NDArray[np.int64]:
        """The people who have a vector on either side; nobody where they are too few to learn from."""
        both = np.flatnonzero(self.is_known_elsewhere & self.target_people.any(axis=1))
        return both if len(both) >= FEWEST else both[:0]

    def with_carried(self, carried: Floats, known_after: float) -> Ranker[Any]:
        """The target's ranker with person vectors that were carried over, as far as the target knows little.

        Args:
            carried: (n_people, d_target), read for people known elsewhere.
            known_after: events on the target at which what was learned there weighs as much; 0: as soon as there is
                any, it alone counts.
        """
        there = self.n_events.astype(np.float32)
        share = np.divide(known_after, known_after + there, out=np.ones_like(there), where=known_after + there > 0)
        share = np.where(self.is_known_elsewhere, share, 0)[:, None].astype(np.float32)
        people = np.asarray(share * carried + (1 - share) * self.target_people, dtype=np.float32)
        ranker = type(self.twin).from_arrays({"people": people, "items": self.target_items}, self.twin.settings)
        ranker.told = self.twin.told
        return ranker
