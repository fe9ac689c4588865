"""The networks that targets begin with: learned elsewhere for each, or from everything once for all targets."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.rankers.neural.network import Network
from xdrec_assets.rankers.neural.neural_ranker import NeuralRanker
from xdrec_assets.rankers.told import Told
from xdrec_assets.rankers.transfer.strategy import Problem


def learned_elsewhere(problem: Problem, ranker: NeuralRanker[Any]) -> Network:
    """The ranker's network, learned from every platform but the target."""
    return _learned(problem, ranker, problem.elsewhere)


def learned_everywhere(problem: Problem, ranker: NeuralRanker[Any]) -> Network:
    """The ranker's network, learned from all platforms."""
    return _learned(problem, ranker, problem.history)


class SharedStart:
    """Keeps the last network that was learned, with what is told of it, for the history that it was learned on."""

    _last: tuple[History, Network, Told] | None = None

    def of(
        self,
        problem: Problem,
        ranker: NeuralRanker[Any],
        learned: Callable[[Problem, NeuralRanker[Any]], Network] = learned_everywhere,
    ) -> Network:
        """A copy of the network that `learned` gives, which is asked once for targets that come one after another.

        ranker: the one that learns it, which then tells how that training went.
        """
        if self._last is None or self._last[0] is not problem.history:
            network = learned(problem, ranker)
            self._last = problem.history, network, ranker.told
        _, network, ranker.told = self._last
        return copy.deepcopy(network)


def _learned(problem: Problem, ranker: NeuralRanker[Any], history: History) -> Network:
    network = ranker.fresh_network(problem.history, problem.knowledge[ALL])
    ranker.learn(network, history)
    return network
