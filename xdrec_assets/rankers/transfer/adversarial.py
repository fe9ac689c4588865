"""Adversarial feature transfer: one model of all platforms whose states do not tell which platform they come from.

Domain-adversarial training; the paper and its equations stand in `domain_adversary.py`.
"""

from __future__ import annotations

from typing import Any

import torch

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.rankers.neural.neural_ranker import NeuralRanker
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.transfer.domain_adversary import DomainAdversary
from xdrec_assets.rankers.transfer.settings import AdversarialSettings
from xdrec_assets.rankers.transfer.strategy import Problem, Strategy


class Adversarial(Strategy[AdversarialSettings]):
    """The same model whatever the target; it is learned once for targets of one history that come one after another.

    Suits rankers that keep nothing of a network but its states.
    """

    name = "adversarial"
    _last: tuple[History, Ranker[Any]] | None = None

    @classmethod
    def suits(cls, ranker: type[Ranker[Any]]) -> bool:
        return issubclass(ranker, NeuralRanker) and ranker.keep is NeuralRanker.keep

    def fit(self, problem: Problem) -> Ranker[Any]:
        """The ranker of all interactions, learned against the discriminators, which are thrown away."""
        if self._last is None or self._last[0] is not problem.history:
            self._last = problem.history, self._fitted(problem)
        return self._last[1]

    def _fitted(self, problem: Problem) -> Ranker[Any]:
        ranker, settings, history = problem.make(), self.settings, problem.history
        assert isinstance(ranker, NeuralRanker)  # it suits no other
        network = ranker.fresh_network(history, problem.knowledge[ALL])
        batches_per_pass = max(1, round(len(history.person) / ranker.settings.events_per_batch))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(ranker.settings.seed)
            adversary = DomainAdversary(
                network,
                history.item_platform,
                settings.hidden,
                settings.weight,
                settings.drawn,
                settings.rising_passes * batches_per_pass,
            )
        ranker.learn(adversary, history)
        return ranker.keep(network, history)
