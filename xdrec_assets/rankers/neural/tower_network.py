"""What networks share that find a person's next item among a tower's items: popularity × taste, learned by a softmax.

The score is log popularity + cosine of the person's and the item's state / temperature. Popularity is that of all
events while the network learns, which leaves taste to the states, and that of late when it is asked.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from xdrec_assets.joined.history import History
from xdrec_assets.rankers.neural.in_batch_softmax import Sample
from xdrec_assets.rankers.neural.item_tower import ItemVectors, tower_of
from xdrec_assets.rankers.neural.network import Network
from xdrec_assets.rankers.neural.popularity_bias import ItemPopularity
from xdrec_assets.rankers.neural.sequences import Batch
from xdrec_assets.rankers.neural.settings import TowerSettings


@dataclass(frozen=True)
class Examples:
    """Events of a batch that are to be found."""

    event: Tensor  # (p,) which of the batch's events
    taste: Tensor  # (p, d) of the people whose they are, told by other events


class TowerNetwork(Network):
    """An item tower, and popularity as one more dimension; subclasses say what a person's taste is."""

    platform: Tensor

    def __init__(self, history: History, vectors: ItemVectors, settings: TowerSettings) -> None:
        super().__init__()
        self.settings = settings
        self.tower = tower_of(history, vectors, settings)
        bounds = np.searchsorted(history.item_platform, np.arange(len(history.platforms) + 1))
        self.bounds = tuple(int(bound) for bound in bounds)
        self.popularity = ItemPopularity(history, settings.popularity_half_life_days, settings.smoothing)
        self.register_buffer("platform", torch.as_tensor(history.item_platform.astype(np.int64)), persistent=False)

    def item_states(self) -> Tensor:
        return self._with_bias(self.tower(), slice(None))

    def has_content(self) -> Tensor:
        return self.tower.has_content

    def _with_bias(self, states: Tensor, items: slice | Tensor) -> Tensor:
        return torch.cat([states, self.popularity.now[items, None].to(states.dtype)], dim=1)

    def asking(self, taste: Tensor) -> Tensor:
        """What is multiplied with items' states, (n, d + 1), of tastes (n, d); zeros where there is no taste."""
        one = taste.any(dim=1, keepdim=True).to(taste.dtype)
        return torch.cat([functional.normalize(taste, dim=1) / self.settings.temperature, one], dim=1)

    def loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        sample = Sample.of(self.bounds, self.popularity.share, batch, self.settings.negatives, generator)
        states = self.tower(sample.items)
        examples = self.examples(batch, states[sample.column], generator)
        if not len(examples.event):
            return torch.zeros((), device=batch.items.device)
        people, weight = self.asking(examples.taste), batch.strength[examples.event]
        losses = sample.losses(batch, examples.event, people, self._with_bias(states, sample.items))
        return (losses * weight).sum() / weight.sum()

    @abstractmethod
    def examples(self, batch: Batch, states: Tensor, generator: torch.Generator) -> Examples:
        """What is to be found in a batch, and by what; states: of the batch's events, (n_events, d)."""
