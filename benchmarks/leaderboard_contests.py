"""The contests of the leaderboards: a data set, a protocol, and what is known of the items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from benchmarks.data_sets import DataSet, read_food_kitchen, read_movielens, read_sequences
from benchmarks.held_out import held_out
from benchmarks.leaderboard_rounds import VALIDATION_PEOPLE, Round
from resources.encoding.word_vectors import fit_words
from xdrec_assets.embeddings.vectors import only_rows
from xdrec_assets.evaluation.protocols.by_time import split_global_time
from xdrec_assets.evaluation.protocols.leave_one_out import leave_one_out
from xdrec_assets.evaluation.protocols.sampled import protocol_label, sampled_candidates
from xdrec_assets.evaluation.protocols.splits import FinalTest, Split, Validation
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.build import ALL, build_knowledge
from xdrec_assets.knowledge.links.twins import twins
from xdrec_assets.knowledge.tables import with_texts
from xdrec_assets.rankers.settings import ClustersSettings, PopularitySettings, RankerSettings

FOOD_KITCHEN_DATES = (date(2013, 7, 1), date(2014, 1, 1))
FILM_DATES = (date(1998, 2, 1), date(1998, 3, 1))
WORDS_SIZE, SAMPLED = 128, 999
DEFAULTS = RankerSettings()
NEVER_FADING = RankerSettings(
    popularity=PopularitySettings(half_life_days=None), clusters=ClustersSettings(half_life_days=None)
)
PUBLISHED = {  # by platform: Recall@10, NDCG@10
    "beauty": {"SASRec, sampled softmax": (0.0921, 0.0531), "eSASRec": (0.0928, 0.0523), "HSTU": (0.0788, 0.0439)},
    "toys": {"SASRec, sampled softmax": (0.0970, 0.0580), "eSASRec": (0.0939, 0.0538), "HSTU": (0.0778, 0.0450)},
}
PUBLISHED_SAMPLED = {"food": {"ABXI": (0.3243, 0.1971)}, "kitchen": {"ABXI": (0.2438, 0.1427)}}  # of 999


@dataclass(frozen=True)
class Contest:
    """One protocol on one data set."""

    title: str
    data: DataSet
    text: np.ndarray  # (n_items, d)
    validation: Validation
    test: FinalTest
    catalogue: Literal["known", "seen"] = "seen"
    settings: RankerSettings = DEFAULTS
    published: Mapping[str, Mapping[str, tuple[float, float]]] = field(default_factory=dict)  # by platform
    sampled: int | None = None


def food_kitchen(folder: Path, cache: Path | None) -> Iterator[Contest]:
    """Two platforms, split by time."""
    data = read_food_kitchen(folder / "amazon_food_kitchen")
    split = split_global_time(data.events, *FOOD_KITCHEN_DATES)
    text = data.text_vectors(cache and cache / "food_kitchen.npy")
    yield Contest("Food × Kitchen, split by time", data, text, split.validation, split.test)


def food_kitchen_sampled(folder: Path, cache: Path | None) -> Iterator[Contest]:
    """The same platforms, leave-one-out among 999 sampled items, as an extra."""
    data = read_food_kitchen(folder / "amazon_food_kitchen")
    last, title = leave_one_out(data.events), f"Food × Kitchen, leave-one-out, {protocol_label(SAMPLED)}"
    text = data.text_vectors(cache and cache / "food_kitchen.npy")
    yield Contest(title, data, text, last.validation, last.test, "known", DEFAULTS, PUBLISHED_SAMPLED, SAMPLED)


def movielens(folder: Path, cache: Path | None) -> Iterator[Contest]:
    """Films, split by time and leave-one-out."""
    data = read_movielens(folder / "movielens_100k")
    text = data.text_vectors(cache and cache / "movielens.npy")
    split = split_global_time(data.events, *FILM_DATES)
    yield Contest("MovieLens-100K, split by time", data, text, split.validation, split.test)
    last = leave_one_out(data.events)
    yield Contest("MovieLens-100K, leave-one-out", data, text, last.validation, last.test, "known")


def sequences(name: str) -> Callable[[Path, Path | None], Iterator[Contest]]:
    """Item sequences of one platform, leave-one-out."""

    def contests(folder: Path, _: Path | None) -> Iterator[Contest]:
        data = read_sequences(folder / "s3rec", name)
        text = fit_words("tfidf", data.texts, WORDS_SIZE).encode(data.texts)
        last = leave_one_out(data.events)
        title = f"Amazon {name.title()}, leave-one-out, full ranking"
        yield Contest(title, data, text, last.validation, last.test, "known", NEVER_FADING, {name: PUBLISHED[name]})

    return contests


SETS = {
    "food_kitchen": food_kitchen,
    "food_kitchen_sampled": food_kitchen_sampled,
    "movielens": movielens,
    "beauty": sequences("beauty"),
    "toys": sequences("toys"),
}


def validation_of(contest: Contest) -> Round:
    """What settings are chosen by: full ranking for at most so many people of each platform."""
    found = round_of(contest, contest.validation)
    return replace(found, asked={name: asked.sample(VALIDATION_PEOPLE) for name, asked in found.asked.items()})


def final_of(contest: Contest) -> Round:
    """What is looked at once."""
    found = round_of(contest, contest.test)
    if contest.sampled is None:
        return found
    sampled = {
        name: sampled_candidates(
            found.history, asked.relevant, asked.candidates, contest.sampled, np.random.default_rng(0)
        )
        for name, asked in found.asked.items()
    }
    return replace(found, sampled=sampled)


def round_of(contest: Contest, split: Split) -> Round:
    """A window with the knowledge of what was before it."""
    words = {scope: _words(contest.data, split.history, scope) for scope in (ALL, *split.history.platforms)}
    known = build_knowledge(split.history, contest.text, by_scope={"words": words})
    knowledge = with_texts(known, split.history, contest.data.texts)
    return Round(split.history, knowledge, held_out(split, contest.catalogue), contest.settings)


def _words(data: DataSet, history: History, scope: str) -> np.ndarray:
    """TF-IDF words of the items, fitted on the texts of one scope alone; (n_items, size)."""
    items = slice(0, history.n_items) if scope == ALL else history.items_of(scope)
    own = [text for text in data.texts[items] if text]
    return only_rows(fit_words("tfidf", own, WORDS_SIZE).encode(data.texts), items)


def is_twin(contest: Contest, history: History) -> np.ndarray:
    """Which items another platform lists too, (n_items,) bool."""
    found = np.zeros(history.n_items, dtype=bool)
    found[twins(history, pa.table({"title": contest.data.texts}), contest.text).pairs] = True
    return found
