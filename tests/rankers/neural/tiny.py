"""A network that is as small as one can be: a vector per item, people as the mean of theirs."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.neural.network import Network
from xdrec_assets.rankers.neural.neural_ranker import NeuralRanker
from xdrec_assets.rankers.neural.sequences import Batch
from xdrec_assets.rankers.neural.settings import TrainingSettings


class TinyNetwork(Network):
    """Finds each person's items by the mean of their vectors, among all items (full softmax, without dropout)."""

    def __init__(self, n_items: int, size: int = 8, content: Tensor | None = None) -> None:
        super().__init__()
        self.vectors = torch.nn.Parameter(torch.randn(n_items, size) * 0.3)
        self.content = content

    def item_states(self) -> Tensor:
        return self.vectors

    def person_states(self, batch: Batch, items: Tensor) -> Tensor:
        sums = torch.zeros(len(batch.people), items.shape[1], device=items.device)
        sums = sums.index_add(0, batch.row, functional.embedding(batch.items, items))
        return sums / batch.lengths.clamp(min=1)[:, None]

    def loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        if not len(batch.items):
            return torch.zeros(())
        states = functional.embedding(batch.row, self.person_states(batch, self.vectors))
        return functional.cross_entropy(states @ self.vectors.T, batch.items)

    def has_content(self) -> Tensor | None:
        return self.content


class Tiny(NeuralRanker[TrainingSettings]):
    """The ranker of that network."""

    name = "tiny"

    def network_of(self, history: History, knowledge: Knowledge) -> Network:
        return TinyNetwork(history.n_items)
