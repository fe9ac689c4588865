"""SASRec on Amazon Beauty and Toys: what each part gives on validation, the test, and RecBole's SASRec beside it.

    python -m benchmarks.sasrec --data DATA --set beauty [--only "ids" "ids and text"]
    python -m benchmarks.sasrec --data DATA --set beauty --test
    python -m benchmarks.sasrec --data DATA --set beauty --blend [--test]
    python -m benchmarks.sasrec --data DATA --set beauty --peer PYTHON [--people 2000] [--passes 10]

DATA holds s3rec. Protocol and candidates are those of benchmarks.leaderboards: leave-one-out, full ranking, what a
person took left out. Variants are judged by the item before the last of everyone; --test trains the one that was chosen
so on all but everyone's last item, and judges by that one, beside published figures. --blend judges the blend with
SASRec among its members instead, which trains it three times over. Seconds are the clock's.

The peer needs an environment of its own (`python -m venv ~/recbole && ~/recbole/bin/pip install recbole`); name its
Python by --peer. Both learn from the same events of the same people with the same sizes, steps, dropout and loss: IDs
alone, softmax over all items, one thread each; both rankings are judged here. One of our events to be found is one of
RecBole's prefixes, so a pass has as many examples and about as many steps on both sides. Seconds are the processor's,
the mean of the passes. A part of the people is enough, as RecBole's pass takes minutes with all.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.held_out import interval
from benchmarks.leaderboard_contests import SETS, Contest, final_of, round_of
from benchmarks.leaderboard_rounds import ONE, Round, rank
from xdrec_assets.evaluation.metrics.ranking import find_hits, ndcg_at_k
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.blend.blend import Blend
from xdrec_assets.rankers.blend.settings import BlendSettings, MemberSettings
from xdrec_assets.rankers.neural.sasrec import SASRec
from xdrec_assets.rankers.neural.sequences import Sequences
from xdrec_assets.rankers.neural.settings import SASRecSettings
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranking import top_k
from xdrec_assets.rankers.settings import PopularitySettings, Section

K = 10
HEADER = "| what | NDCG@10 | Recall@10 | seconds |\n|---|---|---|---:|"
CHOSEN = "ids and text"
VARIANTS = {
    "ids": SASRecSettings(vectors="none", epochs=24, validation_people=0),
    "text": SASRecSettings(has_ids=False, epochs=12, validation_people=0),
    CHOSEN: SASRecSettings(epochs=12, validation_people=0),
    "ids and fused": SASRecSettings(vectors="fused", epochs=12, validation_people=0),
    "ids and text, 1,024 negatives": SASRecSettings(negatives=1024, epochs=12, validation_people=0),
}
BLEND = BlendSettings(
    members=(
        MemberSettings(ranker="nearest_text"),
        MemberSettings(ranker="item_knn"),
        MemberSettings(ranker="user_knn", settings={"neighbours": 300}),
        MemberSettings(ranker="als", settings={"iterations": 8}),
        MemberSettings(ranker="sasrec", settings={"epochs": 12, "validation_people": 0}),
    ),
    windows=2,
    people=6000,
    candidates=40,
)
BESIDE_PEER = SASRecSettings(
    vectors="none", size=64, dropout=0.3, events_per_batch=1024, warmup_batches=0, validation_people=0
)


def trial(title: str, at: Round, platform: str, settings: Section, ranker: str = SASRec.name) -> str:
    """A line of the table: fit, rank, judge."""
    entry = rank(at, ranker, ONE, settings, [platform])[platform]
    return row(title, at.asked[platform].ndcg(entry.lists[0]), entry.fit_seconds)


def row(title: str, ndcg: np.ndarray, seconds: float) -> str:
    """One line of a table; ndcg: (n_people,) of people who have one item to find each."""
    (low, high), recall = interval(ndcg), float((ndcg > 0).mean())
    found = f"{ndcg.mean():.4f} [{low:.4f}, {high:.4f}] | {recall:.4f}".replace("0.", ".")
    return f"| {title} | {found} | {seconds:.1f} |"


def judged(contest: Contest, platform: str, only: Sequence[str], is_test: bool, is_blend: bool) -> Iterator[str]:
    """The table of variants on validation, or of the chosen one in the test; or of the blend."""
    yield HEADER
    if is_blend:
        at = final_of(contest) if is_test else round_of(contest, contest.validation)
        yield trial("blend", at, platform, BLEND, Blend.name)
        return
    if is_test:
        yield trial(CHOSEN, final_of(contest), platform, VARIANTS[CHOSEN])
        for name, (recall, ndcg) in contest.published[platform].items():
            yield f"| {name}, as published | {ndcg:.4f} | {recall:.4f} |  |"
        return
    at = round_of(contest, contest.validation)
    for title in only or VARIANTS:
        yield trial(title, at, platform, VARIANTS[title])


@dataclass(frozen=True)
class Task:
    """Some people's events, one item of each to be found, and only the items that are in either."""

    history: History
    label: np.ndarray  # (n_people,) item indices

    def ndcg(self, best: np.ndarray) -> np.ndarray:
        """Of each person, (n_people,); best: (n_people, 10) item indices."""
        one_each = np.arange(len(self.label) + 1)
        return ndcg_at_k(find_hits(best, one_each, self.label), np.ones(len(self.label), dtype=np.int64))


