"""What was planted is found: other platforms help people who are new to one, and only through true identity links."""

import shutil
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np
import pytest

from tests.pipeline.tiny import FIRST, Tiny, lay_down
from xdrec_assets.clean.cleaned import publish_cleaned
from xdrec_assets.embeddings.embedded import publish_item_texts, publish_item_words
from xdrec_assets.evaluation.evaluate import evaluate
from xdrec_assets.evaluation.evaluated import MetricRow
from xdrec_assets.evaluation.exam import Traits, exam_on
from xdrec_assets.evaluation.full_ranking import full_ranking
from xdrec_assets.evaluation.judge import window_events
from xdrec_assets.evaluation.metrics.taste import item_shares
from xdrec_assets.evaluation.relevant_sets import window
from xdrec_assets.joined.joining import publish_identities, publish_interactions, publish_items
from xdrec_assets.joined.past import load_past
from xdrec_assets.knowledge.knowing import publish_vectors
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.training import Trained, load_model, models_of, publish_ranker
from xdrec_assets.raw.landed import publish_landed
from xdrec_assets.sample.layout import lay_out
from xdrec_assets.sample.world import World, make_world

DAYS = 21  # two weeks to learn from, one to be judged by
RANKERS = ("popularity", "nearest_text", "linear")
SETTINGS = """
name: tiny
first: 2026-01-05
last: 2026-01-25
as_of: {weekly_from: 2026-01-19}
embeddings: {words_size: 32}
knowledge: {fusion: {size: 128}, behaviour_size: 16}
evaluation: {min_strength: 0.2}
"""


class Found(NamedTuple):
    """NDCG@10 over all platforms for people who are known elsewhere only."""

    popularity: float
    twin: float  # the best ranker trained on each platform alone
    transfer: float  # the best one trained on all
    n_people: int


@pytest.fixture(scope="module")
def world() -> World:
    """Many people and few items: about ninety of those tested are new to a platform and known elsewhere."""
    return make_world(seed=3, n_people=2000, n_items=240, activity=2.0)


@pytest.fixture(scope="module")
def linked(world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Tiny, Found]:
    tiny, _ = lay_down(tmp_path_factory.mktemp("linked"), world, SETTINGS, DAYS)
    return tiny, learned_and_judged(tiny.pipeline())


@pytest.fixture(scope="module")
def shuffled(world: World, linked: tuple[Tiny, Found], tmp_path_factory: pytest.TempPathFactory) -> Found:
    """The same logs but for the links: those of true people lead to strangers."""
    home = tmp_path_factory.mktemp("shuffled")
    tiny = linked[0].copied_to(home)
    lay_out(world.with_shuffled_links(seed=1), home / "strangers", DAYS)
    for links in tiny.home.glob("landing/*/links"):
        shutil.rmtree(links)
        (home / "strangers" / links.relative_to(home / "landing")).rename(links)
    return learned_and_judged(tiny.pipeline())


def test_other_platforms_help_people_who_are_new_to_one(linked: tuple[Tiny, Found]) -> None:
    """Over other seeds the gain was 1.3 to 1.5 times."""
    found = linked[1]
    assert found.n_people >= 60
    assert found.transfer > 1.15 * max(found.popularity, found.twin)


def test_through_links_to_strangers_the_gain_is_gone(shuffled: Found) -> None:
    """Over other seeds it was half of what popularity gives, or less."""
    assert shuffled.n_people >= 10
    assert shuffled.transfer < shuffled.popularity


def learned_and_judged(pipeline: Pipeline) -> Found:
    """Everything from landed files to metrics, by the stages' own steps."""
    days, as_of = pipeline.day_partitions(), pipeline.folder.partition(FIRST)
    for platform in pipeline.folder.platforms:
        _run(publish_landed(pipeline, platform, days))
        _run(publish_cleaned(pipeline, platform, days))
    for publish in (publish_identities, publish_items, publish_item_texts):
        _run(publish(pipeline))
    _run(publish_interactions(pipeline, days))
    _run(publish_item_words(pipeline, as_of))
    _run(publish_vectors(pipeline, as_of))
    for name in RANKERS:
        _run(publish_ranker(pipeline, name, as_of))
    return found(list(metric_rows(pipeline, FIRST)))


def _run(publications: Iterator[object]) -> None:
    for _ in publications:
        pass


def metric_rows(pipeline: Pipeline, as_of: date) -> Iterator[MetricRow]:
    past, settings = load_past(pipeline, as_of), pipeline.settings.evaluation
    history, events = past.history, window_events(pipeline, past, window(as_of, settings.days)[1])
    traits = Traits(
        np.zeros(history.n_items, bool), np.zeros((history.n_items, 1)), item_shares([None] * history.n_items)
    )
    for name in RANKERS:
        for model in models_of(name, history):
            ranker = load_model(pipeline, model, past)
            for platform in history.platforms if model.trained_on == "all" else (model.platform,):
                popularity = load_model(pipeline, Trained("popularity", platform), past)
                exam = exam_on(history, events, platform, traits, settings, settings.catalogue)
                ranking = full_ranking(ranker, popularity, history, exam.relevant, settings.k, exam.candidates)
                yield from evaluate(exam, ranking, name, model.trained_on, settings).metrics


def found(rows: list[MetricRow]) -> Found:
    asked = ("cold_people", "with", "ndcg", 10)
    chosen = [row for row in rows if (row.segment, row.twins, row.metric, row.k) == asked]

    def pooled(ranker: str, trained_on: str) -> float:
        mine = [row for row in chosen if (row.ranker, row.trained_on) == (ranker, trained_on) and row.n_people]
        return sum(row.value * row.n_people for row in mine) / sum(row.n_people for row in mine)

    n_people = sum(row.n_people for row in chosen if row.ranker == "popularity")
    by_scope = {scope: max(pooled(name, scope) for name in RANKERS[1:]) for scope in ("one", "all")}
    return Found(pooled("popularity", "one"), by_scope["one"], by_scope["all"], n_people)
