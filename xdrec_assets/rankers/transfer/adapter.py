"""Domain adapter: a base learned from all platforms is frozen, and small residual adapters learn the target.

f_target(x) = f_base(x) + Δ_target(x); the papers stand in `residual_adapter.py`.
"""

from __future__ import annotations

from typing import Any

import torch

from xdrec_assets.rankers.neural.neural_ranker import NeuralRanker
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.transfer.parts import up_to_last
from xdrec_assets.rankers.transfer.residual_adapter import ResidualAdapter
from xdrec_assets.rankers.transfer.settings import AdapterSettings
from xdrec_assets.rankers.transfer.shared_start import SharedStart, learned_elsewhere
from xdrec_assets.rankers.transfer.strategy import Problem, Strategy


class Adapter(Strategy[AdapterSettings]):
    """One base for all targets, an adapter for each, which learns from what the target's people did.

    Suits rankers that keep nothing of a network but its states.
    """

    name = "adapter"

    def __init__(self, settings: AdapterSettings) -> None:
        super().__init__(settings)
        self._base = SharedStart()

    @classmethod
    def suits(cls, ranker: type[Ranker[Any]]) -> bool:
        return issubclass(ranker, NeuralRanker) and ranker.keep is NeuralRanker.keep

    def fit(self, problem: Problem) -> Ranker[Any]:
        """The ranker of the adapted states of everyone known anywhere."""
        ranker, settings, history = problem.make(), self.settings, problem.history
        assert isinstance(ranker, NeuralRanker)  # it suits no other
        elsewhere = settings.base == "elsewhere"
        network = learned_elsewhere(problem, ranker) if elsewhere else self._base.of(problem, ranker)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(ranker.settings.seed)
            adapted = ResidualAdapter(network, history.items_of(problem.target), settings.rank, settings.drawn)
        paced = settings.model_dump(include={"epochs", "learning_rate", "weight_decay"})
        ranker.learn(adapted, up_to_last(history, problem.target), ranker.settings.model_copy(update=paced))
        return ranker.keep(adapted, history)
