"""A network whose people are each adapted to their own events, from a start that is learned for this.

Lee, Im, Jang, Cho, Chung: MeLU: Meta-Learned User Preference Estimator for Cold-Start Recommendation, KDD 2019: people
are the tasks of MAML (Finn, Abbeel, Levine, ICML 2017); what is common to all, items above all, is learned by the outer
steps alone (algorithm 1), and a few weights are moved by everyone's own events. Here these are a residual adapter on
the person's state, so that items keep one state for all, and to score stays a product.
"""

from __future__ import annotations

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import functional_call, grad, vmap

from xdrec_assets.rankers.neural.network import Network
from xdrec_assets.rankers.neural.sequences import Batch
from xdrec_assets.rankers.transfer.maml import Order, Parameters, towards
from xdrec_assets.rankers.transfer.next_item import contrast, drawn_of, next_items
from xdrec_assets.rankers.transfer.parts import places
from xdrec_assets.rankers.transfer.residual_adapter import Residual

CELLS = 50_000_000  # numbers of the vectors that the people of a part are adapted by: 200 MB


class PersonalStart(Network):
    """p_u = f(x_u; φ_u), φ_u = θ - α ∇L_u(θ) some times over: x_u the network's state, f a residual adapter.

    L_u, the support, sets a person's last events against items of their platforms, drawn once. In training the query
    is an item of the target that the person took after all these.

    Args:
        network: states of people and items, learned further by the outer steps.
        item_platform: (n_items,) into the history's platforms, non-decreasing.
        target: the target's items.
        rank: of the adapter.
        steps: inner ones.
        rate: α.
        order: of the gradient through the inner steps.
        support: events of a person, the last ones.
        drawn: items of each platform that support and query are held against.
        seed: of those that the support is held against.
    """

    platform: Tensor  # (n_items,)
    others: Tensor  # (n_platforms, drawn), items

    def __init__(
        self,
        network: Network,
        item_platform: NDArray,
        target: slice,
        rank: int = 8,
        steps: int = 2,
        rate: float = 0.5,
        order: Order = "second",
        support: int = 10,
        drawn: int = 200,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.network, self.target, self.steps, self.rate, self.order = network, target, steps, rate, order
        self.support, self.drawn = support, drawn
        with torch.no_grad():
            self.start = Residual(network.item_states().shape[1], rank)
        self.log_scale = torch.nn.Parameter(torch.zeros(()))
        platform = torch.from_numpy(item_platform).to(torch.int64)
        self.register_buffer("platform", platform, persistent=False)
        self.register_buffer("others", _others(platform, drawn, seed), persistent=False)

    def item_states(self) -> Tensor:
        """Those of the network."""
        return self.network.item_states()

    def person_states(self, batch: Batch, items: Tensor) -> Tensor:
        """The network's, each adapted to the person's own events, some people at a time."""
        states, support = self.network.person_states(batch, items), self._support_of(batch)
        at_once = max(1, CELLS // (self.support * self.drawn * items.shape[1]))
        parts = zip(*(torch.split(part, at_once) for part in (*support, states)), strict=True)
        moved = [self._moved(self._adapted(taken, counts, some, items), some) for taken, counts, some in parts]
        return torch.cat(moved)

    def scores(self, people: Tensor, items: Tensor) -> Tensor:
        """As the network scores states."""
        return self.network.scores(people, items)

    def has_content(self) -> Tensor | None:
        """As the network says."""
        return self.network.has_content()

    def loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """The query's, after the inner steps on what came before it."""
        examples = next_items(batch, self.target, self.drawn, generator)
        items = self.item_states()
        states = self.network.person_states(examples.before, items)
        found = self._adapted(*self._support_of(examples.before), states, items)
        people, scale = self._moved(found, states), self.log_scale.exp()
        of_taken = self.scores(people, items[examples.item]).diagonal()
        loss = contrast(scale * of_taken, scale * self.scores(people, items[examples.drawn]), examples.is_own)
        if self.order != "reptile" or not len(people):
            return loss
        return towards(self._start, found, loss, self.rate * len(people))

    @property
    def _start(self) -> Parameters:
        return dict(self.start.named_parameters())

    def _moved(self, parameters: Parameters, states: Tensor) -> Tensor:
        """Everyone's state (n, d) by everyone's own adapter."""
        moved: Tensor = vmap(lambda own, state: functional_call(self.start, own, (state,)))(parameters, states)
        return moved

    def _adapted(self, taken: Tensor, counts: Tensor, states: Tensor, items: Tensor) -> Parameters:
        """φ of everyone: the start's parameters, each (n, …). taken, counts: `_support_of` these people."""
        own = {name: value.expand(len(states), *value.shape) for name, value in self._start.items()}
        of_taken, of_others = items[taken], items[self.others[self.platform[taken]]]  # (n, s, d), (n, s, m, d)
        gradients = vmap(grad(self._support_loss))
        for _ in range(self.steps):
            found = gradients(own, states, of_taken, of_others, counts)
            if self.order != "second":
                found = {name: gradient.detach() for name, gradient in found.items()}
            own = {name: value - self.rate * found[name] for name, value in own.items()}
        return own

    def _support_loss(
        self, own: Parameters, state: Tensor, of_taken: Tensor, of_others: Tensor, counts: Tensor
    ) -> Tensor:
        """One person's: the mean over events of -log of an item's share of the softmax with those drawn."""
        person, scale = functional_call(self.start, own, (state,)), self.log_scale.exp()
        true, false = of_taken @ person, of_others @ person  # (s,), (s, m)
        losses = torch.logsumexp(scale * torch.cat([true[:, None], false], dim=1), dim=1) - scale * true
        mean: Tensor = (losses * counts).sum() / counts.sum().clamp(min=1)
        return mean

    def _support_of(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Everyone's last items (n, support), and 1 where there is one (n, support)."""
        from_last = batch.lengths[batch.row] - 1 - places(batch)
        keep = from_last < self.support
        taken = batch.items.new_zeros((len(batch.people), self.support))
        counts = torch.zeros(taken.shape, device=taken.device)
        taken[batch.row[keep], from_last[keep]] = batch.items[keep]
        counts[batch.row[keep], from_last[keep]] = 1
        return taken, counts


def _others(platform: Tensor, n: int, seed: int) -> Tensor:
    """Items of each platform, drawn once, (n_platforms, n); some stand several times where a platform has fewer."""
    generator, drawn = torch.Generator().manual_seed(seed), []
    for index in range(int(platform.max()) + 1 if len(platform) else 0):
        own = torch.nonzero(platform == index)[:, 0]
        chosen = own[drawn_of(len(own), n, generator)]
        drawn.append(chosen.repeat(-(-n // len(own)))[:n] if len(own) else own.new_zeros(n))  # of none nobody asks
    return torch.stack(drawn) if drawn else torch.zeros((0, n), dtype=torch.int64)
