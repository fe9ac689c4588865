"""Encode texts with a Hugging Face model: tokens of all texts at once, and a vector of unit length for each."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from resources.encoding.encoders import EncodedTexts, Progress
from resources.encoding.model_files import ModelFiles, in_a_folder
from resources.encoding.model_folder import DenseLayer, chosen_pooling, dense_layers, may_run_code, needs_code, prompts
from resources.encoding.rows import average, unit
from resources.encoding.spec import EncoderSpec
from resources.encoding.transformer_network import TransformerNetwork
from resources.plain_text import plain_text


@dataclass(frozen=True)
class TransformerEncoder:
    """Pooled token vectors of the last layer, brought to unit length (Reimers and Gurevych, 2019)."""

    model: str
    revision: str
    spec: EncoderSpec
    tokenizer: Any
    network: TransformerNetwork
    layers: tuple[DenseLayer, ...] = ()

    @classmethod
    def load(cls, files: ModelFiles, spec: EncoderSpec, device: str = "auto", network: bool = False) -> Self:
        """Read weights (safetensors only) and tokenizer; nothing is downloaded unless `network` allows it.

        Raises FileNotFoundError where a hub model is not on this machine and the network is not allowed; ValueError
        where the model needs code of its own that is not allowed, or does not fit the settings.
        """
        files = in_a_folder(files, network)
        folder = Path(files.location)
        is_allowed = may_run_code(folder, files.model, spec)
        if not is_allowed and needs_code(folder):
            raise ValueError(
                f"{files.model} brings code of its own, which is not run unless allowed by name; "
                f"read it, and set embeddings.encoder.remote_code to {files.model!r} if you trust it"
            )
        if (named := prompts(folder)) and not (spec.passage_prefix or spec.query_prefix):
            logging.getLogger(__name__).warning("%s was trained with prefixes, none is set: %s", files.model, named)
        loaded = TransformerNetwork.load(folder, chosen_pooling(folder, spec), spec.precision, device, is_allowed)
        encoder = cls(
            files.model,
            files.revision,
            spec,
            cutting_tokenizer(folder, min(spec.max_tokens, loaded.max_positions), is_allowed),
            loaded,
            dense_layers(folder),
        )
        if spec.size and spec.size > encoder.whole_size:
            raise ValueError(f"size is {spec.size}, but vectors of {files.model} have {encoder.whole_size} numbers")
        return encoder

    @property
    def variant(self) -> str:
        """How it encodes, part of the key of what is stored."""
        return self.spec.variant

    @property
    def whole_size(self) -> int:
        """Length of a vector before it is cut."""
        return len(self.layers[-1].weight) if self.layers else self.network.hidden_size

    @property
    def size(self) -> int:
        """Length of a vector."""
        return self.spec.size or self.whole_size

    @property
    def precision(self) -> str:
        """What the arithmetic runs in: fp32 or bf16."""
        return self.network.precision

    @property
    def device(self) -> str:
        """Where it runs: cpu or cuda."""
        return self.network.device

    @property
    def how(self) -> str:
        """How it runs, for people."""
        return self.network.how

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> np.ndarray:
        """Vectors (n, size) float32 of unit length, in the order of the texts; zeros where a text is empty."""
        return self.encode_counted(texts, on_progress).vectors

    def encode_counted(self, texts: Sequence[str], on_progress: Progress | None = None) -> EncodedTexts:
        """The same with token counts, what was cut and what broke.

        A chunk has the special tokens that a text has, and none of its neighbours' tokens. Chunks' vectors are averaged
        by their tokens, so that with mean pooling every token counts the same.
        """
        plain = [plain_text(text) for text in texts]
        filled = np.flatnonzero([bool(text) for text in plain])
        n_tokens = np.zeros(len(plain), dtype=np.int32)
        is_cut = np.zeros(len(plain), dtype=bool)
        vectors = np.zeros((len(plain), self.size), dtype=np.float32)
        if not len(filled):
            return EncodedTexts(vectors, n_tokens, is_cut)
        ids, first, is_cut[filled] = self._tokenised([plain[i] for i in filled])
        weights = np.array([len(one) for one in ids])
        n_tokens[filled] = np.add.reduceat(weights, first)
        pooled = self._behind(self.network.pooled(ids, _of_texts(len(plain), len(filled), on_progress)))
        found = average(pooled, weights, first)[:, : self.size]
        is_sound = np.isfinite(found).all(axis=1)
        vectors[filled[is_sound]] = unit(found[is_sound]) if self.spec.normalise else found[is_sound]
        text_of_row = filled[np.searchsorted(first, np.arange(len(ids)), side="right") - 1]
        return EncodedTexts(vectors, n_tokens, is_cut, self._broken(filled[~is_sound], text_of_row))

    def _tokenised(self, texts: Sequence[str]) -> tuple[list[np.ndarray], np.ndarray, list[bool]]:
        """Token ids row by row, the number of each text's first row, and whether the text was cut."""
        tokenised = self.tokenizer.encode_batch_fast([self.spec.passage_prefix + text for text in texts])
        if self.spec.long_texts == "cut":
            ids = [np.asarray(one.ids, dtype=np.int64) for one in tokenised]
            return ids, np.arange(len(ids)), [bool(one.overflowing) for one in tokenised]
        chunks = [[one, *one.overflowing] for one in tokenised]
        ends = np.cumsum([len(parts) for parts in chunks])
        ids = [np.asarray(part.ids, dtype=np.int64) for parts in chunks for part in parts]
        return ids, np.concatenate([[0], ends[:-1]]), [False] * len(texts)

    def _behind(self, pooled: np.ndarray) -> np.ndarray:
        for layer in self.layers:
            pooled = layer(pooled)
        return pooled

    def _broken(self, unsound: np.ndarray, text_of_row: np.ndarray) -> dict[int, str]:
        """Texts without a sound vector, with the network's reason where it has one."""
        reasons = dict.fromkeys(unsound.tolist(), "the model gives no finite vector for it")
        return reasons | {int(text_of_row[row]): reason for row, reason in self.network.broken.items()}


def cutting_tokenizer(folder: Path, max_tokens: int, may_run_code: bool = False) -> Any:
    """A model's tokenizer, which cuts at so many tokens, or at fewer if it knows that the model reads fewer.

    What is cut off comes as `overflowing`, in pieces of the same length with special tokens of their own.
    """
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(
        str(folder), use_fast=True, local_files_only=True, trust_remote_code=may_run_code
    )
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ValueError(
            f"{folder} has no fast tokenizer; convert it once and save it, so that it has a tokenizer.json"
        )
    backend.no_padding()
    backend.enable_truncation(min(max_tokens, tokenizer.model_max_length))
    return backend


def _of_texts(n_texts: int, n_filled: int, on_progress: Progress | None) -> Progress | None:
    """Progress over rows of the network as progress over texts; empty ones count as done."""
    if on_progress is None:
        return None
    return lambda done, rows, tokens: on_progress(n_texts - n_filled + done * n_filled // rows, n_texts, tokens)
