"""Rank by neural collaborative filtering: a person's and an item's embedding, concatenated, through dense layers.

He et al.: Neural Collaborative Filtering, WWW 2017: NeuMF, equation 12, which adds a generalised matrix factorisation
to the dense layers; learned by binary cross-entropy (equation 7) against items drawn from those of the same platform
that the person did not take. The first dense layer of a concatenation is the sum of a person's part and an item's part,
W [pᵤ; qᵢ] + b = (Wₚ pᵤ + b) + W_q qᵢ, each computed once; only what follows is computed pair by pair. How popular an
item is stands apart (`popularity_bias.py`): over all time while the network learns, of late when it is asked.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.neural.network import Network
from xdrec_assets.rankers.neural.neural_ranker import NeuralRanker
from xdrec_assets.rankers.neural.popularity_bias import ItemPopularity
from xdrec_assets.rankers.neural.sequences import Batch
from xdrec_assets.rankers.neural.settings import NCFSettings
from xdrec_assets.rankers.ranker import Arrays, NotFittedError

SPREAD = 0.1
UNTAKEN = 100  # off the log odds of an item that nobody took: after all others
CELLS = 1 << 17  # floats of a block of pairs' hidden units: 512 kB, so that they stay near the processor
CELLS_ON_CARD = 1 << 25  # the same on a graphics card, which wants large ones: 128 MB

Floats = NDArray[np.float32]


class NCFNetwork(Network):
    """A state is what an embedding gives the first dense layer, its factors, and of an item how popular it is."""

    first: Tensor
    n_on_platform: Tensor

    def __init__(self, history: History, settings: NCFSettings) -> None:
        super().__init__()
        self.settings, sizes = settings, settings.layers
        width = settings.size + settings.factors
        self.person_embedding = torch.nn.Embedding(history.n_people, width)
        self.item_embedding = torch.nn.Embedding(history.n_items, width)
        for embedding in (self.person_embedding, self.item_embedding):
            torch.nn.init.normal_(embedding.weight, std=SPREAD)
        self.of_person = torch.nn.Linear(settings.size, sizes[0])
        self.of_item = torch.nn.Linear(settings.size, sizes[0], bias=False)
        self.dense = torch.nn.ModuleList(torch.nn.Linear(n, m) for n, m in pairwise(sizes))
        self.last = torch.nn.Linear(sizes[-1] + settings.factors, 1, bias=False)
        self.popularity = ItemPopularity(history, settings.popularity_half_life_days, settings.smoothing)
        platform = history.item_platform
        first = np.searchsorted(platform, platform)
        for name, values in {
            "first": first,
            "n_on_platform": np.searchsorted(platform, platform, side="right") - first,
        }.items():
            self.register_buffer(name, torch.as_tensor(values), persistent=False)

    def item_states(self) -> Tensor:
        return self.states_of_items(torch.arange(len(self.first), device=self.first.device))

    def person_states(self, batch: Batch, items: Tensor) -> Tensor:
        return self.states_of_people(batch.people) * (batch.lengths > 0)[:, None]

    def loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        if not len(batch.items):
            return torch.zeros((), device=batch.items.device)
        drawn, is_other = self.negatives(batch, generator)
        people = self.states_of_people(batch.people)[batch.row]
        liked = functional.softplus(-self.logits(people, self.states_of_items(batch.items)))
        left = functional.softplus(self.logits(people[:, None], self.states_of_items(drawn))) * is_other
        return ((liked * batch.strength).sum() + left.sum()) / (batch.strength.sum() + is_other.sum())

    def negatives(self, batch: Batch, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Items drawn for each event from its platform, (n_events, negatives), and which the person did not take."""
        shape = (len(batch.items), self.settings.negatives)
        part = torch.rand(shape, generator=generator, device=generator.device, dtype=torch.float64)
        within = part.to(batch.items.device) * self.n_on_platform[batch.items, None]
        drawn = self.first[batch.items, None] + within.long()
        key = batch.row * len(self.first)
        return drawn, ~torch.isin(key[:, None] + drawn, key + batch.items)

    def scores(self, people: Tensor, items: Tensor) -> Tensor:
        found = people.new_empty((len(people), len(items)))
        cells = CELLS_ON_CARD if people.is_cuda else CELLS
        rows, columns = _blocks(len(people), len(items), max(self.settings.layers), cells)
        for row in rows:
            for column in columns:
                found[row, column] = self.logits(people[row, None], items[None, column])
        return found

    def logits(self, people: Tensor, items: Tensor) -> Tensor:
        """Log odds that the item was taken rather than drawn, (…), of states (…, d) and (…, d)."""
        width, n_factors = self.settings.layers[0], self.settings.factors
        hidden = functional.relu(people[..., :width] + items[..., :width])
        for layer in self.dense:
            hidden = functional.relu(layer(hidden))
        product = people[..., width:] * items[..., width : width + n_factors]
        found: Tensor = self.last(torch.cat([hidden, product], dim=-1))[..., 0] + items[..., -1]
        return found

    def states_of_people(self, people: Tensor) -> Tensor:
        """Some people, (n,), as they meet items: [what the first dense layer adds for them | factors]."""
        embedded = functional.dropout(self.person_embedding(people), self.settings.dropout, self.training)
        size = self.settings.size
        return torch.cat([self.of_person(embedded[..., :size]), embedded[..., size:]], dim=-1)

    def states_of_items(self, items: Tensor) -> Tensor:
        """Some items, (…), as they meet people: [what the first dense layer adds | factors | log popularity]."""
        embedded = functional.dropout(self.item_embedding(items), self.settings.dropout, self.training)
        size, bias = self.settings.size, self.popularity.now
        of_item = self.of_item(embedded[..., :size])
        odds = bias[items] + self.n_on_platform[items].log() - math.log(self.settings.negatives)
        return torch.cat([of_item, embedded[..., size:], odds[..., None].to(of_item.dtype)], dim=-1)


