"""Softmax over the item taken and a few others drawn for the whole batch, corrected for how often each is drawn.

Jean, Cho, Memisevic, Bengio: On Using Very Large Target Vocabulary for Neural Machine Translation, ACL 2015, equation
(6); that the item taken is there for certain, and is not corrected: Khrylchenko et al.: Correcting the LogQ Correction,
RecSys 2025. Half of the draws go by popularity, half are even, so that no item is without a place.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

NOTHING = -1e30  # the logarithm of next to nothing, whose gradient is not nan


@dataclass(frozen=True)
class Drawn:
    """Different items and how each counts."""

    items: Tensor  # (m,) ascending
    log_weight: Tensor  # (m,) log of how often each was drawn less log of how often it was to be


def every_item(n_items: int, device: torch.device) -> Drawn:
    """All items once: the sample whose softmax is the full one."""
    return Drawn(torch.arange(n_items, device=device), torch.zeros(n_items, device=device))


def draw(share: Tensor, n: int, generator: torch.Generator) -> Drawn:
    """`n` draws with replacement.

    Args:
        share: how often each item is drawn, (n_items,), sums to one.
        n: draws.
        generator: of the draws.
    """
    sums = share.double().cumsum(0)
    at = torch.rand(n, generator=generator, device=generator.device, dtype=torch.float64).to(share.device) * sums[-1]
    drawn = torch.searchsorted(sums, at, right=True).clamp(max=len(share) - 1)
    items, copies = torch.unique(drawn, return_counts=True)
    return Drawn(items, copies.log() - (share[items] * n).log())


def half_even(share: Tensor) -> Tensor:
    """The mean of a distribution and the even one; share: (n_items,) sums to one, or all zeros."""
    even = torch.full_like(share, 1 / max(1, len(share)))
    return (share + even) / 2 if share.any() else even


def sampled_softmax_loss(
    states: Tensor, items: Tensor, target: Tensor, weight: Tensor, drawn: Drawn, bias: Tensor | None = None
) -> Tensor:
    """Σ wᵢ · -log of the share of the item taken beside the weighted others that were drawn, a scalar.

    Args:
        states: of the examples, (n, d).
        items: of the catalogue, (n_items, d).
        target: which item was taken, (n,).
        weight: of each example, (n,).
        drawn: the others; the item taken is none of them.
        bias: added to an item's score, (n_items,).
    """
    of_target, correction = (states * items[target]).sum(dim=1).float(), drawn.log_weight
    if bias is not None:
        of_target, correction = of_target + bias[target], correction + bias[drawn.items]
    others = (states @ items[drawn.items].T).float() + correction
    others = others.masked_fill(drawn.items == target[:, None], NOTHING)
    losses = torch.logaddexp(of_target, others.logsumexp(dim=1)) - of_target
    return (losses * weight).sum()
