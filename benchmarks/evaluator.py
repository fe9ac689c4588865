r"""Full-ranking evaluation of many people: ours against RecBole's and RecTools', on the same scores.

    python -m benchmarks.evaluator [--people 10000] [--items 50000] [--k 100] [--threads 2] [--repeats 3] [--no-auc]
        [--recbole PYTHON] [--rectools PYTHON]

Everyone's scores are products of the same factors. These hold whole numbers, small enough that float32 sums them
exactly in any order, and one column tells all items apart: the scores are the same bits for everyone and no two of a
person are equal, so that the figures have to agree, to 1e-6; the run fails where they do not. What a person has seen
and what is relevant are items that score well, 50 and 1 to 9 of a draw of 200.

"scoring" is the product of factors, "own" all the rest, from scores to figures: leaving out what was seen, finding the
k best, hits, metrics, and the area under each person's curve (RecBole's GAUC). With --no-auc the figures are of the
lists alone; RecTools has no other, and as it scores while it ranks, its whole time is own. Our threads score at the
same time, each for itself: a second of each of two is one second of scoring. Seconds on the clock, the median of the
repeats, contenders taking turns; "peak" is the memory above what was loaded (the world, the libraries).

The peers have pins of their own. Give each an environment and name its Python; one that is not named is left out:

    python -m venv ~/recbole && ~/recbole/bin/pip install --no-deps recbole==1.2.1
    ~/recbole/bin/pip install "numpy<2" torch pandas scipy scikit-learn colorlog==4.7.2 colorama pyyaml tqdm \
        tensorboard thop tabulate plotly texttable psutil
    python -m venv ~/rectools && ~/rectools/bin/pip install rectools==0.19.0

RecBole gets batches of --recbole-rows people; left to itself it takes one at a time where there are 50,000 items.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from xdrec_assets.evaluation.relevant_sets import RelevantSets
from xdrec_assets.joined.history import History

SIZE, LARGEST_FACTOR = 64, 2  # factors of a person and an item, whole numbers from -2 to 2
DRAWN, SEEN, MOST_RELEVANT = 200, 50, 9
PEOPLE_AT_ONCE = 500
TOLERANCE = 1e-6
PLATFORM = "shop"


def planted(n_people: int, n_items: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Factors, and what each person has seen and turns to.

    Score = step · (p · q) + number of the item, step being the power of 2 above n_items: below 2²⁴ in any partial sum
    as long as |p · q| stays below 2²⁴ / step.
    """
    step = 1 << int(n_items).bit_length()
    people, items = (
        rng.integers(-LARGEST_FACTOR, LARGEST_FACTOR + 1, (n, SIZE)).astype(np.float32) for n in (n_people, n_items)
    )
    drawn = np.concatenate([_best_first(people[s : s + PEOPLE_AT_ONCE], items, rng) for s in _starts(n_people)])
    n_relevant = rng.integers(1, MOST_RELEVANT + 1, n_people)
    is_relevant = np.arange(DRAWN) < n_relevant[:, None]
    is_seen = ~is_relevant & (np.arange(DRAWN) < n_relevant[:, None] + SEEN)
    number = rng.permutation(n_items).astype(np.float32)
    return {
        "people": np.column_stack([people * step, np.ones(n_people, np.float32)]),
        "items": np.column_stack([items, number]),
        **_sets("seen", drawn, is_seen),
        **_sets("relevant", drawn, is_relevant),
    }


def _starts(n_people: int) -> range:
    return range(0, n_people, PEOPLE_AT_ONCE)


