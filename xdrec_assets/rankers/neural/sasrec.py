"""Rank by self-attention over what a person took, one item after the other.

Kang, McAuley: Self-Attentive Sequential Recommendation, ICDM 2018: learned positions (equation 1), causal blocks of
attention and dense layers (2 to 5), one table of items for what is read and what is found (6). Each event is to be
found by those before it, by a softmax over all items of its platform or over some that are drawn, in place of the
paper's one negative (Klenitskiy, Vasilev: Turning Dross Into Gold Loss: is BERT4Rec really better than SASRec?,
RecSys 2023). The table is the sum of an embedding per item and a linear map of its language-model vector, whitened
(Hou et al.: Towards Universal Sequence Representation Learning, KDD 2022, section 2.1), so that items that nobody
took have their place too. Over all platforms the sequence is the merged one, each event with its platform's embedding.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.neural.attention import SPREAD, Block, drop
from xdrec_assets.rankers.neural.linear_softmax import multiplies_half, softmax_loss
from xdrec_assets.rankers.neural.network import Network
from xdrec_assets.rankers.neural.neural_ranker import NeuralRanker
from xdrec_assets.rankers.neural.packing import Packed, pack
from xdrec_assets.rankers.neural.popularity_bias import ItemPopularity
from xdrec_assets.rankers.neural.sampled_softmax import draw, half_even, sampled_softmax_loss
from xdrec_assets.rankers.neural.sequences import Batch
from xdrec_assets.rankers.neural.settings import SASRecSettings

SMOOTHING = 0.1


class ItemTable(torch.nn.Module):
    """state(i) = embedding of i + linear map of its vector; the former only of items that somebody took."""

    vectors: Tensor
    is_taken: Tensor

    def __init__(self, history: History, knowledge: Knowledge, settings: SASRecSettings) -> None:
        super().__init__()
        self.dropout = settings.vector_dropout
        nothing = np.zeros((history.n_items, 1), dtype=np.float32)
        given = {"text": knowledge.text, "fused": knowledge.fused, "none": nothing}[settings.vectors]
        is_taken = np.isin(np.arange(history.n_items), history.item)[:, None]
        self.register_buffer("vectors", torch.as_tensor(given), persistent=False)
        self.register_buffer("is_taken", torch.as_tensor(is_taken), persistent=False)
        spread = SPREAD if settings.has_ids else 0.0
        self.embedding = torch.nn.Parameter(torch.randn(history.n_items, settings.size) * spread, settings.has_ids)
        self.adapter = torch.nn.Linear(given.shape[1], settings.size, bias=False)
        torch.nn.init.normal_(self.adapter.weight, std=SPREAD)

    def forward(self) -> Tensor:
        """Of all items, shape (n_items, d)."""
        return self.embedding * self.is_taken + drop(self.adapter(self.vectors), self.dropout if self.training else 0.0)


class SASRecNetwork(Network):
    """A table of items, and causal attention over the last events of people."""

    platform: Tensor

    def __init__(self, history: History, knowledge: Knowledge, settings: SASRecSettings) -> None:
        super().__init__()
        self.settings = settings
        self.table = ItemTable(history, knowledge, settings)
        self.positions = torch.nn.Parameter(torch.randn(settings.length, settings.size) * SPREAD)
        self.platforms = torch.nn.Parameter(torch.zeros(len(history.platforms), settings.size))
        self.blocks = torch.nn.ModuleList(
            Block(settings.size, settings.heads, settings.dropout) for _ in range(settings.blocks)
        )
        self.last = torch.nn.LayerNorm(settings.size)
        self.bounds = np.searchsorted(history.item_platform, np.arange(len(history.platforms) + 1)).tolist()
        self.popularity = ItemPopularity(history, settings.popularity_half_life_days, SMOOTHING)
        self.register_buffer("platform", torch.as_tensor(history.item_platform.astype(np.int64)), persistent=False)

    @property
    def knows_popularity(self) -> bool:
        """Whether popularity is told rather than learned, as one more dimension of the states."""
        return self.settings.popularity_half_life_days is not None

    def item_states(self) -> Tensor:
        table: Tensor = self.table()
        return torch.cat([table, self.popularity.of_late[:, None]], dim=1) if self.knows_popularity else table

    def has_content(self) -> Tensor | None:
        return self.table.vectors.any(dim=1)

    def person_states(self, batch: Batch, items: Tensor) -> Tensor:
        packed = pack(batch, self.settings.length)
        found = items.new_zeros((len(batch.people), items.shape[1]))
        if not packed.n_events:
            return found
        states = self.hidden(batch, packed, items[:, : self.settings.size])[packed.last].to(found.dtype)
        one = torch.ones_like(states[:, :1])
        found[packed.person] = torch.cat([states, one], dim=1) if self.knows_popularity else states
        return found

    def hidden(self, batch: Batch, packed: Packed, table: Tensor) -> Tensor:
        """What is known of a person after each packed event, (n_rows, d); rows behind the last event say nothing."""
        items = batch.items[packed.event]
        x = functional.embedding(items, table) * math.sqrt(self.settings.size)
        x = x + functional.embedding(packed.position, self.positions)
        if self.settings.has_platforms:
            x = x + functional.embedding(self.platform[items], self.platforms)
        x = drop(x, self.settings.dropout if self.training else 0.0)
        with torch.autocast(x.device.type, torch.bfloat16, enabled=multiplies_half(x.device)):
            for block in self.blocks:
                x = block(x, packed)
            found: Tensor = self.last(x)
        return found.float()

    def loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        packed = pack(batch, self.settings.length, with_last=False)
        if not packed.n_events:
            return torch.zeros((), device=batch.items.device)
        table: Tensor = self.table()
        states = self.hidden(batch, packed, table)[: packed.n_events]
        event = packed.event[: packed.n_events] + 1
        target, weight = batch.items[event], batch.strength[event]
        total = torch.zeros((), device=table.device)
        for first, stop in pairwise(self.bounds):
            (here,) = torch.nonzero((target >= first) & (target < stop), as_tuple=True)
            if len(here):
                total = total + self._platform_loss(states, table, target, weight, here, slice(first, stop), generator)
        return total / weight.sum()

    def _platform_loss(
        self,
        states: Tensor,
        table: Tensor,
        target: Tensor,
        weight: Tensor,
        here: Tensor,
        items: slice,
        generator: torch.Generator,
    ) -> Tensor:
        """The summed losses of the examples `here`, whose items are all of one platform's slice."""
        bias = self.popularity.on_the_whole[items] if self.knows_popularity else None
        examples = states[here], table[items], target[here] - items.start, weight[here]
        n = self.settings.negatives
        if not 0 < n < items.stop - items.start:
            return softmax_loss(*examples, bias)
        drawn = draw(half_even(self.popularity.share[items]), n, generator)
        return sampled_softmax_loss(*examples, drawn, bias)


class SASRec(NeuralRanker[SASRecSettings]):
    """The product of a person's state, after the last event, and an item's."""

    name = "sasrec"

    def __init__(self, settings: SASRecSettings) -> None:
        super().__init__(settings)
        self.takes_stand_ins = settings.vectors == "none"  # type: ignore[misc]  # with vectors it reads texts itself

    def network_of(self, history: History, knowledge: Knowledge) -> SASRecNetwork:
        return SASRecNetwork(history, knowledge, self.settings)
