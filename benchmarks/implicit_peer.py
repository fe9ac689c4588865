"""Train RecTools' EASE and implicit's ALS and item-KNN on a split that was written by benchmarks.rankers_peers.

    PYTHON benchmarks/implicit_peer.py SPLIT.npz FOUND.npz '{"ease": {"ridge": 200, …}, "als": …, "item_knn": …}' RUNS

Writes the ten best items of everyone to FOUND.npz, (runs, people, 10) each, and prints the least seconds as JSON. Runs
in an environment of its own, which has implicit and RecTools and not this project.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import CosineRecommender
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import EASEModel
from scipy.sparse import csr_matrix

K = 10
Ranked = Callable[[], np.ndarray]
Fitted = Callable[[], Ranked]


def ease(taken: csr_matrix, settings: dict[str, Any], seed: int) -> Fitted:
    """RecTools' closed form, as RecTools ranks by it."""
    data = dataset_of(taken)
    everyone = np.arange(taken.shape[0])

    def fit() -> Ranked:
        model = EASEModel(regularization=settings["ridge"], recommend_n_threads=1).fit(data)
        return lambda: model.recommend(everyone, data, k=K, filter_viewed=True)

    return fit


def ease_of_the_paper(taken: csr_matrix, settings: dict[str, Any], seed: int) -> Fitted:
    """RecTools' B, ranked by X B as in Steck's equation (4); RecTools ranks by its transpose."""
    data = dataset_of(taken)

    def fit() -> Ranked:
        model = EASEModel(regularization=settings["ridge"]).fit(data)
        scores = np.where(taken.toarray() > 0, -np.inf, taken @ model.weight)
        return lambda: np.argsort(-scores, axis=1, kind="stable")[:, :K]

    return fit


def dataset_of(taken: csr_matrix) -> Dataset:
    """The same as RecTools takes it; by items, which it numbers in the order in which they come."""
    items, people = taken.T.nonzero()
    rows = {Columns.User: people, Columns.Item: items, Columns.Weight: 1.0, Columns.Datetime: "1998-01-01"}
    return Dataset.construct(pd.DataFrame(rows))


def of_rectools(found: Any, n_people: int) -> np.ndarray:
    """RecTools' table as rows of items."""
    best = np.full((n_people, K), -1, dtype=np.int32)
    best[found[Columns.User], found[Columns.Rank] - 1] = found[Columns.Item]
    return best


def als(taken: csr_matrix, settings: dict[str, Any], seed: int) -> Fitted:
    """Implicit's ALS by conjugate gradient; what it multiplies by alpha is the whole weight of what was taken."""
    weighted = taken.copy()
    weighted.data = 1 + settings["positive_weight"] * weighted.data
    model = AlternatingLeastSquares(
        factors=settings["factors"],
        regularization=settings["ridge"],
        alpha=1.0,
        iterations=settings["iterations"],
        num_threads=1,
        random_state=seed,
        use_gpu=False,
    )
    return of_implicit(model, weighted)


def item_knn(taken: csr_matrix, settings: dict[str, Any], seed: int) -> Fitted:
    """Implicit's cosine neighbours, of which it counts the item itself as one."""
    return of_implicit(CosineRecommender(K=settings["neighbours"] + 1, num_threads=1), taken)


def of_implicit(model: Any, taken: csr_matrix) -> Fitted:
    """Implicit's way to fit and rank."""
    everyone = np.arange(taken.shape[0])

    def fit() -> Ranked:
        model.fit(taken, show_progress=False)
        return lambda: model.recommend(everyone, taken, N=K, filter_already_liked_items=True)[0]

    return fit


PEERS = {"ease": ease, "ease_of_the_paper": ease_of_the_paper, "als": als, "item_knn": item_knn}


def main() -> None:
    """Train, rank, write, print."""
    warnings.simplefilter("ignore")
    split, asked, runs = np.load(sys.argv[1]), json.loads(sys.argv[3]), int(sys.argv[4])
    ones = np.ones(len(split["person"]), dtype=np.float32)
    taken = csr_matrix((ones, (split["person"], split["item"])), shape=tuple(split["shape"]))
    found, seconds = {}, {}
    for name, prepare in PEERS.items():
        lists, fit_seconds, rank_seconds = [], [], []
        for seed in range(runs):
            fit = prepare(taken, asked[name.removesuffix("_of_the_paper")], seed)
            began = time.process_time()
            rank = fit()
            fitted = time.process_time()
            best = rank()
            fit_seconds.append(fitted - began)
            rank_seconds.append(time.process_time() - fitted)
            lists.append(of_rectools(best, taken.shape[0]) if name == "ease" else best)
        found[name] = np.stack(lists)
        seconds[name] = {"fit_seconds": min(fit_seconds), "rank_seconds": min(rank_seconds)}
    np.savez(sys.argv[2], **found)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
