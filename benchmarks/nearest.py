"""Nearest items across two platforms at scale: candidates by faiss, compared in full, against comparing all with all.

    python -m benchmarks.nearest --data DIR [--vectors CACHE.npy] [--items 100000]

The items are the titles of Food × Kitchen (DIR holds interactions.csv.gz and items.csv.gz), encoded by the packaged
language model and whitened by platform as the pipeline does it, and grown to any number: a new item lies up to halfway
between a title and one of its twenty nearest on its platform, with noise of 0.3 of its length on top. Both platforms
have as many items as a line says, and each item of the first asks for its ten nearest on the second.

Comparing all is timed on 4,000 of the asking items and multiplied; recall@10 is of the same. Seconds are of this
process on the clock, "cpu" of its processors, of which other work on the machine takes less. The last line carries the
largest size on to 1,000,000 × 1,000,000: asking grows with the product of both sizes, building with one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.data_sets import read_food_kitchen
from xdrec_assets.embeddings.vectors import is_known, unit_rows
from xdrec_assets.embeddings.whitening import whitened
from xdrec_assets.knowledge.links.nearest import coded, nearest

N, ASKED, MILLION = 10, 4_000, 1_000_000
CANDIDATES = 10  # per neighbour asked, as LinkSettings has it
Result = TypeVar("Result")


@dataclass(frozen=True)
class Timed:
    """Seconds on the clock and of processors."""

    seconds: float
    cpu: float

    def times(self, factor: float) -> Timed:
        """As long, times a factor."""
        return Timed(self.seconds * factor, self.cpu * factor)


@dataclass(frozen=True)
class Measured:
    """What one size took, all items asking."""

    n_items: int
    build: Timed  # part of `fast`
    fast: Timed
    exact: Timed
    recall: float
    code_mb: float
    peak_mb: float

    def line(self) -> str:
        """One line of the table."""
        ratio = self.exact.cpu / self.fast.cpu
        return (
            f"{self.n_items:>9,} {self.build.seconds:8.1f} {self.fast.seconds:9.1f} {self.fast.cpu:9.1f} "
            f"{self.exact.seconds:9.1f} {self.exact.cpu:9.1f} {ratio:7.2f} {self.recall:9.3f} "
            f"{self.code_mb:8.1f} {self.peak_mb:8,.0f}"
        )

    def carried_to(self, n_items: int) -> Measured:
        """What `n_items` would take: recall and peak memory are not known there."""
        factor = n_items / self.n_items
        build, asking = self.build.times(factor), self.fast.cpu - self.build.cpu
        seconds = (self.fast.seconds - self.build.seconds) * factor**2 + build.seconds
        fast = Timed(seconds, asking * factor**2 + build.cpu)
        exact = self.exact.times(factor**2)
        return Measured(n_items, build, fast, exact, float("nan"), self.code_mb * factor, float("nan"))


def titles_by_platform(data: Path, cache: Path | None) -> Iterator[np.ndarray]:
    """The whitened vectors of the titles of each platform, of unit length."""
    read = read_food_kitchen(data)
    vectors = read.text_vectors(cache)
    for platform in range(len(read.events.platforms)):
        own = vectors[read.events.item_platform == platform]
        yield unit_rows(whitened(own[is_known(own)]))


def grown(titles: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """`n` items that lie as titles do: (n, d) float32 of unit length."""
    _, near, _ = nearest(titles, titles, 21)  # the first is the title itself
    one = rng.integers(0, len(titles), n)
    other = near[one, rng.integers(1, near.shape[1], n)]
    way = rng.uniform(0, 0.5, (n, 1)).astype(np.float32)
    noise = rng.standard_normal((n, titles.shape[1]), dtype=np.float32) * np.float32(0.3 / np.sqrt(titles.shape[1]))
    return unit_rows((1 - way) * titles[one] + way * titles[other] + noise)


def measure(asking: np.ndarray, others: np.ndarray) -> Measured:
    """Both ways over one pair of platforms."""
    index, build = timed(lambda: coded(others, 0))
    (_, found, _), fast = timed(lambda: nearest(asking, others, N, 0, CANDIDATES))
    sample = np.linspace(0, len(asking) - 1, min(ASKED, len(asking))).astype(int)
    (_, true, _), exact = timed(lambda: nearest(asking[sample], others, N))
    recall = np.mean([np.isin(wanted, got).mean() for wanted, got in zip(true, found[sample], strict=True)])
    code_mb = index.ntotal * index.code_size / 1e6
    exact = exact.times(len(asking) / len(sample))
    return Measured(len(others), build, fast, exact, float(recall), code_mb, peak_mb())


def timed(work: Callable[[], Result]) -> tuple[Result, Timed]:
    """What came of it, and what it took."""
    began, began_cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, Timed(time.perf_counter() - began, time.process_time() - began_cpu)


def peak_mb() -> float:
    """The most memory that this process has held; of Linux."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with interactions.csv.gz and items.csv.gz")
    parser.add_argument("--vectors", type=Path, help="keep the titles' vectors in this .npy file, or take them from it")
    parser.add_argument("--items", type=int, default=100_000, help="items of either platform at the largest size")
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    asking, others = (grown(own, arguments.items, rng) for own in titles_by_platform(arguments.data, arguments.vectors))
    print(f"{others.shape[1]} dimensions, {N} nearest, {CANDIDATES * N} candidates; ratio: exact to faiss, of cpu")
    print(
        f"{'items':>9} {'build s':>8} {'faiss s':>9} {'cpu s':>9} {'exact s':>9} {'cpu s':>9} {'ratio':>7} "
        f"{'recall@10':>9} {'codes MB':>8} {'peak MB':>8}"
    )
    for share in (8, 4, 2, 1):
        n = arguments.items // share
        largest = measure(asking[:n], others[:n])
        print(largest.line(), flush=True)
    print(largest.carried_to(MILLION).line())


if __name__ == "__main__":
    main()
