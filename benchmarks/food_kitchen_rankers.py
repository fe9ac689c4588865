"""NDCG@10 and seconds of every ranker on Amazon Food × Kitchen, beside the figures noted with the data.

    python -m benchmarks.food_kitchen_rankers --data DIR [--vectors CACHE.npy]

Trains on what happened before 2014-01-01 UTC and tests on what came after, straight from the csv.gz files, through the
same History, knowledge and rankers as the pipeline. These details make the figures agree with those noted:

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

The half-life of 180 days for text and the settings of NMF and the two regressions were chosen on the half-year before
the cut (train before 2013-07-01, test until 2014), not on the test.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.held_out import HeldOut, K, Log, log_of, mean_ndcg
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.build import ALL, build_knowledge
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranking import top_k
from xdrec_assets.rankers.registry import create_ranker
from xdrec_assets.rankers.settings import NearestTextSettings, PopularitySettings, RankerSettings

CUT = datetime(2014, 1, 1, tzinfo=UTC)
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
    trained_on: str = "all"
    settings: RankerSettings = DEFAULTS
    text: str = WHITENED
    noted: tuple[float, float] | None = None


@dataclass(frozen=True)
class Outcome:
    """What came out of a case, on the platforms in order."""

    ndcg: list[float]
    by_popularity: list[int]
    fit_seconds: float
    score_seconds: float


def popular(half_life_days: float | None) -> RankerSettings:
    """Popularity with that half-life."""
    return RankerSettings(popularity=PopularitySettings(half_life_days=half_life_days))


def text_fading(half_life_days: float | None) -> RankerSettings:
    """Nearest text with that half-life."""
    return RankerSettings(nearest_text=NearestTextSettings(half_life_days=half_life_days))


CASES = [
    Case("most popular", "popularity", settings=popular(None), noted=(0.0013, 0.0019)),
    Case("popular, 90 days", "popularity", settings=popular(90), noted=(0.0145, 0.0083)),
    Case("popular, 30 days", "popularity", settings=popular(30), noted=(0.0073, 0.0102)),
    Case("item-KNN", "item_knn", "one", noted=(0.0116, 0.0050)),
    Case("item-KNN", "item_knn", noted=(0.0121, 0.0052)),
    Case("user-KNN", "user_knn", "one", noted=(0.0145, 0.0058)),
    Case("user-KNN", "user_knn", noted=(0.0128, 0.0066)),
    Case("nearest text, raw", "nearest_text", "one", text_fading(None), RAW),
    Case("nearest text, raw", "nearest_text", "all", text_fading(None), RAW),
    Case("nearest text, raw, 365 days", "nearest_text", "all", text_fading(365), RAW, noted=(0.0071, 0.0044)),
    Case("nearest text", "nearest_text", "one"),
    Case("nearest text", "nearest_text", noted=(0.0188, 0.0069)),
    *(Case(name, name, trained_on) for name in ("svd", "nmf", "linear", "logistic") for trained_on in ("one", "all")),
]


def read_log(folder: Path) -> Log:
    """Events and items of both platforms, the items by platform and id."""
    items = pd.read_csv(folder / "items.csv.gz", keep_default_na=False).sort_values(["domain", "item_id"])
    items = items.rename(columns={"domain": "platform", "title": "text"})
    return log_of(PLATFORMS, items, pd.read_csv(folder / "interactions.csv.gz"))


def read_world(folder: Path) -> tuple[History, dict[str, HeldOut], list[str]]:
    """History before the cut, the test of each platform, and the titles of all items in the history's order."""
    log = read_log(folder)
    history, tests = log.split(CUT)
    found = {"train": len(history.person), "test": len(log.events) - len(history.person)}
    found |= {platform: len(test.people) for platform, test in tests.items()}
    if found != EXPECTED:
        raise ValueError(f"{folder} gives {found}, expected {EXPECTED}; check that the files are complete")
    return history, tests, log.items.text.tolist()


def encode_titles(titles: Sequence[str], cache: Path | None) -> np.ndarray:
    """Sentence embeddings of the titles, zeros where there is none, shape (n_items, d); kept in `cache` where given."""
    if cache is not None and cache.exists():
        vectors: np.ndarray = np.load(cache, allow_pickle=False)
        if len(vectors) != len(titles):
            raise ValueError(f"{cache} has {len(vectors)} rows, expected {len(titles)} titles; delete it")
        return vectors
    from resources.encoding.encoders import PACKAGED, text_encoder

    vectors = text_encoder(PACKAGED).encode(titles)
    if cache is not None:
        np.save(cache, vectors)
    return vectors


def run(case: Case, history: History, tests: dict[str, HeldOut], knowledge: dict[str, Knowledge]) -> Outcome:
    """Fit once on all platforms, or once per platform, and rank for the people of each test."""
    popularity = Popularity(FOREVER).fit(history, knowledge[ALL])
    ndcg, by_popularity, fit_seconds, score_seconds = [], [], 0.0, 0.0
    ranker: Any = None
    for platform, test in tests.items():
        began = time.perf_counter()
        if case.trained_on == "one" or ranker is None:
            seen, scope = (history.only(platform), platform) if case.trained_on == "one" else (history, ALL)
            ranker = create_ranker(case.ranker, case.settings).fit(seen, knowledge[scope])
        fitted = time.perf_counter()
        best = top_k(ranker, popularity, history, test.people, history.items_of(platform), K, test.candidates)
        fit_seconds, score_seconds = fit_seconds + fitted - began, score_seconds + time.perf_counter() - fitted
        ndcg.append(mean_ndcg(best.items, test.relevant))
        by_popularity.append(int(best.by_popularity.sum()))
    return Outcome(ndcg, by_popularity, fit_seconds, score_seconds)


def line(case: Case, outcome: Outcome) -> str:
    """One line of the table."""
    ours = " / ".join(f"{value:.4f}" for value in outcome.ndcg)
    noted = " / ".join(f"{value:.4f}" for value in case.noted) if case.noted else ""
    apart = " / ".join(f"{a / b - 1:+.0%}" for a, b in zip(outcome.ndcg, case.noted, strict=True)) if case.noted else ""
    unknown = " / ".join(str(count) for count in outcome.by_popularity)
    seconds = f"{outcome.fit_seconds:7.2f} {outcome.score_seconds:8.2f}"
    return f"{case.title:28} {case.trained_on:10} {ours:17} {noted:17} {apart:12} {unknown:>11} {seconds}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with interactions.csv.gz and items.csv.gz")
    parser.add_argument("--vectors", type=Path, help="keep the titles' vectors in this .npy file, or take them from it")
    arguments = parser.parse_args()
    history, tests, titles = read_world(arguments.data)
    vectors = unit_rows(encode_titles(titles, arguments.vectors))
    knowledge = build_knowledge(history, vectors)
    raw = {
        scope: replace(one, text=vectors * np.asarray(one.text.any(axis=1))[:, None])
        for scope, one in knowledge.items()
    }
    print(f"NDCG@{K} food / kitchen; train {EXPECTED['train']:,}, test {EXPECTED['test']:,}", end="; ")
    print(", ".join(f"{len(test.people):,} people on {platform}" for platform, test in tests.items()))
    heads = f"{'ranker':28} {'trained_on':10} {'ours':17} {'noted':17} {'apart':12} {'popularity*':>11}"
    print(f"{heads} {'fit s':>7} {'rank s':>8}")
    for case in CASES:
        print(line(case, run(case, history, tests, raw if case.text == RAW else knowledge)), flush=True)
    print("* people of whom the ranker knows nothing, answered by popularity")


if __name__ == "__main__":
    main()
