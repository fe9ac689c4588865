"""The networks that make a bridge of what a person took elsewhere, and how they learn.

PTUPCDR (Zhu et al., WSDM 2022): what a person is like is the mean of the vectors of the items they took, weighed by
attention; a meta-network turns it into the matrix of the person's bridge; bridges are judged by the person's choices on
the target, not by the vector learned there ("task-oriented"). There the task is to foretell ratings; here, where people
only take items, it is to tell the item taken from others drawn evenly, by softmax. The bridges begin as the one linear
map of EMCDR, which every tenth person, from whom nothing is learned, may find best after all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xdrec_assets.rankers.transfer.mapping import linear_map
from xdrec_assets.rankers.transfer.settings import BridgeSettings, MappingSettings

Floats = NDArray[np.float32]
DRAWN = 256  # items of the target that every item taken is told from
SHARPNESS = 10.0  # of the softmax at first, for vectors of length one


@dataclass(frozen=True)
class Examples:
    """What is known of people elsewhere, and what those known on both sides took on the target."""

    people: Floats  # (n_people, d_source) vectors elsewhere
    took: NDArray[np.int32]  # (n_people, n) items elsewhere, -1 where there are no more
    source_items: Floats  # (n_items, d_source)
    target_people: Floats  # (n_people, d_target)
    target_items: Floats  # (n_target_items, d_target)
    on_both: NDArray[np.int64]  # people to learn from
    person: NDArray[np.int32]  # (n_events,) on the target, ascending
    item: NDArray[np.int32]  # (n_events,) into target_items


class Bridges(torch.nn.Module):
    """û = [u, 1] M(p), where M is a matrix made from p, and p = Σⱼ aⱼ vⱼ of the items j that u took."""

    def __init__(self, first: Tensor, d_items: int, hidden: int) -> None:
        """first: (d_source + 1, d_target), everyone's bridge before anything is learned."""
        super().__init__()
        self.attention = torch.nn.Sequential(
            torch.nn.Linear(d_items, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 1, bias=False)
        )
        self.meta = torch.nn.Sequential(
            torch.nn.Linear(d_items, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, first.numel())
        )
        self.shape = first.shape
        self.sharpness = torch.nn.Parameter(torch.tensor(SHARPNESS).log())
        last = self.meta[-1]
        assert isinstance(last, torch.nn.Linear)  # as made above
        with torch.no_grad():
            last.weight.mul_(0.1 / np.sqrt(first.numel()))
            last.bias.copy_(first.flatten())

    def forward(self, people: Tensor, took: Tensor, items: Tensor) -> Tensor:
        """Vectors on the target, (n, d_target).

        people: u, (n, d_source). took: (n, n_taken), -1 where there are no more. items: v, (n_items, d_source).
        """
        vectors = items[took.clamp(min=0)]  # (n, n_taken, d)
        odds = self.attention(vectors)[..., 0].masked_fill(took < 0, -1e9)
        character = (odds.softmax(dim=1)[..., None] * vectors).sum(dim=1)
        matrix = self.meta(character).view(len(people), *self.shape)
        with_one = torch.cat([people, torch.ones_like(people[:, :1])], dim=1)
        found: Tensor = torch.einsum("ns,nst->nt", with_one, matrix)
        return found