class NCF(NeuralRanker[NCFSettings]):
    """The log odds that a person takes an item; an item that nobody took comes after all others."""

    name = "ncf"
    _layers: dict[str, Floats]  # dense.0.weight (m, n), dense.0.bias (m,), …, last (1, n)

    def network_of(self, history: History, knowledge: Knowledge) -> NCFNetwork:
        return NCFNetwork(history, self.settings)

    def keep(self, network: Network, history: History) -> Self:
        if not isinstance(network, NCFNetwork):
            raise TypeError(f"ncf keeps a network of its own, found {type(network).__name__}; its score is no product")
        everyone, is_known = np.arange(history.n_people), np.isin(np.arange(history.n_people), history.person)
        network = network.eval()
        with torch.inference_mode():
            people = network.states_of_people(torch.as_tensor(everyone)).numpy()
            items = network.item_states().numpy()
            layers = {f"dense.{name}": weights for name, weights in network.dense.state_dict().items()}
            layers["last"] = network.last.weight[0]
            self._layers = {name: weights.numpy().copy() for name, weights in layers.items()}
        items[~np.isin(np.arange(history.n_items), history.item), -1] -= UNTAKEN
        self._people, self._items = people * is_known[:, None], items
        return self

    def score(self, people: NDArray[Any], items: slice) -> Floats:
        if self._people is None or self._items is None:
            raise NotFittedError(self.name)
        (width, n_factors), last = (self.settings.layers[0], self.settings.factors), self._layers["last"]
        of_people, of_items = self._people[people], self._items[items]
        factors = of_people[:, width:] * last[len(last) - n_factors :]
        scores: Floats = factors @ of_items[:, width : width + n_factors].T + of_items[:, -1]
        rows, columns = _blocks(len(of_people), len(of_items), max(self.settings.layers), CELLS)
        for row in rows:
            for column in columns:
                scores[row, column] += self._dense(of_people[row, :width], of_items[column, :width])
        scores *= of_people.any(axis=1, keepdims=True)
        return scores

    def _dense(self, of_people: Floats, of_items: Floats) -> Floats:
        """What the dense layers say, (n, m), of the first one's parts, (n, width) and (m, width)."""
        hidden = np.maximum(of_people[:, None] + of_items[None], 0).reshape(-1, of_people.shape[1])
        for number in range(len(self.settings.layers) - 1):
            weights, bias = (self._layers[f"dense.{number}.{name}"] for name in ("weight", "bias"))
            hidden = np.maximum(hidden @ weights.T + bias, 0)
        said: Floats = hidden @ self._layers["last"][: hidden.shape[1]]
        return said.reshape(len(of_people), len(of_items))

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {**super().arrays(), **self._layers}

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: NCFSettings) -> Self:
        ranker = super().from_arrays(arrays, settings)
        ranker._layers = {name: np.asarray(of) for name, of in arrays.items() if name not in ("people", "items")}
        return ranker


def _blocks(n_people: int, n_items: int, width: int, cells: int) -> tuple[list[slice], list[slice]]:
    """Cuts people and items so that the hidden units of a block's pairs have about so many cells."""
    n_columns = min(n_items, max(1, cells // width))
    n_rows = max(1, cells // max(1, width * n_columns))
    return _cuts(n_people, n_rows), _cuts(n_items, n_columns)


def _cuts(n: int, size: int) -> list[slice]:
    return [slice(start, min(start + size, n)) for start in range(0, n, max(1, size))]
