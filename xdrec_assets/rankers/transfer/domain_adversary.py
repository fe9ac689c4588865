"""A network that learns its own task while a discriminator fails to tell which platform its states come from.

Ganin, Ustinova, Ajakan, Germain, Larochelle, Laviolette, Marchand, Lempitsky: Domain-Adversarial Training of Neural
Networks, JMLR 2016. The discriminator lessens its cross-entropy; the states, behind a reversed gradient, raise it
(equations 13 to 16), ever more strongly as training goes on (section 5.2.2).

That the discriminator is at chance does not show that nothing tells platforms apart: it may only be led astray, and
another one, learned afterwards from the states, may still name them.
"""

from __future__ import annotations

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from xdrec_assets.knowledge.alignment.adversarial import ReverseGradient, reversal
from xdrec_assets.rankers.neural.network import Network
from xdrec_assets.rankers.neural.sequences import Batch
from xdrec_assets.rankers.transfer.next_item import drawn_of
from xdrec_assets.rankers.transfer.parts import with_events


class Discriminator(torch.nn.Module):
    """Names the platform of states, (n, d) to logits (n, n_platforms). Lengths are taken away: only directions count.

    Without this a network would shorten its states, where the discriminator sees less, rather than mix them.
    """

    def __init__(self, size: int, hidden: int, n_platforms: int) -> None:
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(size, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, n_platforms)
        )

    def forward(self, states: Tensor) -> Tensor:
        """Logits, (n, n_platforms)."""
        logits: Tensor = self.layers(functional.normalize(states))
        return logits


class DomainAdversary(Network):
    """Any network with a discriminator over its items, and over its people as each single platform shows them.

    loss = the network's own + mean cross-entropy of the discriminators, whose gradient reaches the states times
    -weight × λ, λ = 2 / (1 + exp(-10 p)) - 1, p the share done of `rising_batches`.

    Args:
        network: what is trained.
        item_platform: (n_items,) into the history's platforms.
        hidden: units of a discriminator's hidden layer.
        weight: of the reversed gradient beside that of the network's own loss.
        drawn: items of each platform that are judged in a batch.
        rising_batches: batches in which the reversal grows from nothing to its whole strength.
    """

    item_platform: Tensor
    batches_seen: Tensor

    def __init__(
        self,
        network: Network,
        item_platform: NDArray,
        hidden: int = 64,
        weight: float = 0.1,
        drawn: int = 256,
        rising_batches: int = 1_000,
    ) -> None:
        super().__init__()
        self.network, self.weight, self.drawn, self.rising_batches = network, weight, drawn, rising_batches
        platform = torch.from_numpy(item_platform).to(torch.int64)
        self.register_buffer("item_platform", platform, persistent=False)
        self.register_buffer("batches_seen", torch.zeros((), dtype=torch.int64))  # a resumed training goes on with it
        with torch.no_grad():
            size = network.item_states().shape[1]
        self.n_platforms = int(platform.max()) + 1 if len(platform) else 1
        self.of_items = Discriminator(size, hidden, self.n_platforms)
        self.of_people = Discriminator(size, hidden, self.n_platforms)

    def item_states(self) -> Tensor:
        """Those of the network."""
        return self.network.item_states()

    def person_states(self, batch: Batch, items: Tensor) -> Tensor:
        """Those of the network."""
        return self.network.person_states(batch, items)

    def scores(self, people: Tensor, items: Tensor) -> Tensor:
        """As the network scores states."""
        return self.network.scores(people, items)

    def has_content(self) -> Tensor | None:
        """As the network says."""
        return self.network.has_content()

    def loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """The network's own and the discriminators'; in training, one more batch is counted."""
        own = self.network.loss(batch, generator)
        strength = reversal(min(1.0, int(self.batches_seen) / self.rising_batches))
        if self.training:
            self.batches_seen += 1
        return own + self.domain_loss(batch, generator, self.weight * strength)

    def domain_loss(self, batch: Batch, generator: torch.Generator, strength: float) -> Tensor:
        """Mean cross-entropy of both discriminators, every platform counting alike; zero with a single platform."""
        items = self.network.item_states()
        losses = []
        for platform in range(self.n_platforms if self.n_platforms > 1 else 0):
            own = torch.nonzero(self.item_platform == platform)[:, 0]
            for judge, states in (
                (self.of_items, items[own[drawn_of(len(own), self.drawn, generator).to(own.device)]]),
                (self.of_people, self._people_of(batch, platform, items)),
            ):
                if len(states):
                    losses.append(_named(judge, states, platform, strength))
        return torch.stack(losses).mean() if losses else items.new_zeros(())

    def _people_of(self, batch: Batch, platform: int, items: Tensor) -> Tensor:
        """States of those people who did something on a platform, by what they did there alone."""
        there = with_events(batch, self.item_platform[batch.items] == platform)
        return self.network.person_states(there, items)[there.lengths > 0]


def _named(judge: Discriminator, states: Tensor, platform: int, strength: float) -> Tensor:
    """The cross-entropy of the platform's name; states get its gradient reversed."""
    reversed_later = ReverseGradient.apply(states, strength)  # type: ignore[no-untyped-call]
    logits = judge(reversed_later)
    return functional.cross_entropy(logits, torch.full((len(logits),), platform, device=logits.device))
