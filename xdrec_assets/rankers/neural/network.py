"""What a network must give to be trained and asked as a ranker."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from xdrec_assets.rankers.neural.sequences import Batch


class Network(torch.nn.Module, ABC):
    """People and items as states; their product is the score where nothing else is said, a bias one more dimension."""

    @abstractmethod
    def item_states(self) -> Tensor:
        """All items, shape (n_items, d)."""

    @abstractmethod
    def person_states(self, batch: Batch, items: Tensor) -> Tensor:
        """The people of a batch, shape (n, d).

        Args:
            batch: their events.
            items: `item_states()`.
        """

    def scores(self, people: Tensor, items: Tensor) -> Tensor:
        """Of people (n, d) and items (m, d), each as its states: shape (n, m), higher is better."""
        return people @ items.T

    @abstractmethod
    def loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """The mean loss of the examples that a batch gives; a constant zero where it gives none.

        Negatives are of the platform of the item that they stand against.

        Args:
            batch: some people's events.
            generator: of all random draws but dropout.
        """

    def popularity_changed(self) -> None:
        """Take back what was computed with the popularity of items as it was told before; nothing by itself."""
        return

    def has_content(self) -> Tensor | None:
        """Items whose state does not rest on events alone, (n_items,) bool; none where not overridden."""
        return None


def step_shares(network: torch.nn.Module) -> dict[torch.nn.Parameter, float]:
    """The weights of modules that have a `step_share`: by which share of the step size they learn."""
    shares: dict[torch.nn.Parameter, float] = {}
    for module in network.modules():
        share = getattr(module, "step_share", None)
        if share is not None:
            shares |= dict.fromkeys(module.parameters(), share)
    return shares
