"""One contender of benchmarks.evaluator: ranks and judges a world that was written to a file; prints figures as JSON.

    PYTHON benchmarks/evaluator_contenders.py xdrec|recbole|rectools WORLD.npz '{"k": 100, "threads": 2, …}'

A peer runs in an environment of its own, which has the peer and not this project. What the peers do is their
libraries' own code: RecBole's loop over batches, loader, masks, collector and metrics; RecTools' ranker and metrics.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

World = dict[str, np.ndarray]
METRICS = ("ndcg", "recall", "precision", "hit_rate", "mrr")


class Clock:
    """Seconds since it was made, and how many of them went into scoring."""

    def __init__(self, threads: int = 1) -> None:
        """`threads`: how many score at the same time, each for itself; a second of each is a share of a second."""
        self.began, self.threads = time.perf_counter(), threads
        self.scored: list[float] = []

    @contextmanager
    def score(self) -> Iterator[None]:
        """Counts the seconds of its block as scoring."""
        began = time.perf_counter()
        yield
        self.scored.append(time.perf_counter() - began)

    def stopped(self, figures: dict[str, float]) -> dict[str, Any]:
        """What is printed."""
        scoring = sum(self.scored) / self.threads
        return {"figures": figures, "scoring": scoring, "own": time.perf_counter() - self.began - scoring}


def xdrec(world: World, asked: dict[str, Any]) -> dict[str, Any]:
    """This project: `full_ranking`, then the metrics of its lists."""
    from benchmarks.evaluator import past_of, relevant_of
    from xdrec_assets.evaluation.full_ranking import full_ranking
    from xdrec_assets.evaluation.metrics.ranking import PER_PERSON, find_hits
    from xdrec_assets.rankers.popularity import Popularity
    from xdrec_assets.rankers.settings import PopularitySettings, SVDSettings
    from xdrec_assets.rankers.svd import SVD

    class Timed(SVD):
        def score(self, people: np.ndarray, items: slice) -> np.ndarray:
            with clock.score():
                return super().score(people, items)

    history, relevant = past_of(world), relevant_of(world)
    ranker = Timed.from_arrays({"people": world["people"], "items": world["items"]}, SVDSettings())
    popularity = Popularity.from_arrays({"popularity": np.zeros(history.n_items, np.float32)}, PopularitySettings())
    clock, n_relevant = Clock(asked["threads"]), relevant.n_relevant
    options = {"threads": asked["threads"], "with_auc": asked["auc"]}
    ranked = full_ranking(ranker, popularity, history, relevant, asked["k"], None, **options)
    hits = find_hits(ranked.items, relevant.indptr, relevant.item)
    figures = {name: float(PER_PERSON[name](hits, n_relevant).mean()) for name in METRICS}
    if asked["auc"]:
        figures["gauc"] = float(ranked.auc @ n_relevant / n_relevant.sum())
    return clock.stopped(figures)


def recbole(world: World, asked: dict[str, Any]) -> dict[str, Any]:
    """RecBole's `Trainer.evaluate` on a model whose scores are given; its items are numbered from 1."""
    vars(np).update(float=float, bool=bool)  # its metrics use names that numpy took away after it was written
    import torch
    from recbole.data.dataloader import FullSortEvalDataLoader
    from recbole.data.interaction import Interaction
    from recbole.evaluator import Collector, Evaluator
    from recbole.trainer import Trainer

    torch.set_num_threads(asked["threads"])
    k, n_people = asked["k"], len(world["people"])
    people = torch.from_numpy(world["people"])
    items = torch.from_numpy(np.pad(world["items"], ((1, 0), (0, 0))))
    names = ["NDCG", "Recall", "Precision", "Hit", "MRR", *(["GAUC"] if asked["auc"] else [])]
    config = {"topk": [k], "metrics": names, "metric_decimal_place": 12, "single_spec": True, "device": "cpu"}
    config |= {"eval_args": {"mode": "full"}, "eval_type": None}

    class Model(torch.nn.Module):
        def full_sort_predict(self, interaction: Any) -> torch.Tensor:
            with clock.score():
                return people[interaction["user"]] @ items.T

    class Loader(FullSortEvalDataLoader):
        def __init__(self) -> None:
            self.is_sequential, self.uid_field = False, "user"
            self.user_df = Interaction({"user": torch.arange(n_people)})
            self.uid2history_item, self.uid2positive_item = _tensors(world, "seen"), _tensors(world, "relevant")
            self._dataset = SimpleNamespace(get_item_feature=lambda: torch.empty(0), item_num=len(items))
            rows = asked["recbole_rows"]
            torch.utils.data.DataLoader.__init__(self, range(n_people), batch_size=rows, collate_fn=self.collate_fn)

    trainer: Any = Trainer.__new__(Trainer)  # what training needs is left out
    trainer.config, trainer.model, trainer.device, trainer.gpu_available = config, Model(), "cpu", False
    trainer.eval_collector, trainer.evaluator, trainer.item_tensor = Collector(config), Evaluator(config), items
    trainer.tot_item_num, trainer.wandblogger = len(items), SimpleNamespace(log_eval_metrics=lambda *_, **__: None)
    loader, clock = Loader(), Clock()
    found = trainer.evaluate(loader, load_best_model=False)
    keys = dict(zip(METRICS, ("ndcg", "recall", "precision", "hit", "mrr"), strict=True))
    figures = {name: float(found[f"{key}@{k}"]) for name, key in keys.items()}
    return clock.stopped(figures | ({"gauc": float(found["gauc"])} if asked["auc"] else {}))


