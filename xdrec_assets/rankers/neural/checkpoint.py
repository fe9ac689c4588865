"""What a training has learned so far, in one file that is replaced whole, so that a killed run can go on from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from resources.durable import write_durably
from xdrec_assets.joined.history import History
from xdrec_assets.rankers.neural.settings import TrainingSettings

BYTES_AT_ONCE = 1 << 24


def learned_state(network: torch.nn.Module) -> dict[str, Tensor]:
    """The state of a network without the weights that do not learn."""
    frozen = {name for name, weights in network.named_parameters() if not weights.requires_grad}
    return {name: value for name, value in network.state_dict().items() if name not in frozen}


@dataclass
class Course:
    """How a training went, pass by pass."""

    losses: list[float] = field(default_factory=list)  # mean over the batches of each pass
    validation: list[float] = field(default_factory=list)  # NDCG@10 after each pass; empty without validation
    is_over: bool = False

    @property
    def best(self) -> int:
        """The pass whose weights are kept, from 0: the best on validation, the first of several; the last without."""
        if not self.validation:
            return len(self.losses) - 1
        return max(range(len(self.validation)), key=self.validation.__getitem__)

    def has_stalled(self, patience: int) -> bool:
        """Whether so many passes have brought nothing better."""
        return bool(self.validation) and len(self.validation) - 1 - self.best >= patience


@dataclass(frozen=True)
class Checkpoint:
    """A file of one training; what another training left under its name is not read."""

    file: Path

    @classmethod
    def of(cls, folder: Path, network: torch.nn.Module, history: History, settings: TrainingSettings) -> Checkpoint:
        """The file of the training that begins with these weights on these events."""
        digest = hashlib.blake2b(settings.model_dump_json().encode(), digest_size=16)
        for name, weights in network.state_dict().items():
            digest.update(name.encode())
            digest.update(weights.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
        for values in (history.person, history.item, history.strength, history.age_days):
            size = max(1, BYTES_AT_ONCE // values.itemsize)
            for start in range(0, len(values), size):
                digest.update(values[start : start + size].tobytes())
        return cls(folder / f"{digest.hexdigest()}.safetensors")

    def save(self, course: Course, weights: Mapping[str, Tensor], best: Mapping[str, Tensor], optimiser: Any) -> None:
        """Keep the weights, the best ones and the optimiser's averages."""
        from safetensors.torch import save

        state = optimiser.state_dict()["state"]
        tensors = {f"now.{name}": value for name, value in weights.items()}
        tensors |= {f"best.{name}": value for name, value in best.items()}
        tensors |= {f"optimiser.{n}.{name}": torch.as_tensor(v) for n, of in state.items() for name, v in of.items()}
        content = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
        told = {"losses": course.losses, "validation": course.validation, "is_over": course.is_over}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        write_durably(self.file, save(content, {"course": json.dumps(told)}))

    def restore(self, network: torch.nn.Module, optimiser: Any) -> tuple[Course, dict[str, Tensor]] | None:
        """Give the network and the optimiser what was kept; the course so far and the best weights, if any was kept."""
        from safetensors import safe_open
        from safetensors.torch import load_file

        if not self.file.exists():
            return None
        with safe_open(self.file, framework="pt") as kept:
            course = Course(**json.loads(kept.metadata()["course"]))
        tensors = load_file(self.file)
        network.load_state_dict(_below("now.", tensors), strict=False)  # without what does not learn
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in _below("optimiser.", tensors).items():
            number, of = name.split(".", 1)
            state.setdefault(int(number), {})[of] = value
        optimiser.load_state_dict(optimiser.state_dict() | {"state": state})
        return course, _below("best.", tensors)


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
