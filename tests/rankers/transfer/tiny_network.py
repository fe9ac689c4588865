"""The smallest ranker that learns by gradient: items are a row of a table and a map of their text, people a mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from tests.rankers.planted import TARGET, World
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.neural.network import Network
from xdrec_assets.rankers.neural.neural_ranker import NeuralRanker
from xdrec_assets.rankers.neural.sequences import Batch
from xdrec_assets.rankers.neural.settings import TrainingSettings
from xdrec_assets.rankers.transfer.strategy import Problem

SETTINGS = TrainingSettings(epochs=30, events_per_batch=400, learning_rate=0.03, warmup_batches=0, validation_people=20)


class TinyNetwork(Network):
    """Each event is foretold by the mean of the person's others, among all items of its platform."""

    platform: Tensor
    text: Tensor

    def __init__(self, platform: np.ndarray, text: np.ndarray, size: int = 8) -> None:
        super().__init__()
        self.register_buffer("platform", torch.from_numpy(platform).long(), persistent=False)
        self.register_buffer("text", torch.from_numpy(text), persistent=False)
        self.table = torch.nn.Embedding(len(text), size)
        torch.nn.init.normal_(self.table.weight, std=0.1)
        self.of_text = torch.nn.Linear(text.shape[1], size, bias=False)

    def item_states(self) -> Tensor:
        states: Tensor = self.table.weight + self.of_text(self.text)
        return states

    def person_states(self, batch: Batch, items: Tensor) -> Tensor:
        return self._sums(batch, items) / batch.lengths.clamp(min=1)[:, None]

    def loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        items = self.item_states()
        keep = batch.lengths[batch.row] > 1
        row, item = batch.row[keep], batch.items[keep]
        if not len(item):
            return items.new_zeros(())
        others = (self._sums(batch, items)[row] - items[item]) / (batch.lengths[row] - 1)[:, None]
        away = self.platform[None] != self.platform[item][:, None]
        return functional.cross_entropy((others @ items.T).masked_fill(away, -torch.inf), item)

    def _sums(self, batch: Batch, items: Tensor) -> Tensor:
        return items.new_zeros((len(batch.people), items.shape[1])).index_add(0, batch.row, items[batch.items])


class Tiny(NeuralRanker[TrainingSettings]):
    name = "tiny"

    def network_of(self, history: History, knowledge: Knowledge) -> Network:
        return TinyNetwork(history.item_platform, knowledge.text)


def problem_of(world: World, make: type[Tiny] = Tiny, **changed: Any) -> Problem:
    """The target's, with a tiny ranker whose settings may be changed."""
    knowledge = {"all": world.knowledge, TARGET: world.twin_knowledge()}
    return Problem(world.history, knowledge, TARGET, lambda: make(SETTINGS.model_copy(update=changed)))


def batch_of(*events: list[int]) -> Batch:
    """The people 0, 1, … with these items, oldest first."""
    lengths = [len(items) for items in events]
    items = torch.tensor([item for of in events for item in of], dtype=torch.int64)
    offsets = torch.tensor([0, *np.cumsum(lengths)], dtype=torch.int64)
    return Batch(torch.arange(len(events)), offsets, items, torch.zeros(len(items)), torch.ones(len(items)))
