"""One way of encoding texts, in a process of its own, asked for a run at a time by benchmarks.embeddings."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Encode = Callable[[list[str]], np.ndarray]
BATCH = 32  # what sentence-transformers takes by default
MAX_TOKENS = 256


def sentence_transformers(folder: str, dtype: str) -> Encode:
    """The library with its defaults, in a precision."""
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(folder, model_kwargs={"dtype": getattr(torch, dtype)}, local_files_only=True)
    model.max_seq_length = MAX_TOKENS

    def encode(texts: list[str]) -> np.ndarray:
        vectors = model.encode(texts, batch_size=BATCH, show_progress_bar=False, convert_to_tensor=True)
        return vectors.float().cpu().numpy()

    return encode


def naive(folder: str) -> Encode:
    """The model card's lines: batches as the texts come, padded to the longest."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).to(device).eval()

    def one(texts: list[str]) -> np.ndarray:
        tokens = tokenizer(texts, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt").to(device)
        hidden = model(**tokens).last_hidden_state
        read = tokens["attention_mask"].unsqueeze(-1).float()
        return ((hidden * read).sum(1) / read.sum(1)).cpu().numpy()

    def encode(texts: list[str]) -> np.ndarray:
        with torch.inference_mode():
            return np.vstack([one(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)])

    return encode


def ours(folder: str, precision: str, is_compiled: bool, chunk: int | None = None) -> Encode:
    """This project's encoder, compiled from the first text on or never."""
    from resources.encoding.encoders import text_encoder
    from resources.encoding.spec import EncoderSpec

    kept = 8 if chunk else None  # a copy of some numbers, as if the rest were published, chunk by chunk
    spec = EncoderSpec(model=folder, precision=precision, pooling="mean", max_tokens=MAX_TOKENS)
    encoder: Any = text_encoder(spec)
    if encoder.device == "cpu":
        encoder.network.runs.compile_above = 0 if is_compiled else None

    def encode(texts: list[str]) -> np.ndarray:
        step = chunk or len(texts)
        found = np.vstack([encoder.encode(texts[at : at + step])[:, :kept].copy() for at in range(0, len(texts), step)])
        print(encoder.how, file=sys.stderr)
        return found

    return encode


CONTENDERS: dict[str, Callable[[str], Encode]] = {
    "sentence-transformers fp32": lambda folder: sentence_transformers(folder, "float32"),
    "sentence-transformers bf16": lambda folder: sentence_transformers(folder, "bfloat16"),
    "transformers, naive": naive,
    "ours, fp32": lambda folder: ours(folder, "fp32", False),
    "ours, as chosen": lambda folder: ours(folder, "auto", False),
    "ours, compiled": lambda folder: ours(folder, "auto", True),
    "ours, in chunks": lambda folder: ours(folder, "auto", False, chunk=1_000),
}


def product_rate(dtype: str) -> float:
    """FLOP a second of processor time (a second, on a card) of torch.mm in the shapes of a MiniLM's layers."""
    import torch

    is_card = torch.cuda.is_available()
    n, k, m = (8192, 8192, 8192) if is_card else (2048, 384, 1536)
    kind = {"dtype": getattr(torch, dtype), "device": "cuda" if is_card else "cpu"}
    left, right = torch.randn(n, k, **kind), torch.randn(k, m, **kind)
    best = float("inf")
    for _ in range(10):
        began = time.perf_counter() if is_card else time.process_time()
        for _ in range(8):
            torch.mm(left, right)
        if is_card:
            torch.cuda.synchronize()
        best = min(best, ((time.perf_counter() if is_card else time.process_time()) - began) / 8)
    return 2 * n * k * m / best


def peak_mb() -> float:
    """The most memory this process held so far, in MB; on a card, of the card."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 1e6
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1e3


def serve(name: str, folder: str, texts: list[str], into: Path) -> None:
    """Load, warm up, and encode once for every line that comes in; each answer is a line of JSON."""
    encode = CONTENDERS[name](folder)
    began = time.process_time()
    encode(texts[:: max(1, len(texts) // 64)])
    print(json.dumps({"warm_up": time.process_time() - began}), flush=True)
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        vectors = encode(texts)
        figures = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        np.save(into, vectors)
        rates = {dtype: product_rate(dtype) for dtype in ("float32", "bfloat16")}
        print(json.dumps({**figures, **rates, "peak_mb": peak_mb()}), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], json.loads(Path(sys.argv[3]).read_text()), Path(sys.argv[4]))
