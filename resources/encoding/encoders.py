"""Turn texts into vectors: what every text encoder offers, and the one place that chooses one by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

Progress = Callable[[int, int], None]
"""Called with (texts done, texts in all)."""

PACKAGED = "minilm"


@dataclass(frozen=True)
class EncodedTexts:
    """Vectors of texts, in the order of the texts, with what the tokenizer made of them."""

    vectors: np.ndarray
    """(n, size) float32, unit length; a row of zeros where a text is empty."""
    n_tokens: np.ndarray
    """(n,) int32, tokens the model read: special tokens included, what was cut left out, 0 where a text is empty."""
    is_cut: np.ndarray
    """(n,) bool, whether the text was longer than the model reads."""

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
    def size(self) -> int:
        """Length of a vector."""
        ...

    @property
    def precision(self) -> str:
        """What the arithmetic runs in: fp32 or bf16."""
        ...

    @property
    def device(self) -> str:
        """Where it runs: cpu or cuda."""
        ...

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> np.ndarray:
        """Vectors (n, size) float32 of unit length, in the order of the texts; zeros where a text is empty."""
        ...

    def encode_counted(self, texts: Sequence[str], on_progress: Progress | None = None) -> EncodedTexts:
        """The same with token counts and what was cut."""
        ...


def text_encoder(name: str, device: str = "auto", network: bool = False) -> TextEncoder:
    """The encoder of that name, its weights loaded.

    name: "minilm" for the packaged all-MiniLM-L6-v2, a folder with a Hugging Face encoder in it, or a name on the
    Hugging Face hub with its revision pinned, as in "intfloat/e5-small-v2@<commit>".
    device: "cpu", "cuda", or "auto" for the graphics card where there is one.
    network: whether a hub name may be downloaded; otherwise it is looked up among what was downloaded before.

    Raises ValueError where the name is none of these, or the packaged weights are not the ones expected.
    """
    from resources.encoding.model_files import find_model_files
    from resources.encoding.transformer_encoder import TransformerEncoder

    return TransformerEncoder.load(find_model_files(name), device=device, network=network)
