"""Feature transfer: learned from the target's interactions alone, with item vectors that all platforms taught.

What is carried over is how items are described (Pan, Yang: A Survey on Transfer Learning, TKDE 2010, section 3.3), not
who took what: someone without events on the target is unknown here, gets a row of zeros, and popularity answers. What
such people did elsewhere reaches the target by `joint`, `mapping` or `bridge`.
"""

from __future__ import annotations

from typing import Any

from xdrec_assets.knowledge.build import ALL
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.transfer.strategy import NoSettings, Problem, Strategy


class FeatureTransfer(Strategy[NoSettings]):
    """Suits rankers that read what is known of items; for others it would be no transfer at all."""

    name = "features"

    def fit(self, problem: Problem) -> Ranker[Any]:
        """The ranker of the target's own interactions, with the knowledge of all platforms."""
        return problem.make().fit(problem.on_target, problem.knowledge[ALL])
