"""NDCG@10 of rankers on fused vectors by alignment and by fusion, on Amazon Food × Kitchen, with 95 % intervals.

    python -m benchmarks.fusion --data DIR [--vectors CACHE.npy] [--only WORD] [--cut CUT]

The protocol is that of benchmarks/food_kitchen_rankers.py. The test trains before 2014-01-01 and tests on what came
after. Validation does the same for each half of 2013: it trains before it and tests on it, and the people
of both are taken together. Cases are compared on validation by the mean over both platforms and both rankers,
person by person with the best one; the test decides nothing. Of those that validation cannot tell from the best, the
default is the simplest by which benchmarks/similar_films.py finds films better than by any single source.

- nearest: cosine between an item's fused vector and the mean of what a person took, by recency (the ranker
  nearest_text, given fused vectors). linear: the ranker linear, a ridge regression per person on fused vectors. Both
  with their default settings.
- warm: people with an event on the target before the cut. cold: people with events on the other platform alone.
- Sources are the titles' language-model vectors, TF-IDF words of the titles, and behaviour before the cut. Twins are
  found by titles and audience before the cut (xdrec_assets/knowledge/links/twins.py).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.data_sets import DataSet, read_food_kitchen
from benchmarks.food_kitchen_rankers import FOREVER, PLATFORMS, TEST_FROM
from benchmarks.held_out import HeldOut, K, held_out, interval
from resources.encoding.word_vectors import fit_words
from xdrec_assets.embeddings.whitening import whitened
from xdrec_assets.evaluation.protocols.by_time import back_test
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.alignment.align import align
from xdrec_assets.knowledge.alignment.settings import AlignmentSettings
from xdrec_assets.knowledge.behaviour import behaviour_vectors
from xdrec_assets.knowledge.fusion.fuse import fuse
from xdrec_assets.knowledge.fusion.settings import FusionSettings
from xdrec_assets.knowledge.links.twins import twins
from xdrec_assets.knowledge.people import pool_people
from xdrec_assets.knowledge.settings import KnowledgeSettings
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranking import top_k
from xdrec_assets.rankers.registry import create_ranker
from xdrec_assets.rankers.settings import RankerSettings

HALVES = (date(2013, 1, 1), date(2013, 7, 1), TEST_FROM)
END = date(2015, 1, 1)  # after the last event
DEFAULTS, WORDS_SIZE = KnowledgeSettings(), 128
TWO_SIDED = 1.96  # standard errors of a 95 % interval
RANKERS = ("nearest", "linear")
SEGMENTS = ("all", "warm", "cold")
TEXT_ALONE, TEXT_AND_WORDS, TEXT_FIRST = "text alone", "concat of text and words", "concat, text first"
WEIGHTS = {
    TEXT_ALONE: {"text": 1.0},
    TEXT_AND_WORDS: {"text": 1.0, "words": 0.3},
    TEXT_FIRST: {"text": 1.0, "words": 0.1, "behaviour": 0.1},
}
"""Of fusions that are concat with other weights than the default ones, which are equal."""


@dataclass(frozen=True)
class Case:
    """A line of the table."""

    alignment: str
    fusion: str


CASES = [
    Case("none", TEXT_ALONE),
    Case("none", "concat"),
    *(Case("whitening", name) for name in (*WEIGHTS, "weighted", "sum", "concat")),
    *(Case("procrustes_people", name) for name in (TEXT_ALONE, "sum", "concat")),
    *(Case(name, "concat") for name in ("procrustes_twins", "adversarial", "contrastive")),
    *(Case("whitening", name) for name in ("gated", "attention", "experts")),
]


@dataclass(frozen=True)
class World:
    """One cut of the log, with what all cases share."""

    history: History
    tests: dict[str, HeldOut]
    text: np.ndarray
    """(n_items, d), as encoded."""
    others: dict[str, np.ndarray]
    """The other sources, whitened."""
    pairs: np.ndarray
    """(n_pairs, 2), twins."""


def world_of(data: DataSet, text: np.ndarray, words: np.ndarray, cut: date, until: date) -> World:
    """What is known before a moment, and what came after."""
    (split,) = back_test(data.events, [cut], (until - cut).days)
    history, tests = split.history, held_out(split)
    behaviour = behaviour_vectors(history, DEFAULTS.behaviour_size, DEFAULTS.seed)
    items = pa.table({"title": data.texts})
    others = {"words": whitened(words), "behaviour": whitened(behaviour)}
    return World(history, tests, text, others, twins(history, items, text).pairs)


def knowledge_of(case: Case, world: World) -> Knowledge:
    """The knowledge that a case makes of a world."""
    settings = AlignmentSettings.model_validate({"method": case.alignment})
    text = align(case.alignment, world.history, world.text, settings, world.pairs)
    how: dict[str, Any] = {"strategy": case.fusion}
    if case.fusion in WEIGHTS:
        how = {"strategy": "concat", "weights": WEIGHTS[case.fusion]}
    elif case.fusion == "weighted":  # by equal weights it would be sum
        how = {"strategy": "weighted", "weights": WEIGHTS[TEXT_FIRST]}
    fused = fuse({**world.others, "text": text}, FusionSettings.model_validate(how), world.history)
    return Knowledge(text, fused, pool_people(world.history, fused, DEFAULTS.half_life_days).vectors)


def ndcg_of(ranker: str, world: World, knowledge: Knowledge) -> dict[str, np.ndarray]:
    """NDCG@10 of each person of each platform's test."""
    name = "nearest_text" if ranker == "nearest" else ranker
    given = replace(knowledge, text=knowledge.fused)
    fitted = create_ranker(name, RankerSettings()).fit(world.history, given)
    popularity = Popularity(FOREVER).fit(world.history, given)
    found = {}
    for platform, test in world.tests.items():
        items = world.history.items_of(platform)
        best = top_k(fitted, popularity, world.history, test.people, items, K, test.candidates)
        found[platform] = test.ndcg(best.items)
    return found


