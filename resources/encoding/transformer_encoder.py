"""Encode texts with a Hugging Face encoder, close to what the processor can do.

All texts are tokenised at once, sorted by length and cut into batches of few distinct shapes, since every new shape
costs a compilation of each matrix product. The model runs in bf16 where the processor multiplies in it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from resources.encoding.encoders import EncodedTexts, Progress
from resources.encoding.model_files import ModelFiles
from resources.plain_text import plain_text

MAX_TOKENS = 256
LENGTH_STEP = 16
TOKENS_PER_BATCH = {"cpu": 2_048, "cuda": 65_536}


@dataclass(frozen=True)
class TransformerEncoder:
    """Mean over the last layer's token vectors, brought to unit length (Reimers and Gurevych, 2019)."""

    model: str
    revision: str
    size: int
    precision: str
    device: str
    tokenizer: Any
    network: Any

    @classmethod
    def load(cls, files: ModelFiles, device: str = "auto", network: bool = False) -> Self:
        """Read weights (safetensors only) and tokenizer; nothing is downloaded unless `network` allows it.

        Raises OSError where a hub model is not on this machine and the network is not allowed.
        """
        import torch
        from transformers import AutoModel, AutoTokenizer

        device = chosen_device(device)
        precision = chosen_precision(device)
        source: dict[str, Any] = {"local_files_only": not (network and files.is_on_hub), "trust_remote_code": False}
        if files.is_on_hub:
            source["revision"] = files.revision
        dtype = torch.bfloat16 if precision == "bf16" else torch.float32
        with no_loading_bar():
            loaded = AutoModel.from_pretrained(files.location, use_safetensors=True, dtype=dtype, **source)
        longest = min(MAX_TOKENS, getattr(loaded.config, "max_position_embeddings", MAX_TOKENS))
        tokenizer = AutoTokenizer.from_pretrained(files.location, use_fast=True, **source).backend_tokenizer
        tokenizer.no_padding()
        tokenizer.enable_truncation(longest)
        size = int(loaded.config.hidden_size)
        return cls(files.model, files.revision, size, precision, device, tokenizer, loaded.to(device).eval())

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> np.ndarray:
        """Vectors (n, size) float32 of unit length, in the order of the texts; zeros where a text is empty."""
        return self.encode_counted(texts, on_progress).vectors

    def encode_counted(self, texts: Sequence[str], on_progress: Progress | None = None) -> EncodedTexts:
        """The same with token counts and what was cut."""
        plain = [plain_text(text) for text in texts]
        filled = np.flatnonzero([bool(text) for text in plain])
        tokenised = self.tokenizer.encode_batch_fast([plain[i] for i in filled])
        n_tokens = np.zeros(len(plain), dtype=np.int32)
        n_tokens[filled] = [len(one.ids) for one in tokenised]
        is_cut = np.zeros(len(plain), dtype=bool)
        is_cut[filled] = [bool(one.overflowing) for one in tokenised]
        ids = [np.asarray(one.ids, dtype=np.int64) for one in tokenised]
        vectors = np.zeros((len(plain), self.size), dtype=np.float32)
        n_done = len(plain) - len(filled)
        groups = list(batches(n_tokens[filled], TOKENS_PER_BATCH[self.device]))
        with workers(self.device) as run:
            results = run(lambda rows: self._vectors([ids[row] for row in rows]), groups)
            for rows, encoded in zip(groups, results, strict=True):
                vectors[filled[rows]] = encoded
                n_done += len(rows)
                if on_progress:
                    on_progress(n_done, len(plain))
        return EncodedTexts(vectors, n_tokens, is_cut)

    def _vectors(self, ids: list[np.ndarray]) -> np.ndarray:
        """Vectors (n, size) of one batch of token ids."""
        import torch

        with torch.inference_mode():
            padded, mask = (torch.from_numpy(array).to(self.device) for array in pad(ids))
            hidden = self.network(input_ids=padded, attention_mask=mask).last_hidden_state.float()  # (n, length, size)
            read = mask.unsqueeze(-1).float()  # (n, length, 1)
            mean = (hidden * read).sum(dim=1) / read.sum(dim=1)
            return torch.nn.functional.normalize(mean, dim=1).cpu().numpy()


@contextmanager
def workers(device: str) -> Iterator[Callable[..., Iterable[Any]]]:
    """A `map` that keeps the order: on the processor as many threads as torch may use, each doing a batch by itself.

    Threads that share each single product wait for one another at every step; where others use the machine too that
    costs up to ten times as much.
    """
    import torch

    n_threads = torch.get_num_threads()
    if device != "cpu" or n_threads == 1:
        yield map
        return
    torch.set_num_threads(1)
    pool = ThreadPoolExecutor(n_threads, initializer=torch.set_num_threads, initargs=(1,))
    try:
        yield pool.map
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(n_threads)


@contextmanager
def no_loading_bar() -> Iterator[None]:
    """Loading a small model takes a second; transformers' bar of it would only stand in the logs."""
    from transformers.utils import logging

    show: Any = logging  # its functions carry no types
    was_shown = show.is_progress_bar_enabled()
    show.disable_progress_bar()
    try:
        yield
    finally:
        if was_shown:
            show.enable_progress_bar()


def chosen_device(device: str) -> str:
    """The device asked for; "auto" is cuda where there is one, else cpu."""
    import torch

    if device not in ("auto", "cpu", "cuda"):
        raise ValueError(f"device is {device!r}, expected auto, cpu or cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("device is cuda, but torch finds none here; set device to auto or cpu")
    return ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device


def chosen_precision(device: str) -> str:
    """bf16 where the hardware multiplies in it (AMX, AVX512-bf16, recent graphics cards), else fp32."""
    import torch

    if device == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    can = torch.cpu.get_capabilities()
    return "bf16" if can.get("amx_bf16") or can.get("avx512_bf16") else "fp32"


def batches(lengths: np.ndarray, tokens_per_batch: int) -> Iterator[np.ndarray]:
    """Row numbers batch by batch: longest first, all of one padded length, within a budget of padded tokens."""
    padded = padded_lengths(lengths)
    for length in np.unique(padded)[::-1]:
        rows = np.flatnonzero(padded == length)
        n_rows = max(1, tokens_per_batch // int(length))
        for start in range(0, len(rows), n_rows):
            yield rows[start : start + n_rows]


def padded_lengths(lengths: np.ndarray) -> np.ndarray:
    """Lengths rounded up to whole steps, so that there are few distinct shapes."""
    return (lengths + LENGTH_STEP - 1) // LENGTH_STEP * LENGTH_STEP


def pad(ids: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Token ids and mask, both (n, padded length) int64; what is masked out is 0 in both."""
    length = int(padded_lengths(np.array([len(one) for one in ids])).max())
    padded = np.zeros((len(ids), length), dtype=np.int64)
    mask = np.zeros_like(padded)
    for row, one in enumerate(ids):
        padded[row, : len(one)] = one
        mask[row, : len(one)] = 1
    return padded, mask
