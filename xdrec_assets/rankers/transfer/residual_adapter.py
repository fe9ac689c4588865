"""A frozen network with small residual adapters beside it that learn one platform.

Houlsby, Giurgiu, Jastrzebski, Morrone, de Laroussilhe, Gesmundo, Attariyan, Gelly: Parameter-Efficient Transfer
Learning for NLP, ICML 2019: a bottleneck with a skip connection, near the identity at first. Rebuffi, Bilen, Vedaldi:
Learning multiple visual domains with residual adapters, NIPS 2017: one such per domain, all else shared.
"""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor
from torch.nn import functional

from xdrec_assets.rankers.neural.network import Network
from xdrec_assets.rankers.neural.sequences import Batch
from xdrec_assets.rankers.transfer.next_item import contrast, next_items


class Residual(torch.nn.Module):
    """x + B gelu(A x), A (rank, d) drawn at random, B (d, rank) zeros at first; zeros stay zeros."""

    def __init__(self, size: int, rank: int) -> None:
        super().__init__()
        self.down = torch.nn.Linear(size, rank, bias=False)
        self.up = torch.nn.Linear(rank, size, bias=False)
        torch.nn.init.zeros_(self.up.weight)

    def forward(self, states: Tensor) -> Tensor:
        """States (n, d) of the same shape."""
        moved: Tensor = self.up(functional.gelu(self.down(states)))
        return states + moved


class ResidualAdapter(Network):
    """f_target(x) = f_base(x) + Δ_target(x) for the states of people and of items; only Δ learns.

    It starts as the base to the bit. Its loss sets the next item that someone takes on the target against others of
    the target, -log exp(τ s⁺) / (exp(τ s⁺) + Σ exp(τ s⁻)), with τ learned: the base's scores may have any scale.

    Args:
        network: the base, which is frozen here.
        target: the target's items.
        rank: of Δ.
        drawn: items of the target that a batch is held against.
    """

    base_items: Tensor

    def __init__(self, network: Network, target: slice, rank: int = 16, drawn: int = 1_000) -> None:
        super().__init__()
        self.network, self.target, self.drawn = network.requires_grad_(False).eval(), target, drawn
        with torch.no_grad():
            base_items = network.item_states().clone()
        self.register_buffer("base_items", base_items, persistent=False)
        self.of_items = Residual(base_items.shape[1], rank)
        self.of_people = Residual(base_items.shape[1], rank)
        self.log_scale = torch.nn.Parameter(torch.zeros(()))

    def train(self, mode: bool = True) -> Self:
        """The base stays as it is asked: nothing is dropped out there."""
        super().train(mode)
        self.network.eval()
        return self

    def popularity_changed(self) -> None:
        """The base's states tell it."""
        with torch.no_grad():
            self.base_items.copy_(self.network.item_states())

    def item_states(self) -> Tensor:
        """The base's and what is added to them."""
        states: Tensor = self.of_items(self.base_items)
        return states

    def person_states(self, batch: Batch, items: Tensor) -> Tensor:
        """The base's and what is added to them; the base reads its own items' states, not `items`."""
        with torch.no_grad():
            base = self.network.person_states(batch, self.base_items)
        states: Tensor = self.of_people(base)
        return states

    def scores(self, people: Tensor, items: Tensor) -> Tensor:
        """As the base scores states."""
        return self.network.scores(people, items)

    def has_content(self) -> Tensor | None:
        """As the base says."""
        return self.network.has_content()

    def loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """One item of everyone in the batch who took one on the target after something else."""
        examples = next_items(batch, self.target, self.drawn, generator)
        items, scale = self.item_states(), self.log_scale.exp()
        people = self.person_states(examples.before, items)
        of_taken = self.scores(people, items[examples.item]).diagonal()
        return contrast(scale * of_taken, scale * self.scores(people, items[examples.drawn]), examples.is_own)
