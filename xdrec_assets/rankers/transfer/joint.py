"""Joint training: one model of all platforms' interactions, each a task that shares people with the others.

Multi-task learning with hard sharing (Caruana, Machine Learning 1997); for factorisations it is collective matrix
factorisation (Singh, Gordon, KDD 2008), with one vector per person for all platforms.
"""

from __future__ import annotations

from typing import Any

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.transfer.strategy import NoSettings, Problem, Strategy


class Joint(Strategy[NoSettings]):
    """The same model whatever the target; it is learned once for targets of one history that come one after another."""

    name = "joint"
    _last: tuple[History, Ranker[Any]] | None = None

    def fit(self, problem: Problem) -> Ranker[Any]:
        """The ranker of all interactions, with the knowledge of all."""
        if self._last is None or self._last[0] is not problem.history:
            self._last = problem.history, problem.make().fit(problem.history, problem.knowledge[ALL])
        return self._last[1]
