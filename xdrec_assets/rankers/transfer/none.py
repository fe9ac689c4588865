"""No transfer: the ranker learned from the target alone, with the knowledge of the target alone. The twin."""

from __future__ import annotations

from typing import Any

from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.transfer.strategy import NoSettings, Problem, Strategy


class NoTransfer(Strategy[NoSettings]):
    """What every other strategy is measured against."""

    name = "none"

    def fit(self, problem: Problem) -> Ranker[Any]:
        """The ranker of the target's own interactions and knowledge."""
        return problem.make().fit(problem.on_target, problem.knowledge[problem.target])
