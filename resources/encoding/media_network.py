"""Run a Hugging Face model of pictures or sound over batches; what a file is, and how it is decoded, stays out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from resources.encoding.careful import is_out_of_memory
from resources.encoding.devices import chosen_device, chosen_precision
from resources.encoding.loading import no_loading_bar
from resources.encoding.media_files import MediaLimits
from resources.encoding.media_spec import MediaSpec

Inputs = Mapping[str, np.ndarray]
"""What a model reads, by the name of its argument."""

# Weights that a checkpoint may lack, since no vector is computed with them.
NOT_NEEDED = ("pooler.", "masked_spec_embed", "logit_")


@dataclass(frozen=True)
class Prepared:
    """A file decoded and brought into the form that the model reads, small enough to keep a batch of them."""

    parts: Sequence[Inputs]
    """One for a picture; of a sound one per window, all of one length but for a sample."""
    facts: Mapping[str, float | int | bool]
    """What the stored row says of the file beside its vector, such as its width."""


@dataclass(frozen=True)
class MediaNetwork:
    """A loaded model on a device."""

    network: Any
    precision: str
    """What the arithmetic runs in: fp32 or bf16."""
    device: str

    @classmethod
    def load(cls, folder: str, spec: MediaSpec, device: str = "auto") -> Self:
        """Read the weights of a folder, safetensors only, and run no code of the model's own.

        Raises ValueError where weights that vectors are computed with are missing: they would be random numbers.
        """
        import torch
        from transformers import AutoModel

        device = chosen_device(device)
        chosen = spec.precision
        if chosen == "auto":
            chosen = "bf16" if device == "cuda" and chosen_precision(device) == "bf16" else "fp32"
        dtype = torch.bfloat16 if chosen == "bf16" else torch.float32
        with no_loading_bar():
            loaded, report = AutoModel.from_pretrained(
                folder, use_safetensors=True, dtype=dtype, output_loading_info=True, local_files_only=True
            )
        needed = [key for key in report["missing_keys"] if spec.pooling == "pooled" or not _is_spare(key)]
        if needed:
            raise ValueError(
                f"{folder} lacks the weights {', '.join(sorted(needed)[:3])}; give a model that was saved with "
                "all of them, or another pooling"
            )
        return cls(loaded.to(device).eval(), chosen, device)

    @property
    def kind(self) -> str:
        """The architecture, as the model's own configuration calls it, such as clip or wav2vec2."""
        return str(self.network.config.model_type)

    def run(self, inputs: Inputs, method: str = "forward") -> Any:
        """What the model gives for one batch, on its device; floating-point inputs are brought to its precision."""
        import torch

        tensors = {name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in inputs.items()}
        dtype = next(self.network.parameters()).dtype
        placed = {
            name: tensor.to(self.device, dtype if tensor.is_floating_point() else None)
            for name, tensor in tensors.items()
        }
        with torch.inference_mode():
            return getattr(self.network, method)(**placed)


@dataclass(frozen=True)
class MediaEncoder(ABC):
    """A model that reads files of a kind and gives each a vector of unit length."""

    network: MediaNetwork
    processor: Any
    """Brings a decoded file into the form that the model's own configuration asks for."""
    limits: MediaLimits

    @property
    def ran_as(self) -> str:
        """What the arithmetic runs in, and where, for people."""
        return f"{self.network.precision} on {self.network.device}"

    @abstractmethod
    def prepare(self, content: bytes) -> Prepared:
        """A file's bytes as the model's inputs. Raises BrokenFile."""

    @abstractmethod
    def encode(self, prepared: Sequence[Prepared]) -> np.ndarray:
        """Vectors (n, size) float32 of unit length; NaN where the model gives none."""


def stacked(parts: Sequence[Inputs]) -> Inputs:
    """Inputs of equal shapes as one batch."""
    return {name: np.stack([part[name] for part in parts]) for name in parts[0]}


def unit_or_nan(vectors: np.ndarray) -> np.ndarray:
    """Rows brought to unit length, float32; NaN where a row is not finite, or is zeros, which point nowhere."""
    rows = np.asarray(vectors, dtype=np.float64)
    rows = np.where(np.isfinite(rows), rows, np.nan)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: np.ndarray = (rows / np.where(length > 0, length, np.nan)).astype(np.float32)
    return unit


def in_halves(rows: Sequence[Any], run: Any) -> np.ndarray:
    """`run` over rows at once, or over one half and then the other where memory does not hold all."""
    try:
        return np.asarray(run(rows))
    except (RuntimeError, MemoryError) as error:
        if len(rows) == 1 or not is_out_of_memory(error):
            raise
    middle = len(rows) // 2
    return np.concatenate([in_halves(rows[:middle], run), in_halves(rows[middle:], run)])


def _is_spare(key: str) -> bool:
    return any(part in key for part in NOT_NEEDED)
