"""Encode sound: CLAP in the space it shares with texts, wav2vec 2 and its kin by the mean over their frames.

A sound is cut into windows of equal length, as few as the model's reach allows; their vectors are averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Self

import numpy as np

from resources.encoding.decoded_media import sound_of
from resources.encoding.media_files import BrokenFile, MediaLimits
from resources.encoding.media_network import (
    Inputs,
    MediaEncoder,
    MediaNetwork,
    Prepared,
    in_halves,
    stacked,
    unit_or_nan,
)
from resources.encoding.media_spec import MediaSpec
from resources.encoding.model_files import ModelFiles, in_a_folder

BATCH = {"cpu": 4, "cuda": 64}
WINDOW_SECONDS = 20  # of models that read waves; attention grows with its square


@dataclass(frozen=True)
class SoundEncoder(MediaEncoder):
    """An audio model with the features that its own configuration asks for."""

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

        Raises ValueError where weights are missing or the model does not read sound in this way.
        """
        from transformers import AutoFeatureExtractor

        folder = in_a_folder(files, network).location
        loaded = MediaNetwork.load(folder, spec, device)
        config = loaded.network.config
        is_of_waves = hasattr(config, "conv_kernel") and not getattr(config, "add_adapter", False)
        if loaded.kind != "clap" and not is_of_waves:
            raise ValueError(f"a {loaded.kind} model is none of those read; give CLAP, wav2vec 2, HuBERT or WavLM")
        if spec.pooling != "auto":
            raise ValueError(f"pooling {spec.pooling} of a {loaded.kind} model; sound models know auto alone")
        extractor = AutoFeatureExtractor.from_pretrained(folder, local_files_only=True)
        return cls(loaded, extractor, limits or MediaLimits())

    def prepare(self, content: bytes) -> Prepared:
        """A file's bytes as the model's inputs, with seconds read and whether there were more. Raises BrokenFile."""
        rate = int(self.processor.sampling_rate)
        samples, seconds, is_cut = sound_of(content, rate, self.limits.seconds)
        parts = self._spectra(samples) if self._is_clap else self._waves(samples, rate)
        return Prepared(parts, {"seconds": seconds, "is_cut": is_cut})

    def encode(self, prepared: Sequence[Prepared]) -> np.ndarray:
        """Vectors (n, size) float32 of unit length; NaN where the model gives none."""
        sizes = [len(one.parts) for one in prepared]
        parts = [part for one in prepared for part in one.parts]
        by_length = sorted(range(len(parts)), key=lambda row: _length(parts[row]))
        vectors: dict[int, np.ndarray] = {}
        for batch in self._batches(by_length, parts):
            vectors |= zip(batch, in_halves([parts[row] for row in batch], self._vectors), strict=True)
        rows = np.stack([vectors[row] for row in range(len(parts))])  # (n windows, size)
        sums = np.add.reduceat(rows, np.cumsum([0, *sizes[:-1]]), axis=0)
        return unit_or_nan(sums)

    @property
    def _is_clap(self) -> bool:
        return self.network.kind == "clap"

    def _spectra(self, samples: np.ndarray) -> list[Inputs]:
        """Mel spectra of windows within CLAP's reach, which it would else cut at random."""
        extractor = self.processor
        parts: list[Inputs] = []
        for window in windows(samples, int(extractor.nb_max_samples)):
            made = extractor(window, sampling_rate=extractor.sampling_rate, return_tensors="np")
            features = np.asarray(made["input_features"][0], dtype=np.float32)
            parts.append({"input_features": features, "is_longer": np.zeros(1, dtype=bool)})
        return parts

    def _waves(self, samples: np.ndarray, rate: int) -> list[Inputs]:
        """Windows of the wave, normalised over the whole sound where the model asks for it."""
        shortest = shortest_wave(self.network.network.config)
        if len(samples) < shortest:
            raise BrokenFile(
                f"{len(samples) / rate:.4f} seconds of sound, the model reads {shortest / rate:.4f} or more; "
                "land a longer one"
            )
        made = self.processor(samples, sampling_rate=rate, return_tensors="np")
        wave = np.asarray(made["input_values"][0], dtype=np.float32)
        return [{"input_values": window} for window in windows(wave, WINDOW_SECONDS * rate)]

    def _batches(self, rows: Sequence[int], parts: Sequence[Inputs]) -> list[list[int]]:
        """Rows in batches; where the model was not trained to be told of padding, all of a batch have one length."""
        batches: list[list[int]] = []
        for row in rows:
            last = batches[-1] if batches else []
            fits = bool(last) and (self._reads_mask or _length(parts[last[0]]) == _length(parts[row]))
            if fits and len(last) < BATCH[self.network.device]:
                last.append(row)
            else:
                batches.append([row])
        return batches

    @property
    def _reads_mask(self) -> bool:
        """Group norm runs over all samples of a wave, zeros behind it too: such models are given no padding."""
        return not self._is_clap and bool(self.processor.return_attention_mask)

    def _vectors(self, parts: Sequence[Inputs]) -> np.ndarray:
        """Vectors (n, size) of one batch of windows."""
        import torch

        if self._is_clap:
            vectors = self.network.run(stacked(parts), "get_audio_features").pooler_output
            return np.asarray(vectors.float().cpu().numpy())
        lengths = np.array([_length(part) for part in parts])
        padded = np.zeros((len(parts), lengths.max()), dtype=np.float32)
        for row, part in enumerate(parts):
            padded[row, : lengths[row]] = part["input_values"]
        inputs = {"input_values": padded}
        if self._reads_mask:
            inputs["attention_mask"] = (np.arange(lengths.max()) < lengths[:, None]).astype(np.int64)
        hidden = self.network.run(inputs).last_hidden_state  # (n, frames, size)
        n_frames = frames(lengths, self.network.network.config)
        is_read = torch.from_numpy(np.arange(hidden.shape[1]) < n_frames[:, None]).to(hidden.device)
        sums = torch.where(is_read[:, :, None], hidden.float(), 0.0).sum(dim=1).cpu().numpy()
        return np.asarray(sums / n_frames[:, None])


def windows(samples: np.ndarray, longest: int) -> list[np.ndarray]:
    """Samples cut into as few windows of equal length as none is longer than `longest`.

    >>> [len(window) for window in windows(np.zeros(11), 5)]
    [4, 4, 3]
    """
    return np.array_split(samples, max(1, ceil(len(samples) / longest)))


def frames(n_samples: np.ndarray, config: Any) -> np.ndarray:
    """Frames that a model's convolutions, without padding, make of so many samples."""
    for kernel, stride in zip(config.conv_kernel, config.conv_stride, strict=True):
        n_samples = (n_samples - kernel) // stride + 1
    return n_samples


def shortest_wave(config: Any) -> int:
    """The fewest samples of which the convolutions make one frame."""
    n_samples = 1
    for kernel, stride in zip(reversed(config.conv_kernel), reversed(config.conv_stride), strict=True):
        n_samples = (n_samples - 1) * stride + kernel
    return n_samples


def _length(part: Inputs) -> int:
    return len(part["input_values"]) if "input_values" in part else 0
