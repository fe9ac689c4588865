"""Turn texts into vectors: what every text encoder offers, and the one place that chooses one by its settings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from resources.encoding.spec import EncoderSpec

Progress = Callable[[int, int, int], None]
"""Called with (texts done, texts in all, tokens read for those done)."""

PACKAGED = "minilm"


@dataclass(frozen=True)
class EncodedTexts:
    """Vectors of texts, in the order of the texts, with what the tokenizer made of them."""

    vectors: np.ndarray
    """(n, size) float32, unit length; a row of zeros where a text is empty or the model broke on it."""
    n_tokens: np.ndarray
    """(n,) int32, tokens the model read: special tokens included, what was cut left out, 0 where a text is empty."""
    is_cut: np.ndarray
    """(n,) bool, whether the text was longer than what was read of it."""
    broken: Mapping[int, str] = field(default_factory=dict)
    """Rows of the texts on which the model broke, each alone, with the reason."""

    @property
    def cut_share(self) -> float:
        """Share of the texts that were cut, 0 where there are none."""
        return float(self.is_cut.mean()) if len(self.is_cut) else 0.0


class TextEncoder(Protocol):
    """A language model that reads a text and gives a vector of unit length."""

    @property
    def model(self) -> str:
        """Name of the model, part of the key of what is stored."""
        ...

    @property
    def revision(self) -> str:
        """Which weights exactly, part of the key of what is stored."""
        ...

    @property
    def variant(self) -> str:
        """How it encodes, part of the key of what is stored."""
        ...

    @property
    def size(self) -> int:
        """Length of a vector."""
        ...

    @property
    def precision(self) -> str:
        """What the arithmetic runs in: fp32, bf16, or what a server chooses."""
        ...

    @property
    def device(self) -> str:
        """Where it runs: cpu, cuda, or a server's address."""
        ...

    @property
    def how(self) -> str:
        """How it runs, for people: as in "bf16 on cpu"."""
        ...

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> np.ndarray:
        """Vectors (n, size) float32 of unit length, in the order of the texts; zeros where a text is empty."""
        ...

    def encode_counted(self, texts: Sequence[str], on_progress: Progress | None = None) -> EncodedTexts:
        """The same with token counts, what was cut and what broke."""
        ...


def model_and_revision(spec: EncoderSpec) -> tuple[str, str]:
    """The names under which an encoder's vectors are kept, beside its variant; no model is loaded and no server asked.

    Raises ValueError where the model is not there, or is not the one expected.
    """
    from resources.encoding.model_files import find_model_files

    if spec.endpoint:
        return spec.model, spec.revision or ""
    files = find_model_files(spec.model)
    return files.model, files.revision


def text_encoder(spec: EncoderSpec | str = PACKAGED, device: str = "auto", network: bool = False) -> TextEncoder:
    """The encoder that the settings name, its weights loaded; what it reads as passages has the passage prefix.

    device: "cpu", "cuda", or "auto" for the graphics card where there is one.
    network: whether a hub model may be downloaded, otherwise it is looked up among what was downloaded before; and
        whether an endpoint may be asked.

    Raises ValueError where the model is unknown, unsafe or not the one expected, or the settings do not fit it.
    """
    spec = EncoderSpec(model=spec) if isinstance(spec, str) else spec
    if spec.endpoint:
        from resources.encoding.endpoint_encoder import EndpointEncoder

        return EndpointEncoder.open(spec, network)
    from resources.encoding.model_files import find_model_files
    from resources.encoding.transformer_encoder import TransformerEncoder

    return TransformerEncoder.load(find_model_files(spec.model), spec, device, network)