def carried_over(examples: Examples, settings: BridgeSettings) -> Floats:
    """Everyone's vector on the target by their own bridge, (n_people, d_target); zeros without a vector elsewhere.

    On average over `on_both` they are as long as the vectors learned on the target. The same bits on a CPU.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    world = _World.of(examples, device)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        bridges = Bridges(world.first(examples.on_both), examples.people.shape[1], settings.hidden).to(device)
    _learn(bridges, world, examples.on_both, settings)
    found = np.zeros((len(examples.people), examples.target_items.shape[1]), dtype=np.float32)
    with torch.inference_mode():
        for some in _parts(np.flatnonzero(examples.people.any(axis=1)), settings.people_per_batch):
            found[some] = world.carried(bridges, some).cpu().numpy()
    there = np.linalg.norm(examples.target_people[examples.on_both], axis=1).mean()
    length = np.linalg.norm(found[examples.on_both], axis=1).mean()
    return np.asarray(found * (there / max(length, 1e-9)), dtype=np.float32)


@dataclass(frozen=True)
class _World:
    """The examples as tensors, each kind of vectors of length one on average."""

    people: Tensor
    took: Tensor
    source_items: Tensor
    target_people: Tensor
    target_items: Tensor
    start: NDArray[np.int64]  # (n_people + 1,) where each person's events on the target begin
    item: NDArray[np.int32]

    @classmethod
    def of(cls, examples: Examples, device: str) -> _World:
        def tensor(vectors: Floats) -> Tensor:
            length = np.linalg.norm(vectors, axis=1)
            return torch.as_tensor(vectors / max(length[length > 0].mean(), 1e-9), device=device)

        return cls(
            people=tensor(examples.people),
            took=torch.as_tensor(examples.took, device=device),
            source_items=tensor(examples.source_items),
            target_people=tensor(examples.target_people),
            target_items=tensor(examples.target_items),
            start=np.searchsorted(examples.person, np.arange(len(examples.people) + 1)),
            item=examples.item,
        )

    def first(self, people: NDArray[np.int64]) -> Tensor:
        """The linear map from elsewhere to the target as one matrix, (d_source + 1, d_target), the last row added."""
        source, target = self.people[people].cpu().numpy(), self.target_people[people].cpu().numpy()
        carry = linear_map(source, target, MappingSettings())
        added = carry(np.zeros((1, source.shape[1]), dtype=np.float32))
        return torch.as_tensor(np.concatenate([carry(np.eye(source.shape[1], dtype=np.float32)) - added, added]))

    def carried(self, bridges: Bridges, people: NDArray[np.int64]) -> Tensor:
        found: Tensor = bridges(self.people[people], self.took[people], self.source_items)
        return found

    def loss(self, bridges: Bridges, people: NDArray[np.int64], rng: np.random.Generator) -> Tensor:
        """The mean over people of the mean of -log softmax over the items they took on the target."""
        n_taken = self.start[people + 1] - self.start[people]
        row = np.repeat(np.arange(len(people)), n_taken)
        within = np.arange(len(row)) - np.repeat(np.cumsum(n_taken) - n_taken, n_taken)
        taken = self.item[np.repeat(self.start[people], n_taken) + within]
        drawn = rng.integers(len(self.target_items), size=DRAWN)
        person = self.carried(bridges, people) * bridges.sharpness.exp()
        wanted = (person[row] * self.target_items[taken]).sum(dim=1)
        others = (person @ self.target_items[drawn].T)[row]
        is_same = torch.as_tensor(taken[:, None] == drawn, device=others.device)
        logits = torch.cat([wanted[:, None], others.masked_fill(is_same, -1e9)], dim=1)
        weight = torch.as_tensor(1 / (n_taken[row] * len(people)), dtype=logits.dtype, device=logits.device)
        return -(weight * logits.log_softmax(dim=1)[:, 0]).sum()


def _learn(bridges: Bridges, world: _World, on_both: NDArray[np.int64], settings: BridgeSettings) -> None:
    """Train in place, to the pass that is best on every tenth person; the first of them is none at all."""
    rng, held_out = np.random.default_rng(settings.seed), on_both[::10]
    learned_from = np.setdiff1d(on_both, held_out)
    steps = torch.optim.AdamW(bridges.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)
    best, kept = float("inf"), bridges.state_dict()
    for epoch in range(settings.epochs + 1):
        if epoch:
            for people in _parts(rng.permutation(learned_from), settings.people_per_batch):
                steps.zero_grad()
                world.loss(bridges, people, rng).backward()  # type: ignore[no-untyped-call]  # of torch
                steps.step()
        found = _judged(bridges, world, held_out, settings)
        if found < best:
            best, kept = found, {name: values.clone() for name, values in bridges.state_dict().items()}
    bridges.load_state_dict(kept)


def _judged(bridges: Bridges, world: _World, people: NDArray[np.int64], settings: BridgeSettings) -> float:
    """The mean loss of some people, against the same draws each time."""
    rng = np.random.default_rng(settings.seed)
    with torch.inference_mode():
        parts = [
            (len(some), float(world.loss(bridges, some, rng))) for some in _parts(people, settings.people_per_batch)
        ]
    return float(np.average([loss for _, loss in parts], weights=[n for n, _ in parts]))


def _parts(people: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    return (people[start : start + size] for start in range(0, len(people), size))
