"""The k best items of many people by products of factors: `top_k` beside the bare matrix product, and `implicit`.

    python -m benchmarks.scoring [--people 100000] [--items 50000] [--factors 64] [--k 20] [--seen 20] [--threads 2]
        [--repeats 3] [--peer PYTHON]

Before lists are made, everyone's seen items are left out, ties go to the more popular item, and one in a hundred is
unknown and gets what is popular; the bare product, people @ items.T in pieces of the size that NumPy is fastest at, of
those compared, does nothing but multiply. Both use as many threads. The vectors are normal; "alike" are items' vectors
of about the same length, the worst case, "spread" are vectors whose lengths are log-normal, as popular items' are
longer in what factorisations learn: the long ones come first, and people for whom the others are too short are done.

Seconds are the processor's, of all threads, and those on the clock; the least of the repeats, contenders taking turns.
The ratio, of the processor's, is to the bare product's. `implicit` needs an environment of its own: `python -m venv
~/peers && ~/peers/bin/pip install implicit`; name its Python by --peer. It leaves out what was seen and no more.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from xdrec_assets.joined.history import History
from xdrec_assets.rankers.als import ALS
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranking import Ranking, top_k
from xdrec_assets.rankers.settings import ALSSettings, PopularitySettings
from xdrec_assets.rankers.threads import workers

PIECES = [(160, 50_000), (512, 1024), (512, 2048), (1024, 1024), (2048, 1024)]  # people and items of a product
UNKNOWN_EVERY = 100
SPREADS = {"alike": 0.0, "spread": 0.75}  # standard deviation of the logarithm of items' lengths
TOLERANCE = 1e-4


@dataclass(frozen=True)
class World:
    """Factors, and who has seen what."""

    people: np.ndarray  # (n_people, d) float32
    items: np.ndarray  # (n_items, d) float32
    history: History
    popularity: Popularity


@dataclass(frozen=True)
class Seconds:
    """Of one run."""

    processor: float
    clock: float


def planted(n_people: int, n_items: int, size: int, n_seen: int, spread: float, rng: np.random.Generator) -> World:
    """Normal vectors; items are seen at random, each person's are distinct."""
    people = rng.standard_normal((n_people, size), dtype=np.float32)
    people[::UNKNOWN_EVERY] = 0
    items = rng.standard_normal((n_items, size), dtype=np.float32)
    items *= np.exp(spread * rng.standard_normal((n_items, 1), dtype=np.float32))
    person, item = np.divmod(np.unique(rng.integers(0, n_people * n_items, n_people * n_seen)), n_items)
    ones = np.ones(len(item), dtype=np.float32)
    history = History(
        as_of=date(2026, 1, 1),
        platforms=("shop",),
        person_id=np.arange(n_people).astype(str).astype(object),
        item_id=np.arange(n_items).astype(str).astype(object),
        item_platform=np.zeros(n_items, dtype=np.int16),
        person=person.astype(np.int32),
        item=item.astype(np.int32),
        strength=ones,
        age_days=np.zeros_like(ones),
    )
    takers = np.bincount(item, minlength=n_items).astype(np.float32)
    return World(people, items, history, Popularity.from_arrays({"popularity": takers}, PopularitySettings()))


def ours(world: World, k: int) -> Ranking:
    """The lists of everyone."""
    ranker = ALS.from_arrays({"people": world.people, "items": world.items}, ALSSettings())
    everyone, items = np.arange(len(world.people)), slice(0, len(world.items))
    return top_k(ranker, world.popularity, world.history, everyone, items, k)


def bare_product(world: World, piece: tuple[int, int]) -> None:
    """The product alone, a piece at a time, each thread with memory of its own that it writes to again and again."""
    height, width = piece

    def multiply(start: int) -> None:
        some = world.people[start : start + height]
        memory = np.empty(height * width, dtype=np.float32)
        for first in range(0, len(world.items), width):
            others = world.items[first : first + width]
            room = memory[: len(some) * len(others)].reshape(len(some), len(others))
            np.matmul(some, others.T, out=room)

    with workers() as library, ThreadPoolExecutor(library.n_threads) as pool:
        list(pool.map(multiply, range(0, len(world.people), height)))


def timed(work: Callable[[], object]) -> Seconds:
    """How long it takes."""
    began, began_at = time.process_time(), time.perf_counter()
    work()
    return Seconds(time.process_time() - began, time.perf_counter() - began_at)


def best_piece(world: World) -> tuple[int, int]:
    """The size of pieces at which some of the product takes least."""
    few = World(world.people[:4096], world.items, world.history, world.popularity)
    return min(PIECES, key=lambda piece: min(timed(lambda: bare_product(few, piece)).processor for _ in range(2)))


def peer(world: World, k: int, python: Path, threads: int, repeats: int) -> Seconds:
    """`implicit`'s seconds, the least, from its own environment."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder, "world.npz")
        history = world.history
        np.savez(given, people=world.people, items=world.items, person=history.person, item=history.item)
        script = Path(__file__).with_name("scoring_peer.py")
        alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        command = [str(python), str(script), str(given), str(k), str(threads), str(repeats)]
        done = subprocess.run(command, env=os.environ | alone, check=True, capture_output=True, text=True)
        return Seconds(**json.loads(done.stdout.splitlines()[-1]))


def check(world: World, ranking: Ranking) -> None:
    """Refuse lists that whole rows, sorted, do not bear out, up to rounding; of some people.

    Raises:
        RuntimeError: says for whom.
    """
    for person in range(1, len(world.people), max(1, len(world.people) // 50)):
        if person % UNKNOWN_EVERY:
            scores = world.people[person] @ world.items.T
            scores[world.history.item[world.history.person == person]] = -np.inf
            expected = -np.sort(-scores)[: ranking.items.shape[1]]
            if not np.allclose(scores[ranking.items[person]], expected, rtol=TOLERANCE):
                raise RuntimeError(f"person {person} has other items than in a whole row, sorted")


def least(runs: list[Seconds]) -> Seconds:
    """The least of each kind."""
    return Seconds(min(run.processor for run in runs), min(run.clock for run in runs))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    defaults = {"people": 100_000, "items": 50_000, "factors": 64, "k": 20, "seen": 20, "threads": 2, "repeats": 3}
    for name, number in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--peer", type=Path, help="the Python of an environment that has implicit")
    asked = parser.parse_args()
    print(f"{asked.people:,} people, {asked.items:,} items, {asked.factors} factors, {asked.k} best,", end=" ")
    print(f"{asked.threads} threads\n{'':34} {'processor s':>11} {'clock s':>8} {'ratio':>6}")
    for name, spread in SPREADS.items():
        world = planted(asked.people, asked.items, asked.factors, asked.seen, spread, np.random.default_rng(0))
        bare, lists, rankings = [], [], []
        with threadpool_limits(asked.threads, user_api="blas"):
            piece = best_piece(world)
            for _ in range(asked.repeats):
                bare.append(timed(lambda: bare_product(world, piece)))  # noqa: B023  # called at once
                lists.append(timed(lambda: rankings.append(ours(world, asked.k))))  # noqa: B023
        check(world, rankings[0])
        rows = {f"{name}: product, {piece[0]} × {piece[1]}": least(bare), f"{name}: ours": least(lists)}
        if asked.peer:
            rows[f"{name}: implicit"] = peer(world, asked.k, asked.peer, asked.threads, asked.repeats)
        for title, row in rows.items():
            ratio = row.processor / least(bare).processor
            print(f"{title:34} {row.processor:11.2f} {row.clock:8.2f} {ratio:6.2f}", flush=True)


if __name__ == "__main__":
    main()
