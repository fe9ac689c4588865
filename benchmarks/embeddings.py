"""Texts and tokens a second of every way of encoding, beside sentence-transformers.

    python -m benchmarks.embeddings [--data DIR] [--texts 5000] [--rounds 2] [--threads N] [--only NAME …] [--memory]

Texts of mixed length (79 tokens on average) drawn from the tokenizer's words, and with --data the titles of Amazon Food
and Kitchen. Each contender has a process of its own, so that its peak memory is its own, and they take turns, so that
what else the machine does meets all alike. Every figure is the best of the rounds. On a processor ratios compare
processor time, which other work disturbs least; on a graphics card, time. The share of the roofline is the
floating-point operations that the weights ask for, against torch.mm's rate in the same precision.

With a graphics card two more models run, with random weights: a BERT-base and a decoder of Qwen3-0.6B's shape.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.encoder_contenders import CONTENDERS, MAX_TOKENS

FP32, BF16 = "sentence-transformers fp32", "sentence-transformers bf16"
RACE = [name for name in CONTENDERS if name != "ours, in chunks"]
MEDIAN_WORDS, SPREAD = 61, 0.75  # of a log-normal, cut at what the model reads: 79 tokens on average


@dataclass
class Racer:
    """A contender's process and the best of what it did."""

    name: str
    process: subprocess.Popen[str]
    vectors: Path
    best: dict[str, float]

    def answer(self) -> dict[str, float]:
        """Its next line."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended early; what it printed stands above")
        return json.loads(line)

    def run(self) -> None:
        """Once over all texts."""
        assert self.process.stdin
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        for key, value in self.answer().items():
            better = min if key in ("wall", "cpu") else max
            self.best[key] = better(value, self.best.get(key, value))


def mixed_texts(n: int, folder: str, seed: int = 0) -> list[str]:
    """Texts of words that are one token each, frequent ones more often."""
    words = sorted(word for word in tokenizer_of(folder).get_vocab() if word.isascii() and word.isalpha())
    rng = np.random.default_rng(seed)
    words = rng.permutation([word for word in words if len(word) > 2])
    share = 1 / np.arange(10, len(words) + 10)
    lengths = np.clip(rng.lognormal(np.log(MEDIAN_WORDS), SPREAD, n), 3, MAX_TOKENS - 2).astype(int)
    return [" ".join(rng.choice(words, length, p=share / share.sum())) for length in lengths]


def titles(data: Path, n: int, seed: int = 0) -> list[str]:
    """Titles of items of both platforms, in the form in which they are encoded."""
    from resources.plain_text import plain_text

    (file,) = data.glob("**/items.csv.gz")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        found = [plain_text(row["title"]) for row in csv.DictReader(lines)]
    filled = [title for title in found if title]
    chosen = np.random.default_rng(seed).choice(len(filled), min(n, len(filled)), replace=False)
    return [filled[at] for at in chosen]


def tokenizer_of(folder: str) -> Any:
    """The folder's tokenizer, cutting as all contenders do."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def start(name: str, folder: str, texts: Path, scratch: Path, threads: int) -> Racer:
    """Load a contender and let it warm up."""
    vectors = scratch / f"{name}.npy"
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "TOKENIZERS_PARALLELISM": "true"}
    command = [sys.executable, "-m", "benchmarks.encoder_contenders", name, folder, str(texts), str(vectors)]
    piped: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    racer = Racer(name, subprocess.Popen(command, env=environment, **piped), vectors, {})
    racer.best = racer.answer()
    return racer


