"""Person vectors carried over by one function for all, learned from people known on both sides.

EMCDR: Man, Shen, Jin, Cheng: Cross-Domain Recommendation: An Embedding and Mapping Approach, IJCAI 2017. Factors of the
sources and of the target are learned apart, then a function maps the former person vectors to the latter: a linear one,
here in closed form, or a perceptron. Beyond the paper, people with few events on the target get a mean of both vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.transfer.settings import MappingSettings
from xdrec_assets.rankers.transfer.strategy import Problem, Strategy
from xdrec_assets.rankers.transfer.two_sides import TwoSides

Floats = NDArray[np.float32]
Map = Callable[[Floats], Floats]  # (n, d_source) to (n, d_target)


class PersonMapping(Strategy[MappingSettings]):
    """Suits rankers that are nothing but vectors of people and items; where nobody is known on both it is the twin."""

    name = "mapping"

    def fit(self, problem: Problem) -> Ranker[Any]:
        """The twin, its people without or with few events on the target as their vectors elsewhere let expect them."""
        sides, settings = TwoSides.of(problem), self.settings
        both = sides.on_both
        if not len(both):
            return sides.twin
        learned = linear_map if settings.function == "linear" else network_map
        carry = learned(sides.source_people[both], sides.target_people[both], settings)
        return sides.with_carried(carry(sides.source_people), settings.known_after)


def linear_map(source: Floats, target: Floats, settings: MappingSettings) -> Map:
    """The map x ↦ (x - x̄) W + ȳ, where W minimises Σ ‖(x - x̄) W - (y - ȳ)‖² + λ ‖W‖².

    λ is ridge × the mean of (x - x̄)², so the penalty weighs as much as `ridge` average people, whatever the length of
    the vectors. Someone who is as everyone is elsewhere is mapped to the mean person of the target.

    Args:
        source: x, (n, d_source), of people known on both sides.
        target: y, (n, d_target), of the same.
        settings: of which only the ridge is read.
    """
    x_mean, y_mean = source.mean(axis=0, dtype=np.float64), target.mean(axis=0, dtype=np.float64)
    x, y = source - x_mean, target - y_mean
    penalty = settings.ridge * np.square(x).mean() * np.eye(x.shape[1])
    weights = np.linalg.lstsq(x.T @ x + penalty, x.T @ y, rcond=None)[0]

    def carry(vectors: Floats) -> Floats:
        return np.asarray((vectors - x_mean) @ weights + y_mean, dtype=np.float32)

    return carry


def network_map(source: Floats, target: Floats, settings: MappingSettings) -> Map:
    """The map x ↦ A tanh(B x + b) + a, which minimises the squared error to y; arguments as `linear_map`.

    Vectors are brought to mean zero and one common length first. Weights are those of the pass that was best on every
    tenth person, from whom nothing is learned.
    """
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    x_scaled, y_scaled = _Scale(source), _Scale(target)
    x, y = (torch.as_tensor(scale.to(v), device=device) for scale, v in ((x_scaled, source), (y_scaled, target)))
    is_held_out = torch.arange(len(x), device=device) % 10 == 0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        network = torch.nn.Sequential(
            torch.nn.Linear(x.shape[1], settings.hidden), torch.nn.Tanh(), torch.nn.Linear(settings.hidden, y.shape[1])
        ).to(device)
    steps = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate)
    best, kept = float("inf"), network.state_dict()
    for _ in range(settings.epochs):
        error = (network(x) - y).square().mean(dim=1)
        if float(error.detach()[is_held_out].mean()) < best:
            best = float(error.detach()[is_held_out].mean())
            kept = {name: values.clone() for name, values in network.state_dict().items()}
        steps.zero_grad()
        error[~is_held_out].mean().backward()
        steps.step()
    network.load_state_dict(kept)

    def carry(vectors: Floats) -> Floats:
        with torch.inference_mode():
            found = network(torch.as_tensor(x_scaled.to(vectors), device=device))
        return y_scaled.back(found.cpu().numpy())

    return carry


class _Scale:
    """To mean zero and a mean square of one, and back."""

    def __init__(self, vectors: Floats) -> None:
        self.mean = vectors.mean(axis=0)
        self.size = np.float32(np.sqrt(np.square(vectors - self.mean).mean())) or np.float32(1)

    def to(self, vectors: Floats) -> Floats:
        return np.asarray((vectors - self.mean) / self.size, dtype=np.float32)

    def back(self, vectors: Floats) -> Floats:
        return np.asarray(vectors * self.size + self.mean, dtype=np.float32)