def task_of(at: Round, platform: str, n_people: int) -> Task:
    """The first people of a round who are asked, and who have one item to find each."""
    history, relevant = at.history, at.asked[platform].relevant
    people, label = relevant.person[:n_people], relevant.item[:n_people]
    rows = np.isin(history.person, people)
    items = np.union1d(history.item[rows], label)
    few = replace(
        history,
        person_id=history.person_id[people],
        item_id=history.item_id[items],
        item_platform=history.item_platform[items],
        person=np.searchsorted(people, history.person[rows]).astype(np.int32),
        item=np.searchsorted(items, history.item[rows]).astype(np.int32),
        strength=history.strength[rows],
        age_days=history.age_days[rows],
    )
    return Task(few, np.searchsorted(items, label).astype(np.int32))


def ours(task: Task, settings: SASRecSettings) -> tuple[np.ndarray, float]:
    """NDCG@10 of each person, and the processor's seconds of a pass."""
    import torch

    torch.set_num_threads(1)
    history = task.history
    nothing = np.zeros((history.n_items, 1), dtype=np.float32)
    knowledge = Knowledge(nothing, nothing, np.zeros((history.n_people, 1), dtype=np.float32))
    ranker = SASRec(settings)
    network = ranker.fresh_network(history, knowledge)
    began = time.process_time()
    ranker.learn(network, history)
    seconds = (time.process_time() - began) / settings.epochs
    popularity = Popularity(PopularitySettings(half_life_days=None)).fit(history, knowledge)
    items = history.items_of(history.platforms[0])
    best = top_k(ranker.keep(network, history), popularity, history, np.arange(history.n_people), items, K)
    return task.ndcg(best.items), seconds


def theirs(task: Task, settings: SASRecSettings, python: Path) -> tuple[np.ndarray, float]:
    """The peer's, from its own environment."""
    batch = Sequences.of(task.history).batch(np.arange(task.history.n_people))
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder, "events.npz"), Path(folder, "found.npz")
        np.savez(given, person=batch.row.numpy(), item=batch.items.numpy(), label=task.label)
        script = Path(__file__).resolve().with_name("sasrec_peers.py")
        alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        command = [str(python.absolute()), str(script), str(given), str(found), settings.model_dump_json()]
        at = {"cwd": folder, "env": os.environ | alone}  # RecBole leaves logs where it runs
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **at)
        seconds = json.loads(done.stdout.splitlines()[-1])
        return task.ndcg(np.load(found)["best"]), float(np.mean(seconds))


def beside_peer(task: Task, settings: SASRecSettings, python: Path) -> Iterator[str]:
    """Both sides as lines of a table."""
    history, n_passes = task.history, settings.epochs
    yield f"{history.n_people:,} people, {len(history.item):,} events, {history.n_items:,} items, {n_passes} passes\n"
    yield HEADER.replace("seconds", "processor's seconds a pass")
    (mine, my_seconds), (its, its_seconds) = ours(task, settings), theirs(task, settings, python)
    yield row("ours", mine, my_seconds)
    yield row("RecBole", its, its_seconds)
    low, high = interval(mine - its)
    apart = f"{np.mean(mine - its):+.4f} [{low:+.4f}, {high:+.4f}]"
    yield f"\nOurs less RecBole's: {apart}; RecBole's seconds by ours: {its_seconds / my_seconds:.1f}"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with s3rec")
    parser.add_argument("--set", choices=["beauty", "toys"], required=True)
    parser.add_argument("--only", nargs="*", choices=VARIANTS, default=[], help="variants to judge on validation")
    parser.add_argument("--test", action="store_true", help="judge the chosen variant by the last items")
    parser.add_argument("--blend", action="store_true", help="judge the blend with SASRec among its members")
    parser.add_argument("--peer", type=Path, help="the Python of an environment that has RecBole")
    parser.add_argument("--people", type=int, default=2000, help="beside the peer")
    parser.add_argument("--passes", type=int, default=10, help="beside the peer")
    asked = parser.parse_args()
    (contest,) = SETS[asked.set](asked.data, None)
    if asked.peer:
        task = task_of(round_of(contest, contest.validation), asked.set, asked.people)
        lines = beside_peer(task, BESIDE_PEER.model_copy(update={"epochs": asked.passes}), asked.peer)
    else:
        lines = judged(contest, asked.set, asked.only, asked.test, asked.blend)
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
