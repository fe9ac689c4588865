"""EASE^R, implicit ALS and item-KNN beside RecTools and `implicit` on MovieLens-100k: NDCG@10 and seconds.

    python -m benchmarks.rankers_peers --data DATA/movielens_100k [--peer PYTHON]

The peers need an environment of their own: `python -m venv ~/peers && ~/peers/bin/pip install implicit rectools`; name
its Python by `--peer`. Ratings from four stars on count as taken; the last fifth of each person's, by time, is the
test; items that nobody took before are neither candidates nor relevant, and what a person took before is left out.
Both sides get the same matrix and the same settings, and both rankings are judged here. Each side computes with one
thread; seconds are the processor's, the least of five runs, and ranking is that of everyone's ten best. ALS starts from
random vectors, so its figures are means over five seeds, with the least and the greatest beside.

RecTools (0.19.0) ranks by the transpose of the B that it learns, which is not Steck's equation (4): each item taken is
weighed by its own popularity, not by that of the item it speaks for. "RecTools' B" is what it learned, ranked as in the
paper, which must agree with ours.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from xdrec_assets.evaluation.metrics.ranking import find_hits, ndcg_at_k
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranking import top_k
from xdrec_assets.rankers.registry import create_ranker
from xdrec_assets.rankers.settings import ALSSettings, EASESettings, ItemKNNSettings, PopularitySettings, RankerSettings

K, RUNS = 10, 5
LIKED_FROM, TRAINING_SHARE = 4.0, 0.8
SETTINGS = RankerSettings(
    ease=EASESettings(ridge=200, half_life_days=None),
    als=ALSSettings(factors=64, positive_weight=10, ridge=30, ridge_exponent=0, half_life_days=None, iterations=15),
    item_knn=ItemKNNSettings(shrinkage=0, neighbours=100),
)
PEERS = {  # by our ranker: what stands beside it, and its title
    "ease": {"ease": "ease, RecTools", "ease_of_the_paper": "ease, RecTools' B"},
    "als": {"als": "als, implicit"},
    "item_knn": {"item_knn": "item_knn, implicit"},
}


@dataclass(frozen=True)
class Split:
    """What happened before, and what each person took afterwards."""

    history: History
    indptr: np.ndarray  # (n_people + 1,) into item
    item: np.ndarray  # relevant items, those of a person together


@dataclass(frozen=True)
class Outcome:
    """What came out of a ranker."""

    ndcg: list[float]
    """One per seed."""
    best: np.ndarray  # (n_people, K) items of the first seed
    fit_seconds: float
    rank_seconds: float


def split_of(ratings: pd.DataFrame) -> Split:
    """The first 80% of what each person took, and the rest; ratings: user_id, item_id, rating, timestamp."""
    liked = ratings[ratings.rating >= LIKED_FROM].sort_values(["timestamp", "item_id"], kind="stable")
    place = liked.groupby("user_id").cumcount() / liked.groupby("user_id")["item_id"].transform("size")
    before, after = liked[place < TRAINING_SHARE], liked[place >= TRAINING_SHARE]
    people, items = (np.unique(before[column]) for column in ("user_id", "item_id"))
    after = after[after.item_id.isin(items) & after.user_id.isin(people)]
    later = [pd.Index(people).get_indexer(after.user_id), pd.Index(items).get_indexer(after.item_id)]
    order = np.lexsort(later[::-1])
    indptr = np.searchsorted(later[0][order], np.arange(len(people) + 1))
    pairs = [pd.Index(people).get_indexer(before.user_id), pd.Index(items).get_indexer(before.item_id)]
    return Split(_history(pairs, people, items), indptr, later[1][order].astype(np.int32))


def _history(pairs: list[np.ndarray], people: np.ndarray, items: np.ndarray) -> History:
    order = np.lexsort(pairs[::-1])
    ones = np.ones(len(order), dtype=np.float32)
    return History(
        as_of=date(1998, 4, 23),
        platforms=("films",),
        person_id=people.astype(str).astype(object),
        item_id=items.astype(str).astype(object),
        item_platform=np.zeros(len(items), dtype=np.int16),
        person=pairs[0][order].astype(np.int32),
        item=pairs[1][order].astype(np.int32),
        strength=ones,
        age_days=np.zeros_like(ones),
    )


def mean_ndcg(split: Split, best: np.ndarray) -> float:
    """NDCG@10 over people with anything to find."""
    asked = np.diff(split.indptr) > 0
    hits = find_hits(best, split.indptr, split.item)[asked]
    return float(np.mean(ndcg_at_k(hits, np.diff(split.indptr)[asked])))


def ours(name: str, split: Split) -> Outcome:
    """Our ranker's figures."""
    from threadpoolctl import threadpool_limits

    history = split.history
    nothing = np.zeros((history.n_items, 1), dtype=np.float32)
    knowledge = Knowledge(text=nothing, fused=nothing, person=np.zeros((history.n_people, 1), dtype=np.float32))
    popularity = Popularity(PopularitySettings()).fit(history, knowledge)
    found, fit_seconds, rank_seconds = [], [], []
    with threadpool_limits(1):
        for seed in range(RUNS):
            settings = replace_seed(SETTINGS, seed)
            began = time.process_time()
            ranker = create_ranker(name, settings).fit(history, knowledge)
            fitted = time.process_time()
            everyone, films = np.arange(history.n_people), history.items_of("films")
            found.append(top_k(ranker, popularity, history, everyone, films, K).items)
            fit_seconds.append(fitted - began)
            rank_seconds.append(time.process_time() - fitted)
    return Outcome([mean_ndcg(split, best) for best in found], found[0], min(fit_seconds), min(rank_seconds))