def segments(world: World, platform: str) -> dict[str, np.ndarray]:
    """Which people of a platform's test are in each segment, (n_people,) bool."""
    people = world.tests[platform].people
    is_warm = np.isin(people, world.history.only(platform).person)
    return {"all": np.ones(len(people), dtype=bool), "warm": is_warm, "cold": ~is_warm}


def cell(values: np.ndarray) -> str:
    """A mean and its interval."""
    low, high = interval(values)
    return f"{values.mean():.4f} ({low:.4f}–{high:.4f})"


def by_segment(world: World, found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """NDCG of the people of each platform and segment, such as "food cold"."""
    return {f"{p} {each}": found[p][is_in] for p in PLATFORMS for each, is_in in segments(world, p).items()}


def run(name: str, worlds: Sequence[World], cases: Sequence[Case]) -> dict[Case, list[np.ndarray]]:
    """Print the table of some worlds taken together; of each case and platform the people's mean NDCG over rankers."""
    empty = {p: np.zeros(len(worlds[0].tests[p].people)) for p in PLATFORMS}
    print(f"\n| cut | alignment | fusion | ranker | {' | '.join(by_segment(worlds[0], empty))} |")
    print("|---" * (4 + len(PLATFORMS) * len(SEGMENTS)) + "|")
    outcomes = {}
    for case in cases:
        known = [knowledge_of(case, world) for world in worlds]
        by_ranker = []
        for ranker in RANKERS:
            parts = [by_segment(w, ndcg_of(ranker, w, k)) for w, k in zip(worlds, known, strict=True)]
            by_ranker.append({head: np.concatenate([part[head] for part in parts]) for head in parts[0]})
            cells = " | ".join(cell(each) for each in by_ranker[-1].values())
            print(f"| {name} | {case.alignment} | {case.fusion} | {ranker} | {cells} |", flush=True)
        outcomes[case] = [np.mean([values[f"{p} all"] for values in by_ranker], axis=0) for p in PLATFORMS]
    return outcomes


def conclude(outcomes: dict[Case, list[np.ndarray]]) -> None:
    """Print the mean of each case over platforms and rankers, best first, and how far it is from the best."""
    means = {case: float(np.mean([each.mean() for each in values])) for case, values in outcomes.items()}
    best = max(means, key=lambda case: means[case])
    print("\n| alignment | fusion | mean NDCG@10 | less than the best | told apart |\n|---|---|---:|---|---|")
    for case in sorted(means, key=lambda case: -means[case]):
        gaps = [one - other for one, other in zip(outcomes[best], outcomes[case], strict=True)]
        error = TWO_SIDED * np.sqrt(sum(gap.var() / len(gap) for gap in gaps)) / len(gaps)
        gap = means[best] - means[case]
        apart = "yes" if gap > error else "no"
        print(f"| {case.alignment} | {case.fusion} | {means[case]:.5f} | {gap:.5f} ± {error:.5f} | {apart} |")


def main() -> None:
    """Print both tables and the default."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with interactions.csv.gz and items.csv.gz")
    parser.add_argument("--vectors", type=Path, help="keep the titles' vectors in this .npy file, or take them from it")
    parser.add_argument("--only", default="", help="only cases whose alignment or fusion has this in its name")
    parser.add_argument("--cut", choices=("both", "validation", "test"), default="both", help="which tables to print")
    arguments = parser.parse_args()
    data = read_food_kitchen(arguments.data)
    text = data.text_vectors(arguments.vectors)
    words = fit_words("tfidf", data.texts, WORDS_SIZE).encode(data.texts)
    cases = [case for case in CASES if arguments.only in f"{case.alignment} {case.fusion}"]
    if arguments.cut != "test":
        conclude(run("validation", [world_of(data, text, words, *half) for half in pairwise(HALVES)], cases))
    if arguments.cut != "validation":
        run("test", [world_of(data, text, words, TEST_FROM, END)], cases)


if __name__ == "__main__":
    main()
