"""A network whose weights are learned to be a good start: each platform is a task, a few steps away.

Finn, Abbeel, Levine: Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks, ICML 2017, algorithm 2, the
outer steps by any optimiser.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.backends import cudnn
from torch.func import functional_call
from torch.nn.attention import SDPBackend, sdpa_kernel

from xdrec_assets.rankers.neural.network import Network, step_shares
from xdrec_assets.rankers.neural.sequences import Batch
from xdrec_assets.rankers.transfer.maml import LossOf, Order, Parameters, adapted, meta_loss
from xdrec_assets.rankers.transfer.parts import with_events, with_people

FEWEST = 2  # events on the platform that make someone part of its task


class LearnedStart(Network):
    """min Σ_T L_T(θ - α ∇L_T(θ)) over platforms T, the equation of section 2.2.

    The inner loss is of half of the people who did something on T, the outer of the other half.

    Args:
        network: whose weights are θ.
        item_platform: (n_items,) into the history's platforms.
        steps: inner ones.
        rate: α.
        order: of the gradient through the inner steps.
    """

    item_platform: Tensor

    def __init__(
        self, network: Network, item_platform: NDArray, steps: int = 1, rate: float = 0.1, order: Order = "second"
    ) -> None:
        super().__init__()
        self.network, self.steps, self.rate, self.order = network, steps, rate, order
        self.register_buffer("item_platform", torch.from_numpy(item_platform).to(torch.int64), persistent=False)

    def item_states(self) -> Tensor:
        """Those of the start itself."""
        return self.network.item_states()

    def person_states(self, batch: Batch, items: Tensor) -> Tensor:
        """Those of the start itself."""
        return self.network.person_states(batch, items)

    def scores(self, people: Tensor, items: Tensor) -> Tensor:
        """As the network scores states."""
        return self.network.scores(people, items)

    def has_content(self) -> Tensor | None:
        """As the network says."""
        return self.network.has_content()

    def loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """The mean over the platforms of the batch, of those that have people for both halves."""
        start = learned_of(self.network)
        losses = [
            meta_loss(start, self._loss_of(support, generator), self._loss_of(query, generator), *self._how)
            for support, query in self._tasks(batch, generator)
        ]
        return torch.stack(losses).mean() if losses else self.item_platform.new_zeros((), dtype=torch.float32)

    def go_on(self, batches: Iterator[Batch], generator: torch.Generator) -> None:
        """One inner step on each batch, in place."""
        for batch in batches:
            start = learned_of(self.network)
            for name, value in adapted(start, self._loss_of(batch, generator), 1, self.rate, "first").items():
                start[name].data.copy_(value.detach())

    @property
    def _how(self) -> tuple[int, float, Order]:
        return self.steps, self.rate, self.order

    def _tasks(self, batch: Batch, generator: torch.Generator) -> Iterator[tuple[Batch, Batch]]:
        """Support and query of each platform."""
        platform = self.item_platform[batch.items]
        for index in range(int(self.item_platform.max()) + 1):
            there = with_events(batch, platform == index)
            there = with_people(there, there.lengths >= FEWEST)
            n = len(there.people)
            if n >= 2:
                order = torch.randperm(n, generator=generator, device=generator.device).to(there.people.device)
                yield with_people(there, order < n // 2), with_people(there, order >= n // 2)

    def _loss_of(self, batch: Batch, generator: torch.Generator) -> LossOf:
        asked = _Loss(self.network)

        def loss(parameters: Parameters) -> Tensor:
            under_name = {f"network.{name}": value for name, value in parameters.items()}
            with twice_differentiable() if self.order == "second" else nullcontext():
                found: Tensor = functional_call(asked, under_name, (batch, generator))
            return found

        return loss


class _Loss(torch.nn.Module):
    """A network's loss as what it is called for."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """The loss."""
        return self.network.loss(batch, generator)


@contextmanager
def twice_differentiable() -> Iterator[None]:
    """Attention and recurrence by operations whose gradients have gradients; the fused ones have none."""
    with sdpa_kernel(SDPBackend.MATH), cudnn.flags(enabled=False):
        yield


def learned_of(network: torch.nn.Module) -> Parameters:
    """The parameters that inner steps change, by name: not those of modules that have a step share of their own.

    A language model learns by the outer steps alone: one inner step by α would undo what it knows.
    """
    gentle, named = step_shares(network), network.named_parameters()
    return {name: weights for name, weights in named if weights.requires_grad and weights not in gentle}
