"""Networks that say what to add to the concatenation of an item's sources; any source may be missing.

Each ends in a layer that begins at zero: before any training an item stands where the concatenation puts it, and one
of whom the training says nothing stays near.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.functional import normalize


class FusionNetwork(torch.nn.Module, ABC):
    """normalize(base + W mix(sources)); subclasses say how the sources are mixed."""

    def __init__(self, sizes: Sequence[int], width: int, size: int) -> None:
        """sizes: of the sources. width: of their mix. size: of the fused vector."""
        super().__init__()
        self.sizes, self.width = list(sizes), width
        self.out = torch.nn.Linear(width, size, bias=False)
        torch.nn.init.zeros_(self.out.weight)

    def forward(self, base: Any, sources: Sequence[Any], known: Any) -> Any:
        """Fused vectors (n, size) of unit length.

        base: (n, size), unit length. sources: (n, d_s) each, zeros where missing. known: (n, n_sources) bool.
        """
        return normalize(base + self.out(self.mix(sources, known)))

    @abstractmethod
    def mix(self, sources: Sequence[Any], known: Any) -> Any:
        """The sources as one (n, width)."""


class Gated(FusionNetwork):
    """Gated multimodal units (Arevalo et al., 2017, "Gated Multimodal Units for Information Fusion", section 3.1).

    h = Σ σ(Zₛ [x₁ … x_S]) * tanh(Wₛ xₛ) over the sources that know the item.
    """

    def __init__(self, sizes: Sequence[int], width: int, size: int) -> None:
        super().__init__(sizes, width, size)
        self.turns = torch.nn.ModuleList([torch.nn.Linear(own, width, bias=False) for own in sizes])
        self.gates = torch.nn.Linear(sum(sizes), width * len(self.sizes))

    def mix(self, sources: Sequence[Any], known: Any) -> Any:
        """The sum of the sources, each through its gate."""
        turned = torch.stack([torch.tanh(turn(rows)) for turn, rows in zip(self.turns, sources, strict=True)], dim=1)
        gates = torch.sigmoid(self.gates(torch.cat(list(sources), dim=1))).view_as(turned)
        return (gates * turned * known[..., None]).sum(dim=1)


class Attention(FusionNetwork):
    """Sources weighed by attention: keys and values of each, and one learned query.

    Scaled dot products (Vaswani et al., 2017, equation 1) pooled by a learned query as in Lee et al. (2019, "Set
    Transformer", equation 11, one head).
    """

    def __init__(self, sizes: Sequence[int], width: int, size: int) -> None:
        super().__init__(sizes, width, size)
        self.keys = torch.nn.ModuleList([torch.nn.Linear(own, width) for own in sizes])
        self.values = torch.nn.ModuleList([torch.nn.Linear(own, width) for own in sizes])
        self.query = torch.nn.Parameter(torch.randn(width))

    def mix(self, sources: Sequence[Any], known: Any) -> Any:
        """The mean of the sources' values by their attention; missing ones get none."""
        keys = torch.stack([key(rows) for key, rows in zip(self.keys, sources, strict=True)], dim=1)
        values = torch.stack([value(rows) for value, rows in zip(self.values, sources, strict=True)], dim=1)
        scores = keys @ self.query / self.width**0.5
        share = torch.softmax(scores.masked_fill(~known, torch.finfo(scores.dtype).min), dim=1)
        return (share[..., None] * values * known[..., None]).sum(dim=1)


class Experts(FusionNetwork):
    """The mixture-of-experts adapter of UniSRec (Hou et al., 2022, equations 3 to 6) on the sources side by side.

    Σ gₖ (x - bₖ) Wₖ, g = softmax(x W₁ + ε softplus(x W₂)), ε normal in training and zero afterwards.
    """

    def __init__(self, sizes: Sequence[int], width: int, size: int, n_experts: int) -> None:
        super().__init__(sizes, width, size)
        given = sum(self.sizes)
        self.shifts = torch.nn.Parameter(torch.zeros(n_experts, given))
        self.turns = torch.nn.Parameter(torch.randn(n_experts, given, width) / given**0.5)
        self.router = torch.nn.Linear(given, n_experts, bias=False)
        self.noise = torch.nn.Linear(given, n_experts, bias=False)

    def mix(self, sources: Sequence[Any], known: Any) -> Any:
        """The experts' views, weighed by the router."""
        rows = torch.cat(list(sources), dim=1)
        scores = self.router(rows)
        if self.training:
            scores = scores + torch.randn_like(scores) * torch.nn.functional.softplus(self.noise(rows))
        views = torch.einsum("nd,kdw->nkw", rows, self.turns) - torch.einsum("kd,kdw->kw", self.shifts, self.turns)
        return (torch.softmax(scores, dim=1)[..., None] * views).sum(dim=1) * known.any(dim=1, keepdim=True)


def network_of(strategy: str, sizes: Sequence[int], width: int, size: int, n_experts: int) -> FusionNetwork:
    """The network of a strategy: gated, attention or experts.

    Raises ValueError where there is none of that name.
    """
    if strategy == "experts":
        return Experts(sizes, width, size, n_experts)
    kinds: dict[str, type[FusionNetwork]] = {"gated": Gated, "attention": Attention}
    if strategy not in kinds:
        raise ValueError(f"fusion network is {strategy!r}, expected gated, attention or experts")
    return kinds[strategy](sizes, width, size)
