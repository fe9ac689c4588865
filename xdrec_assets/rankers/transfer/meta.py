"""Meta-learning: a start from which a few steps on little data go far.

With tasks = platforms, a few steps on the target follow (`learned_start.py`: MAML); with tasks = people, a few steps on
everyone's own events (`personal_start.py`: MeLU). First-order MAML and Reptile are orders of the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.rankers.neural.network import Network
from xdrec_assets.rankers.neural.neural_ranker import NeuralRanker
from xdrec_assets.rankers.neural.sequences import Batch, Sequences
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.transfer.learned_start import LearnedStart
from xdrec_assets.rankers.transfer.parts import up_to_last
from xdrec_assets.rankers.transfer.personal_start import PersonalStart
from xdrec_assets.rankers.transfer.settings import MetaSettings
from xdrec_assets.rankers.transfer.shared_start import SharedStart
from xdrec_assets.rankers.transfer.strategy import Problem, Strategy


class Meta(Strategy[MetaSettings]):
    """Learns a start on all platforms, the target among them, and goes on from it.

    Suits rankers that keep nothing of a network but its states.
    """

    name = "meta"

    def __init__(self, settings: MetaSettings) -> None:
        super().__init__(settings)
        self._start = SharedStart()

    @classmethod
    def suits(cls, ranker: type[Ranker[Any]]) -> bool:
        return issubclass(ranker, NeuralRanker) and ranker.keep is NeuralRanker.keep

    def fit(self, problem: Problem) -> Ranker[Any]:
        """The ranker of the start as it went on for the target."""
        ranker = problem.make()
        assert isinstance(ranker, NeuralRanker)  # it suits no other
        by_people = self.settings.tasks == "people"
        network = self._by_people(problem, ranker) if by_people else self._by_platforms(problem, ranker)
        return ranker.keep(network, problem.history)

    def _by_platforms(self, problem: Problem, ranker: NeuralRanker[Any]) -> Network:
        """A start for any platform, and a few steps on the target."""
        start = self._start.of(problem, ranker, self._learned_start)
        assert isinstance(start, LearnedStart)  # as learned
        seed, n_events = ranker.settings.seed, ranker.settings.events_per_batch
        batches = drawn_batches(problem.on_target, n_events, self.settings.target_steps, seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            start.go_on(batches, torch.Generator().manual_seed(seed))
        return start.network

    def _learned_start(self, problem: Problem, ranker: NeuralRanker[Any]) -> Network:
        network, settings = ranker.fresh_network(problem.history, problem.knowledge[ALL]), self.settings
        platform = problem.history.item_platform
        start = LearnedStart(network, platform, settings.steps, settings.rate, settings.order)
        ranker.learn(start, problem.history)
        return start

    def _by_people(self, problem: Problem, ranker: NeuralRanker[Any]) -> Network:
        """A network learned as usual, then a start for anyone who comes to the target."""
        history, settings = problem.history, self.settings
        network = self._start.of(problem, ranker)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(ranker.settings.seed)
            start = PersonalStart(
                network,
                history.item_platform,
                history.items_of(problem.target),
                **settings.model_dump(include={"rank", "steps", "rate", "order", "support", "drawn"}),
                seed=ranker.settings.seed,
            )
        paced = settings.model_dump(include={"epochs", "learning_rate"})
        ranker.learn(start, up_to_last(history, problem.target), ranker.settings.model_copy(update=paced))
        return start


def drawn_batches(history: History, n_events: int, n: int, seed: int) -> Iterator[Batch]:
    """So many batches of people in a random order, again from the first where there are not so many."""
    sequences = Sequences.of(history)
    people = np.random.default_rng(seed).permutation(np.flatnonzero(sequences.n_events > 0))
    batches = [*sequences.batches(people, n_events)]
    for index in range(n if batches else 0):
        yield sequences.batch(batches[index % len(batches)])
