"""Encode pictures: CLIP and SigLIP in the space they share with texts, ViT and DINOv2 by their first token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Self

import numpy as np

from resources.encoding.decoded_media import picture_of
from resources.encoding.media_files import MediaLimits
from resources.encoding.media_network import (
    MediaEncoder,
    MediaNetwork,
    Prepared,
    in_halves,
    stacked,
    unit_or_nan,
)
from resources.encoding.media_spec import MediaSpec
from resources.encoding.model_files import ModelFiles, in_a_folder

BATCH = {"cpu": 16, "cuda": 256}
FIRST_TOKEN = ("vit", "deit", "dinov2", "dinov2_with_registers", "dinov3_vit")
"""Architectures whose first token stands for the picture; their pooler is often not part of the weights."""


@dataclass(frozen=True)
class PictureEncoder(MediaEncoder):
    """A vision model with the resizing, cropping and colours that its own configuration asks for."""

    pooling: str
    """projected (Radford et al., 2021), cls (Dosovitskiy et al., 2021) or pooled."""

    @classmethod
    def load(
        cls,
        files: ModelFiles,
        spec: MediaSpec,
        limits: MediaLimits | None = None,
        device: str = "auto",
        network: bool = False,
    ) -> Self:
        """Read the model and its preprocessor_config.json; nothing is downloaded unless `network` allows it.

        Raises ValueError where weights are missing or the model does not read pictures in this way.
        """
        from transformers import AutoImageProcessor

        folder = in_a_folder(files, network).location
        loaded = MediaNetwork.load(folder, spec, device)
        processor = AutoImageProcessor.from_pretrained(folder, backend="pil", local_files_only=True)
        return cls(loaded, processor, limits or MediaLimits(), _pooling(loaded, spec))

    def prepare(self, content: bytes) -> Prepared:
        """A file's bytes as the model's inputs, with width and height in pixels. Raises BrokenFile."""
        picture = picture_of(content, self.limits.pixels)
        made = self.processor(images=[picture], return_tensors="np")
        inputs = {name: np.asarray(values[0]) for name, values in made.items()}
        return Prepared([inputs], {"width": picture.width, "height": picture.height})

    def encode(self, prepared: Sequence[Prepared]) -> np.ndarray:
        """Vectors (n, size) float32 of unit length; NaN where the model gives none."""
        parts = [one.parts[0] for one in prepared]
        by_shape = sorted(range(len(parts)), key=lambda row: _shapes(parts[row]))
        vectors: dict[int, np.ndarray] = {}
        for _, same in groupby(by_shape, key=lambda row: _shapes(parts[row])):
            rows = list(same)
            for start in range(0, len(rows), BATCH[self.network.device]):
                batch = rows[start : start + BATCH[self.network.device]]
                vectors |= zip(batch, in_halves([parts[row] for row in batch], self._vectors), strict=True)
        return unit_or_nan(np.stack([vectors[row] for row in range(len(parts))]))

    def _vectors(self, parts: Sequence[Any]) -> np.ndarray:
        """Vectors (n, size) of one batch."""
        inputs = stacked(parts)
        if self.pooling == "projected":
            vectors = self.network.run(inputs, "get_image_features").pooler_output
        elif self.pooling == "cls":
            vectors = self.network.run(inputs).last_hidden_state[:, 0]
        else:
            vectors = self.network.run(inputs).pooler_output
        found: np.ndarray = vectors.float().cpu().numpy()
        return found


def _pooling(network: MediaNetwork, spec: MediaSpec) -> str:
    if hasattr(network.network, "get_image_features"):
        if spec.pooling != "auto":
            raise ValueError(f"pooling {spec.pooling} of a {network.kind} model; leave it at auto: the space it shares")
        return "projected"
    if "pixel_values" not in network.network.main_input_name:
        raise ValueError(f"a {network.kind} model reads no pictures; give CLIP, SigLIP, ViT or DINOv2")
    if spec.pooling != "auto":
        return spec.pooling
    return "cls" if network.kind in FIRST_TOKEN else "pooled"


def _shapes(part: Any) -> str:
    return str([(name, values.shape) for name, values in sorted(part.items())])