def _best_first(people: np.ndarray, items: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A draw of different items for each of some people, shape (n, DRAWN), those that score best first."""
    stratum = len(items) // DRAWN
    drawn = np.arange(0, stratum * DRAWN, stratum) + rng.integers(0, stratum, (len(people), DRAWN))
    scores = np.einsum("nd,nmd->nm", people, items[drawn])
    return np.take_along_axis(drawn, np.argsort(-scores, axis=1, kind="stable"), axis=1)


def _sets(name: str, drawn: np.ndarray, is_in: np.ndarray) -> dict[str, np.ndarray]:
    """The rows of a compressed sparse matrix, items ascending within a person."""
    n_items = drawn.max(initial=0) + 1
    person, place = np.nonzero(is_in)
    key = np.sort(person * n_items + drawn[person, place])
    indptr = np.searchsorted(person, np.arange(len(drawn) + 1))
    return {f"{name}_indptr": indptr, f"{name}_item": (key % n_items).astype(np.int32)}


def past_of(world: dict[str, np.ndarray]) -> History:
    """What was seen, as a history of one platform."""
    n_people, n_items, item = len(world["people"]), len(world["items"]), world["seen_item"]
    person = np.repeat(np.arange(n_people, dtype=np.int32), np.diff(world["seen_indptr"]))
    ids = [np.array([str(i) for i in range(n)], dtype=object) for n in (n_people, n_items)]
    ones = np.ones(len(item), dtype=np.float32)
    return History(date(2026, 1, 5), (PLATFORM,), *ids, np.zeros(n_items, np.int16), person, item, ones, ones)


def relevant_of(world: dict[str, np.ndarray]) -> RelevantSets:
    """What people turn to."""
    person = np.arange(len(world["people"]), dtype=np.int32)
    return RelevantSets(
        PLATFORM, person.astype(str).astype(object), person, world["relevant_indptr"], world["relevant_item"]
    )


def measure(name: str, python: Path, world: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """What one contender says, from a process of its own."""
    root = Path(__file__).parents[1]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(asked["threads"]))
    path = {"PYTHONPATH": str(root)} if name == "xdrec" else {}
    script = Path(__file__).with_name("evaluator_contenders.py")
    done = subprocess.run(
        [python, "-W", "ignore", script, name, world, json.dumps(asked)],
        capture_output=True, text=True, check=False, env=os.environ | threads | path,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{python} {script.name} {name} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def disagreement(runs: Sequence[dict[str, Any]]) -> float:
    """The largest difference between any two contenders in a figure that both have."""
    names = {name for run in runs for name in run["figures"]}
    having = [[run["figures"][name] for run in runs if name in run["figures"]] for name in names]
    return max((max(values) - min(values) for values in having), default=0.0)


def row(name: str, runs: Sequence[dict[str, Any]], ours: Sequence[dict[str, Any]]) -> str:
    """A line of the table."""
    scoring, own = (median(run[part] for run in runs) for part in ("scoring", "own"))
    our_scoring, our_own = (median(run[part] for run in ours) for part in ("scoring", "own"))
    peak = max(run["peak_mb"] - run["loaded_mb"] for run in runs)
    ratios = own / our_own, (scoring + own) / (our_scoring + our_own)
    cells = [f"{scoring:.1f}" if scoring else "–", f"{own:.1f}", f"{scoring + own:.1f}"]
    cells += [f"{ratios[0]:.1f}" if scoring else "–", f"{ratios[1]:.1f}", f"{peak:,.0f}"]
    return f"| {name} | " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table; exit with an error where figures disagree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=50_000, help="up to 65,535, for scores to be exact")
    parser.add_argument("--k", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--auc", action=argparse.BooleanOptionalAction, default=True, help="the area under the curve")
    parser.add_argument("--recbole", type=Path, help="the Python of an environment that has RecBole")
    parser.add_argument("--recbole-rows", type=int, default=64, help="people per batch of RecBole")
    parser.add_argument("--rectools", type=Path, help="the Python of an environment that has RecTools")
    asked = parser.parse_args()
    pythons = {"xdrec": Path(sys.executable), "recbole": asked.recbole, "rectools": asked.rectools}
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name, python in pythons.items() if python is not None}
    options = {"k": asked.k, "threads": asked.threads, "auc": asked.auc, "recbole_rows": asked.recbole_rows}
    with TemporaryDirectory() as folder:
        world = Path(folder) / "world.npz"
        np.savez(world, **planted(asked.people, asked.items, np.random.default_rng(0)))
        for _ in range(asked.repeats):
            for name, found in runs.items():
                found.append(measure(name, pythons[name], world, options))
    every = [run for found in runs.values() for run in found]
    print(f"{asked.people:,} people × {asked.items:,} items, k = {asked.k}, {asked.threads} threads")
    print("figures: " + ", ".join(f"{name} {value:.6f}" for name, value in every[0]["figures"].items()) + "\n")
    print("| | scoring s | own s | total s | own / ours | total / ours | peak MB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, found in runs.items():
        print(row(name, found, runs["xdrec"]))
    print(f"\nlargest difference between two contenders' figures: {disagreement(every):.1e}")
    if disagreement(every) > TOLERANCE:
        raise SystemExit(f"the figures differ by more than {TOLERANCE}: the contenders do not measure the same")


if __name__ == "__main__":
    main()