def replace_seed(settings: RankerSettings, seed: int) -> RankerSettings:
    """The same with another start of ALS."""
    return settings.model_copy(update={"als": settings.als.model_copy(update={"seed": seed})})


def peers(split: Split, python: Path) -> dict[str, Outcome]:
    """The peers' figures, from their own environment."""
    with tempfile.TemporaryDirectory() as folder:
        given, taken = Path(folder, "split.npz"), Path(folder, "found.npz")
        history = split.history
        np.savez(given, person=history.person, item=history.item, shape=(history.n_people, history.n_items))
        script = Path(__file__).with_name("implicit_peer.py")
        alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        asked = SETTINGS.model_dump_json(include=set(PEERS))
        command = [str(python), str(script), str(given), str(taken), asked, str(RUNS)]
        done = subprocess.run(command, env=os.environ | alone, check=True, capture_output=True, text=True)
        seconds = json.loads(done.stdout.splitlines()[-1])
        with np.load(taken) as lists:
            found = {name: lists[name] for name in seconds}
    return {
        name: Outcome([mean_ndcg(split, best) for best in found[name]], found[name][0], **seconds[name])
        for name in found
    }


def row(title: str, outcome: Outcome, ours: Outcome | None = None) -> str:
    """One line of the table; `ours` is what a peer's outcome is compared with."""
    low, high = min(outcome.ndcg), max(outcome.ndcg)
    spread = f"{low:.4f}-{high:.4f}" if high > low else ""
    seconds = f"{outcome.fit_seconds:8.3f} {outcome.rank_seconds:8.3f}"
    line = f"{title:20} {np.mean(outcome.ndcg):7.4f} {spread:14} {seconds}"
    if ours is None:
        return line
    ratios = f"{outcome.fit_seconds / ours.fit_seconds:6.2f} {outcome.rank_seconds / ours.rank_seconds:6.2f}"
    return f"{line} {ratios} {share_in_common(outcome.best, ours.best):7.1%}"


def share_in_common(one: np.ndarray, other: np.ndarray) -> float:
    """The mean share of a person's ten best that both name; both (n_people, K)."""
    return float(np.mean([np.isin(mine, theirs).mean() for mine, theirs in zip(one, other, strict=True)]))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with ml-100k.inter.gz")
    parser.add_argument("--peer", type=Path, help="the Python of an environment that has implicit and RecTools")
    asked = parser.parse_args()
    ratings = pd.read_csv(asked.data / "ml-100k.inter.gz", sep="\t")
    split = split_of(ratings.rename(columns=lambda column: column.split(":")[0]))
    history, n_asked = split.history, np.count_nonzero(np.diff(split.indptr))
    print(f"{len(history.item):,} taken by {history.n_people:,} people of {history.n_items:,} films", end="; ")
    print(f"{n_asked:,} people asked for {len(split.item):,}")
    theirs = peers(split, asked.peer) if asked.peer else {}
    print(f"{'':20} {'NDCG@10':>7} {'seeds':14} {'fit s':>8} {'rank s':>8} {'fit':>6} {'rank':>6} {'common':>7}")
    for name, others in PEERS.items():
        mine = ours(name, split)
        print(row(f"{name}, ours", mine), flush=True)
        for other in [other for other in others if other in theirs]:
            print(row(others[other], theirs[other], mine), flush=True)
    print("fit and rank: a peer's seconds by ours; common: share of a person's ten best that both name")


if __name__ == "__main__":
    main()
