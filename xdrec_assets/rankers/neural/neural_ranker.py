"""A ranker whose people and items are states of a network that learned by gradient."""

from __future__ import annotations

from abc import abstractmethod
from typing import Generic, Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.factors import FactorRanker
from xdrec_assets.rankers.neural.checkpoint import Course
from xdrec_assets.rankers.neural.network import Network
from xdrec_assets.rankers.neural.optimise import optimise
from xdrec_assets.rankers.neural.sequences import Sequences
from xdrec_assets.rankers.neural.settings import TrainingSettings

TrainingT = TypeVar("TrainingT", bound=TrainingSettings)
EVENTS_AT_ONCE = 50_000


class NeuralRanker(FactorRanker[TrainingT], Generic[TrainingT]):
    """Learns a network and keeps everyone's and all items' states: to score is a matrix product without torch.

    Someone without events has a state of zeros. Items of which the network knows nothing come after all others.
    """

    @abstractmethod
    def network_of(self, history: History, knowledge: Knowledge) -> Network:
        """A network that has learned nothing yet, its first weights drawn by torch, seeded by the caller."""

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        network = self.fresh_network(history, knowledge)
        self.learn(network, history)
        return self.keep(network, history)

    def fresh_network(self, history: History, knowledge: Knowledge) -> Network:
        """`network_of` with the seed of the settings; other random draws of torch stay as they were."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.settings.seed)
            return self.network_of(history, knowledge)

    def learn(self, network: Network, history: History, settings: TrainingSettings | None = None) -> Course:
        """Train a network in place on a history; the ranker tells of its course after what it told before.

        settings: of the training, where it is not to be the ranker's own.
        """
        course = optimise(network, Sequences.of(history), settings or self.settings, self.unfinished)
        self.told = self.told.followed_by(course.losses, course.validation)
        return course

    def keep(self, network: Network, history: History) -> Self:
        """Take over the states of all people and items of a history from a network."""
        sequences, network = Sequences.of(history), network.eval()
        active = np.flatnonzero(sequences.n_events > 0)
        with torch.inference_mode():
            items = network.item_states()
            people = torch.zeros((history.n_people, items.shape[1]))
            for some in sequences.batches(active, EVENTS_AT_ONCE):
                people[some] = network.person_states(sequences.batch(some), items).float()
            has_content = network.has_content()
        known = np.isin(np.arange(history.n_items), history.item)
        if has_content is not None:
            known |= has_content.numpy()
        self._people, self._items = _unknown_last(people.numpy(), items.detach().float().numpy(), known)
        return self


def _unknown_last(
    people: NDArray[np.float32], items: NDArray[np.float32], is_known: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """States whose product is the same for known items, and for the others below any of a known one."""
    if is_known.all() or not is_known.any():
        return people.copy(), items.copy()
    length = np.linalg.norm(people, axis=1)
    bound = length.max(initial=0) * np.linalg.norm(items[is_known], axis=1).max()
    bias = np.where(is_known, 0, -1.01 * bound - 1e-3).astype(np.float32)
    one = (length > 0).astype(np.float32)
    return np.column_stack([people, one]), np.column_stack([items * is_known[:, None], bias])