def _tensors(world: World, which: str) -> np.ndarray:
    """A tensor of item numbers per person, as RecBole's loader keeps them."""
    import torch

    indptr, item = world[f"{which}_indptr"], torch.from_numpy(world[f"{which}_item"].astype(np.int64) + 1)
    tensors = np.empty(len(indptr) - 1, dtype=object)
    tensors[:] = list(torch.split(item, np.diff(indptr).tolist()))
    return tensors


def rectools(world: World, asked: dict[str, Any]) -> dict[str, Any]:
    """RecTools' ranker, which scores as it ranks, and its metrics of the table of recommendations."""
    import pandas as pd
    from rectools.metrics import MRR, NDCG, HitRate, Precision, Recall, calc_metrics
    from rectools.models.rank import Distance, ImplicitRanker
    from scipy.sparse import csr_matrix

    k, n_people = asked["k"], len(world["people"])
    indptr, item = world["seen_indptr"], world["seen_item"]
    seen = csr_matrix((np.ones(len(item), np.float32), item, indptr), shape=(n_people, len(world["items"])))
    owner = np.repeat(np.arange(n_people), np.diff(world["relevant_indptr"]))
    relevant = pd.DataFrame({"user_id": owner, "item_id": world["relevant_item"].astype(np.int64)})
    metrics = dict(
        zip(METRICS, (NDCG(k, divide_by_achievable=True), Recall(k), Precision(k), HitRate(k), MRR(k)), strict=True)
    )
    clock = Clock()
    ranker = ImplicitRanker(Distance.DOT, world["people"], world["items"], num_threads=asked["threads"])
    people, items, scores = ranker.rank(np.arange(n_people), k, seen)
    listed = pd.DataFrame({"user_id": people, "item_id": items, "score": scores})
    listed["rank"] = listed.groupby("user_id", sort=False).cumcount() + 1
    figures = calc_metrics(metrics, listed, relevant)
    return clock.stopped({name: float(figures[name]) for name in METRICS})


def memory_mb(name: str) -> float:
    """VmRSS, what this process holds now, or VmHWM, the most it has held; of Linux."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Evaluate, print."""
    contender, asked = {"xdrec": xdrec, "recbole": recbole, "rectools": rectools}[sys.argv[1]], json.loads(sys.argv[3])
    with np.load(sys.argv[2]) as file:
        world = dict(file)
    loaded = memory_mb("VmRSS")
    print(json.dumps(contender(world, asked) | {"loaded_mb": loaded, "peak_mb": memory_mb("VmHWM")}))


if __name__ == "__main__":
    main()
