"""Softmax over the items of a batch, corrected for how often each is expected in one.

Yi et al.: Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations, RecSys 2019: sᶜ(x, yⱼ) =
s(x, yⱼ) - log pⱼ (section 3.2). Beside the batch's own items some are drawn evenly, as in Yang et al.: Mixed Negative
Sampling for Learning Two-tower Neural Networks in Recommendations, WWW 2020, so that items nobody takes learn their
place too; pⱼ is then what both together draw. An item stands among the candidates once and weighs as much as its
copies in the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional

from xdrec_assets.rankers.neural.sequences import Batch


@dataclass(frozen=True)
class Sample:
    """The items among which those of a batch are to be found, each among those of its platform."""

    items: Tensor  # (m,) ascending, so that a platform's stand together
    cuts: tuple[int, ...]  # (n_platforms + 1,) where each platform's begin, and where the last ones end
    column: Tensor  # (n_events,) where the items of the batch's events stand
    log_copies: Tensor  # (m,) of each item in the sample
    log_expected: Tensor  # (m,) of the copies that a sample of this size has on average

    @classmethod
    def of(cls, bounds: Sequence[int], share: Tensor, batch: Batch, n_drawn: int, generator: torch.Generator) -> Sample:
        """The items of a batch, and more that are drawn evenly from each platform that has events in it.

        Args:
            bounds: where each platform's items begin, and where the last ones end, (n_platforms + 1,).
            share: of each item of its platform's events, (n_items,).
            batch: whose items they are.
            n_drawn: how many more, of each platform.
            generator: draws them.
        """
        sampled, expected = [batch.items], torch.zeros_like(share)
        for first, stop in pairwise(bounds):
            n_here = int(((batch.items >= first) & (batch.items < stop)).sum())
            if n_here:
                drawn = torch.randint(first, stop, (n_drawn,), generator=generator, device=generator.device)
                sampled.append(drawn.to(batch.items.device))
                expected[first:stop] = n_here * share[first:stop] + n_drawn / (stop - first)
        items, copies = torch.unique(torch.cat(sampled), return_counts=True)
        ends = torch.searchsorted(items, torch.as_tensor(bounds, device=items.device))
        column = torch.searchsorted(items, batch.items)
        return cls(items, tuple(ends.tolist()), column, copies.log(), expected[items].log())

    def taken(self, batch: Batch) -> Tensor:
        """What each person of the batch took, (n, m) bool."""
        found = torch.zeros((len(batch.people), len(self.items)), dtype=torch.bool, device=batch.items.device)
        found[batch.row, self.column] = True
        return found

    def losses(self, batch: Batch, event: Tensor, people: Tensor, items: Tensor) -> Tensor:
        """-log of the probability of the items of some events among those of their platforms, shape (p,).

        Args:
            batch: what the sample was made for.
            event: which of its events are to be found, (p,).
            people: states of those whose events they are, (p, d).
            items: states of the sample's items, (m, d).
        """
        target, taken = self.column[event], self.taken(batch)
        found = torch.zeros(len(event), device=people.device)
        for first, stop in pairwise(self.cuts):
            (here,) = torch.nonzero((target >= first) & (target < stop), as_tuple=True)
            if len(here):
                with torch.autocast(people.device.type, enabled=False):  # bf16 tells near logits apart no more
                    logits = people[here].float() @ items[first:stop].T.float()
                own = taken[batch.row[event[here]], first:stop]
                copies, expected = self.log_copies[first:stop], self.log_expected[first:stop]
                found[here] = softmax_losses(logits, target[here] - first, copies, expected, own)
        return found


def softmax_losses(logits: Tensor, target: Tensor, log_copies: Tensor, log_expected: Tensor, is_own: Tensor) -> Tensor:
    """-log of the probability of each target, corrected for sampling, shape (p,).

    Args:
        logits: of examples and items, (p, m).
        target: column of the item that was taken, (p,).
        log_copies: of each item in the sample, (m,).
        log_expected: of each item's copies in a sample on average, (m,).
        is_own: what the person of an example took, (p, m) bool: no negatives.
    """
    chosen = target[:, None]
    of_target = logits.gather(1, chosen) - log_expected[chosen]  # it counts once
    corrected = (logits + (log_copies - log_expected)).masked_fill(is_own, -torch.inf)
    return functional.cross_entropy(corrected.scatter(1, chosen, of_target), target, reduction="none")
