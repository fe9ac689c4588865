"""Rank by two towers: a person's state out of the states of what the person took, an item's out of its vectors.

Yi et al.: Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations, RecSys 2019: softmax over the
items of a batch, corrected for how often each is drawn (`in_batch_softmax.py`). Items that nobody took are told by
their vectors (`item_tower.py`: DropoutNet), people who took nothing on a platform by what they took elsewhere: at
random, a person's own events on the platform of the item to be found are hidden in training.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.neural.item_tower import ItemVectors, known_vectors
from xdrec_assets.rankers.neural.last_events import LastEvents
from xdrec_assets.rankers.neural.neural_ranker import NeuralRanker
from xdrec_assets.rankers.neural.sequences import Batch
from xdrec_assets.rankers.neural.settings import PersonTowerSettings, TwoTowerSettings
from xdrec_assets.rankers.neural.tower_network import Examples, TowerNetwork


class PersonTower(torch.nn.Module):
    """taste = mean over heads + MLP(heads); a head is the mean of what was taken, by attention that forgets.

    A head's attention to event j, asked at age a: softmaxⱼ of w·state(j) + log strength(j) - rate · |age(j) - a|.
    """

    def __init__(self, size: int, half_lives_days: tuple[float, ...], dropout: float) -> None:
        super().__init__()
        n_heads = len(half_lives_days)
        self.attention = torch.nn.Linear(size, n_heads, bias=False)
        torch.nn.init.zeros_(self.attention.weight)
        rates = [math.log(math.log(2) / days) for days in half_lives_days]
        self.log_rate = torch.nn.Parameter(torch.tensor(rates))
        self.dense = torch.nn.Linear(n_heads * size, 2 * size)
        self.drop = torch.nn.Dropout(dropout)
        self.out = torch.nn.Linear(2 * size, size, bias=False)
        torch.nn.init.zeros_(self.out.weight)

    def forward(self, states: Tensor, strength: Tensor, gap_days: Tensor, is_visible: Tensor) -> Tensor:
        """Tastes, shape (n, q, d); zeros where nothing is visible.

        Args:
            states: of events, (n, length, d).
            strength: of events, (n, length).
            gap_days: between an event and the time of asking, (n, q, length).
            is_visible: which events count, (n, q, length) bool.
        """
        says = self.attention(states) + strength.clamp(min=1e-6).log()[..., None]  # (n, length, heads)
        rates = self.log_rate.exp()
        heads = []
        for head in range(len(rates)):
            logits = (says[:, None, :, head] - rates[head] * gap_days).float()
            weights = logits.masked_fill(~is_visible, -1e9).softmax(dim=-1)
            heads.append(weights.to(states.dtype) @ states)  # (n, q, d)
        mean = torch.stack(heads).mean(dim=0)
        found: Tensor = mean + self.out(self.drop(functional.gelu(self.dense(torch.cat(heads, dim=-1)))))
        return found * is_visible.any(dim=-1, keepdim=True)


class TwoTowerNetwork(TowerNetwork):
    """A tower of people over a tower of items."""

    settings: PersonTowerSettings

    def __init__(self, history: History, vectors: ItemVectors, settings: PersonTowerSettings) -> None:
        super().__init__(history, vectors, settings)
        self.people = PersonTower(settings.size, settings.half_lives_days, settings.dropout)

    def person_states(self, batch: Batch, items: Tensor) -> Tensor:
        last = LastEvents.of(batch, self.settings.length)
        if not last.place.numel():
            return items.new_zeros((len(batch.people), items.shape[1]))
        states, age_days, strength = last.of_events(items[batch.items, :-1], batch.age_days, batch.strength)
        taste = self.people(states, strength, age_days[:, None], last.is_event[:, None])
        return self.asking(taste[:, 0])

    def examples(self, batch: Batch, states: Tensor, generator: torch.Generator) -> Examples:
        last = LastEvents.of(batch, self.settings.length)
        if not last.place.numel():
            return Examples(batch.row, states)
        by_place, age_days, strength = last.of_events(states, batch.age_days, batch.strength)
        is_visible = self.visible(batch, last, generator)
        gap_days = (age_days[:, None] - age_days[:, :, None]).abs()
        asked = last.is_event & is_visible.any(dim=-1)
        return Examples(last.place[asked], self.people(by_place, strength, gap_days, is_visible)[asked])

    def visible(self, batch: Batch, last: LastEvents, generator: torch.Generator) -> Tensor:
        """By which events j a person is told when event i is to be found, (n, i, j) bool."""
        age_days, platform = last.of_events(batch.age_days, self.platform[batch.items])
        found = last.is_event[:, None] & last.is_event[:, :, None]
        if self.settings.profile == "earlier":
            found &= age_days[:, None] > age_days[:, :, None]
        else:
            found &= ~torch.eye(found.shape[1], dtype=torch.bool, device=found.device)
        drawn = torch.rand(len(found), generator=generator, device=generator.device).to(found.device)
        hides = drawn < self.settings.platform_dropout
        return found & ~(hides[:, None, None] & (platform[:, None] == platform[:, :, None]))


class TwoTower(NeuralRanker[TwoTowerSettings]):
    """The product of a person's and an item's state."""

    name = "two_tower"
    takes_stand_ins = False

    def network_of(self, history: History, knowledge: Knowledge) -> TwoTowerNetwork:
        return TwoTowerNetwork(history, known_vectors(knowledge, self.settings.vectors), self.settings)
