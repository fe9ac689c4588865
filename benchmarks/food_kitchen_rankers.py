"""Our simple rankers on Amazon Food × Kitchen beside the figures that others noted with the data: do they agree?

    python -m benchmarks.food_kitchen_rankers --data DIR [--vectors CACHE.npy]

Trains on what happened before 2014-01-01 UTC and tests on what came after, straight from the csv.gz files, through the
same History, knowledge and rankers as the pipeline. benchmarks/leaderboards.py is the comparison of all rankers, with
settings chosen on validation, and intervals; here settings are those of the notes. These details make figures agree:

- People: any event before the cut, on either platform, and a test event on the target with an item known there
  (4,001 food, 4,224 kitchen). Those without events on the target stay in; a twin answers them by popularity.
- Relevant items are the test items that were seen in training; the others count neither as hits nor in the ideal DCG.
  Counting them there would cost a tenth (item-KNN on food .0105, not .0116) to a half (90-day popularity on kitchen).
- Candidates are the target's items with an event in training; the person's own are left out.
- Ages count from the cut to the day of the event, without rounding.
- Item-KNN's shrinkage is added to the denominator of the cosine. User-KNN's inverse frequency is ln(1 + n / (1 + t)),
  n people with events, t takers of the item; without the 1 + under the bar food loses .0002.
- Text: items without title have no vector, and a person's profile is the weighted mean of unit vectors. The notes do
  not say whose history makes the profile, nor how it fades. Profiles over both platforms come closest: raw ones with a
  half-life of a year (without one they lose a quarter), whitened ones with any from 90 days to two years (.018-.020 /
  .007). Profiles over the target alone do better than noted.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.data_sets import DataSet, read_food_kitchen
from benchmarks.held_out import HeldOut, K, held_out
from xdrec_assets.evaluation.protocols.by_time import split_global_time
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.build import ALL, build_knowledge
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranking import top_k
from xdrec_assets.rankers.registry import create_ranker
from xdrec_assets.rankers.settings import NearestTextSettings, PopularitySettings, RankerSettings

VALIDATION_FROM, TEST_FROM = date(2013, 7, 1), date(2014, 1, 1)
PLATFORMS = ("food", "kitchen")
RAW, WHITENED = "raw", "whitened"
EXPECTED = {"train": 133_080, "test": 40_468, "food": 4_001, "kitchen": 4_224}

FOREVER = PopularitySettings(half_life_days=None)
DEFAULTS = RankerSettings()


@dataclass(frozen=True)
class Case:
    """One line of the table: a ranker, what it learns from, and the figures noted with the data (food, kitchen)."""

    title: str
    ranker: str
    trained_on: str
    noted: tuple[float, float]
    settings: RankerSettings = DEFAULTS
    text: str = WHITENED


@dataclass(frozen=True)
class Outcome:
    """What came out of a case, on the platforms in order."""

    ndcg: list[float]
    by_popularity: list[int]
    seconds: float


def popular(half_life_days: float | None) -> RankerSettings:
    """Popularity with that half-life."""
    return RankerSettings(popularity=PopularitySettings(half_life_days=half_life_days))


FADING_IN_A_YEAR = RankerSettings(nearest_text=NearestTextSettings(half_life_days=365))
CASES = [
    Case("most popular", "popularity", "all", (0.0013, 0.0019), popular(None)),
    Case("popular, 90 days", "popularity", "all", (0.0145, 0.0083), popular(90)),
    Case("popular, 30 days", "popularity", "all", (0.0073, 0.0102), popular(30)),
    Case("item-KNN", "item_knn", "one", (0.0116, 0.0050)),
    Case("item-KNN", "item_knn", "all", (0.0121, 0.0052)),
    Case("user-KNN", "user_knn", "one", (0.0145, 0.0058)),
    Case("user-KNN", "user_knn", "all", (0.0128, 0.0066)),
    Case("nearest text, raw, 365 days", "nearest_text", "all", (0.0071, 0.0044), FADING_IN_A_YEAR, RAW),
    Case("nearest text", "nearest_text", "all", (0.0188, 0.0069)),
]


def read_world(folder: Path) -> tuple[DataSet, History, dict[str, HeldOut]]:
    """The data, the history before the cut, and the test of each platform.

    Raises:
        ValueError: the sizes are not those of the notes.
    """
    data = read_food_kitchen(folder)
    test = split_global_time(data.events, VALIDATION_FROM, TEST_FROM).test
    asked = held_out(test)
    found = {"train": len(test.history.person), "test": len(data.events) - len(test.history.person)}
    found |= {platform: len(each.people) for platform, each in asked.items()}
    if found != EXPECTED:
        raise ValueError(f"{folder} gives {found}, expected {EXPECTED}; check that the files are complete")
    return data, test.history, asked


def run(case: Case, history: History, asked: Mapping[str, HeldOut], knowledge: Mapping[str, Knowledge]) -> Outcome:
    """Fit once on all platforms, or once per platform, and rank for the people of each test."""
    popularity = Popularity(FOREVER).fit(history, knowledge[ALL])
    ndcg, by_popularity, began = [], [], time.perf_counter()
    ranker: Any = None
    for platform, test in asked.items():
        if case.trained_on == "one" or ranker is None:
            seen, scope = (history.only(platform), platform) if case.trained_on == "one" else (history, ALL)
            ranker = create_ranker(case.ranker, case.settings).fit(seen, knowledge[scope])
        best = top_k(ranker, popularity, history, test.people, history.items_of(platform), K, test.candidates)
        ndcg.append(float(test.ndcg(best.items).mean()))
        by_popularity.append(int(best.by_popularity.sum()))
    return Outcome(ndcg, by_popularity, time.perf_counter() - began)


def line(case: Case, outcome: Outcome) -> str:
    """One line of the table."""
    ours, noted = (" / ".join(f"{value:.4f}" for value in values) for values in (outcome.ndcg, case.noted))
    apart = " / ".join(f"{a / b - 1:+.0%}" for a, b in zip(outcome.ndcg, case.noted, strict=True))
    unknown = " / ".join(map(str, outcome.by_popularity))
    return f"{case.title:28} {case.trained_on:10} {ours:17} {noted:17} {apart:12} {unknown:>11} {outcome.seconds:7.2f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with interactions.csv.gz and items.csv.gz")
    parser.add_argument("--vectors", type=Path, help="keep the titles' vectors in this .npy file, or take them from it")
    arguments = parser.parse_args()
    data, history, asked = read_world(arguments.data)
    vectors = data.text_vectors(arguments.vectors)
    knowledge = build_knowledge(history, vectors)
    raw = {
        scope: replace(one, text=vectors * np.asarray(one.text.any(axis=1))[:, None])
        for scope, one in knowledge.items()
    }
    print(f"NDCG@{K} food / kitchen; train {EXPECTED['train']:,}, test {EXPECTED['test']:,}", end="; ")
    print(", ".join(f"{len(test.people):,} people on {platform}" for platform, test in asked.items()))
    print(f"{'ranker':28} {'trained_on':10} {'ours':17} {'noted':17} {'apart':12} {'popularity*':>11} {'s':>7}")
    for case in CASES:
        print(line(case, run(case, history, asked, raw if case.text == RAW else knowledge)), flush=True)
    print("* people of whom the ranker knows nothing, answered by popularity")


if __name__ == "__main__":
    main()