def race(title: str, names: list[str], folder: str, texts: list[str], threads: int, rounds: int) -> None:
    """Run all, taking turns, and print their table."""
    n_tokens = sum(len(one.ids) for one in tokenizer_of(folder).encode_batch_fast(texts))
    print(f"\n{title}: {len(texts):,} texts of {n_tokens / len(texts):.0f} tokens on average\n", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        stored = Path(scratch) / "texts.json"
        stored.write_text(json.dumps(texts))
        racers = [start(name, folder, stored, Path(scratch), threads) for name in names]
        for _ in range(rounds):
            for racer in racers:
                racer.run()
        print_table(racers, len(texts), n_tokens, flop_per_token(folder))
        for racer in racers:
            racer.process.stdin.close()  # type: ignore[union-attr]
            racer.process.wait()


def print_table(racers: list[Racer], n_texts: int, n_tokens: int, flop: float) -> None:
    """One line for each contender."""
    clock = "wall" if has_card() else "cpu"
    by_name = {racer.name: racer for racer in racers}
    reference = np.load(by_name.get(FP32, racers[0]).vectors)
    print("| | texts/s | tokens/s | a second of | × ST fp32 | × ST bf16 | deviation | roofline | peak MB | warm-up s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for racer in racers:
        best, seconds = racer.best, racer.best[clock]
        ratios = [f"{by_name[to].best[clock] / seconds:.2f}" if to in by_name else "" for to in (FP32, BF16)]
        dtype = "float32" if "fp32" in racer.name or "naive" in racer.name else "bfloat16"
        share = flop * n_tokens / seconds / best[dtype]
        away = deviation(np.load(racer.vectors), reference)
        print(
            f"| {racer.name} | {n_texts / seconds:,.0f} | {n_tokens / seconds:,.0f} | {clock} | {' | '.join(ratios)} "
            f"| {away:.0e} | {share:.0%} | {best['peak_mb']:,.0f} | {best['warm_up']:.1f} |"
        )
    rates = [f"{dtype} {max(r.best[dtype] for r in racers) / 1e9:,.0f}" for dtype in ("float32", "bfloat16")]
    walls = ", ".join(f"{racer.name} {racer.best['wall']:.0f}" for racer in racers)
    print(f"\ntorch.mm, GFLOP a second ({clock}): {', '.join(rates)}. Seconds on the wall: {walls}.", flush=True)


def deviation(vectors: np.ndarray, reference: np.ndarray) -> float:
    """Largest distance from the cosine 1, rounding of single precision left aside."""
    if vectors.shape != reference.shape:
        return float("nan")
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(reference, axis=1)
    return max(0.0, float((1 - (vectors * reference).sum(axis=1) / lengths).max()))


def flop_per_token(folder: str) -> float:
    """Two operations for each weight that multiplies: matrices, tables of embeddings and the pooler left out."""
    from safetensors import safe_open

    total = 0
    for file in Path(folder).glob("*.safetensors"):
        with safe_open(file, "np") as weights:
            shapes = {name: weights.get_slice(name).get_shape() for name in weights.keys()}  # noqa: SIM118
            total += sum(
                int(np.prod(shape))
                for name, shape in shapes.items()
                if len(shape) == 2 and not any(part in name for part in ("embed", "pooler"))
            )
    return 2.0 * total


def processor_name() -> str:
    """As the system calls it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.machine())


def has_card() -> bool:
    """Whether torch finds a graphics card."""
    import torch

    return torch.cuda.is_available()


def random_models(scratch: Path, words: Path) -> dict[str, str]:
    """Folders of a BERT-base and of a decoder of Qwen3-0.6B's shape, with random weights and MiniLM's tokenizer."""
    import shutil

    from transformers import BertConfig, BertModel, Qwen3Config, Qwen3Model

    decoder = Qwen3Config(
        hidden_size=1024, num_hidden_layers=28, num_attention_heads=16, num_key_value_heads=8, intermediate_size=3072
    )
    folders = {}
    for name, model in (("BERT-base", BertModel(BertConfig())), ("Qwen3-0.6B", Qwen3Model(decoder))):
        folders[f"{name}, random weights"] = str(scratch / name)
        model.save_pretrained(scratch / name)
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(words / file, scratch / name)
    return folders


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder with amazon_food_kitchen/items.csv.gz")
    parser.add_argument("--texts", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--only", nargs="+", choices=RACE, default=RACE, help="contenders; all unless named")
    parser.add_argument("--memory", action="store_true", help="only: memory with four times the texts, in chunks")
    given = parser.parse_args()
    from resources.encoding.model_files import packaged_minilm

    minilm = packaged_minilm().location
    print(f"{processor_name()}, {given.threads} threads, load {os.getloadavg()[0]:.1f}")
    if given.memory:
        short = [" ".join(text.split()[:8]) for text in mixed_texts(4 * given.texts, minilm)]
        for texts in (short[: given.texts], short):
            race("Memory", ["ours, in chunks"], minilm, texts, given.threads, 1)
        return
    with tempfile.TemporaryDirectory() as scratch:
        models = {"MiniLM": minilm} | (random_models(Path(scratch), Path(minilm)) if has_card() else {})
        for name, folder in models.items():
            race(
                f"{name}, mixed lengths",
                given.only,
                folder,
                mixed_texts(given.texts, minilm),
                given.threads,
                given.rounds,
            )
        if given.data:
            texts = titles(given.data, given.texts)
            race("MiniLM, Food and Kitchen titles", given.only, minilm, texts, given.threads, given.rounds)


if __name__ == "__main__":
    main()
