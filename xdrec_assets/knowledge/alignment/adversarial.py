"""Map platforms, until a network cannot tell which one a vector comes from.

Domain-adversarial training (Ganin et al., 2016, "Domain-Adversarial Training of Neural Networks"): the discriminator
learns to name the platform, the maps get its gradient reversed. That alone would be content with any place, so the maps
are held to where they began (the identity term of CycleGAN; Zhu et al., 2017, section 5.2). It needs neither shared
people nor twins, and knows nothing of who is alike: it takes away what tells platforms apart, and no more.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from resources.encoding.devices import chosen_device
from xdrec_assets.embeddings.vectors import is_known
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.alignment.linear_maps import LinearMaps
from xdrec_assets.knowledge.alignment.profiles import Maps, apply_maps, by_size
from xdrec_assets.knowledge.alignment.settings import AlignmentSettings

HIDDEN = 128
STEEPNESS = 10.0  # of the reversal's rise; Ganin et al., section 5.2.2


class ReverseGradient(torch.autograd.Function):
    """The identity forward, the gradient times -strength backward (Ganin et al., equation 15 and 16)."""

    @staticmethod
    def forward(ctx: Any, rows: Any, strength: float) -> Any:
        """The rows as they are."""
        ctx.strength = strength
        return rows.view_as(rows)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        """The gradient reversed."""
        return -ctx.strength * gradients[0], None


def align_adversarially(history: History, vectors: np.ndarray, settings: AlignmentSettings) -> np.ndarray:
    """Vectors (n_items, d) mapped platform by platform, so that a discriminator cannot tell them: unit or zeros."""
    platforms = by_size(history, vectors)
    if len(platforms) < 2:
        return vectors.copy()
    slices = {name: vectors[history.items_of(name)] for name in platforms}
    rows = {name: each[is_known(each)] for name, each in slices.items()}
    return apply_maps(history, vectors, adversarial_maps(rows, settings))


def adversarial_maps(rows: dict[str, np.ndarray], settings: AlignmentSettings) -> Maps:
    """The map of every platform but the first. rows: by platform (n, d), each known."""
    device, rng = chosen_device("auto"), np.random.default_rng(settings.seed)
    size, names = next(iter(rows.values())).shape[1], list(rows)
    with torch.random.fork_rng([torch.cuda.current_device()] if device == "cuda" else []):
        torch.manual_seed(settings.seed)
        maps = LinearMaps(names[1:], size).to(device)
        judge = torch.nn.Sequential(
            torch.nn.Linear(size, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, len(names))
        ).to(device)
        optimiser = torch.optim.Adam([*maps.parameters(), *judge.parameters()], lr=settings.learning_rate)
        labels = torch.arange(len(names), device=device).repeat_interleave(settings.batch_size)
        for step in range(settings.steps):
            drawn = {name: each[rng.integers(len(each), size=settings.batch_size)] for name, each in rows.items()}
            mapped = torch.cat([maps(name, torch.from_numpy(each).to(device)) for name, each in drawn.items()])
            judged = judge(
                ReverseGradient.apply(  # type: ignore[no-untyped-call]
                    mapped, reversal(step / settings.steps)
                )
            )
            loss = cross_entropy(judged, labels) + settings.anchor * maps.away()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return maps.matrices()


def reversal(progress: float) -> float:
    """How strongly gradients are reversed, from 0 at the start to nearly 1 at the end (Ganin et al., section 5.2.2).

    >>> round(reversal(0.0), 3), round(reversal(1.0), 3)
    (0.0, 1.0)
    """
    return float(2 / (1 + np.exp(-STEEPNESS * progress)) - 1)
