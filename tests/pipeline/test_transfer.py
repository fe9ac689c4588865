"""Strategies of transfer through the pipeline: as settings name them, and where there is but one platform."""

from dataclasses import replace

import dagster as dg
import numpy as np
import pytest

from tests.pipeline.conftest import Refreshed
from tests.pipeline.tiny import FIRST, SECOND, SETTINGS, Tiny, lay_down, rows, small_world
from xdrec_assets.evaluation.champion.deciding import publish_champion
from xdrec_assets.evaluation.champion.settings import ChampionSettings
from xdrec_assets.evaluation.judging import publish_metrics, rows_of
from xdrec_assets.joined.past import load_past
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.models import Trained
from xdrec_assets.rankers.new_items import answering_known_items
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.training import load_model, publish_ranker
from xdrec_assets.rankers.transfer.per_platform import PerPlatform
from xdrec_assets.rankers.transfer.settings import TransferSettings
from xdrec_assets.recommendations.serving import publish_top_k
from xdrec_assets.refresh import refresh

TRANSFER = TransferSettings.model_validate(
    {"of": {"svd": "mapping", "linear": "choice"}, "choice": {"days": 7, "candidates": ["joint"], "resamples": 100}}
)
PINNED = {"overrides": {"shop": {"pin": {"ranker": "svd", "trained_on": "all"}}}}
OF_ONE = SETTINGS.replace("rankers: {", "rankers: {in_use: [popularity, linear], ")


@pytest.fixture(scope="module")
def pipeline(refreshed: Refreshed, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """A copy in which two rankers transfer otherwise."""
    found = refreshed.tiny.copied_to(tmp_path_factory.mktemp("transfer")).pipeline()
    settings = replace(found.settings, transfer=TRANSFER)
    made = replace(found, settings=settings)
    for ranker in TRANSFER.of:
        for as_of in (FIRST, SECOND):
            list(publish_ranker(made, ranker, made.folder.partition(as_of)))
    return made


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """From logs to recommendations without any other platform."""
    tiny, _ = lay_down(tmp_path_factory.mktemp("alone"), small_world(), OF_ONE)
    for platform in ("music", "news", "video"):
        (tiny.home / "platforms" / "tiny" / f"{platform}.yaml").unlink()
    with dg.DagsterInstance.ephemeral() as instance:
        refresh(tiny.pipeline(), instance)
    return tiny


def loaded(pipeline: Pipeline, ranker: str, platform: str) -> Ranker:
    """A model of the first date, without what stands in for new items."""
    return answering_known_items(load_model(pipeline, Trained(ranker, platform), load_past(pipeline, FIRST)))


def test_the_model_of_all_platforms_is_one_for_each(pipeline: Pipeline) -> None:
    past = load_past(pipeline, FIRST)
    mapped, chosen = (loaded(pipeline, ranker, "all") for ranker in ("svd", "linear"))
    assert isinstance(mapped, PerPlatform)
    assert isinstance(chosen, PerPlatform)
    assert mapped.strategies == dict.fromkeys(past.history.platforms, "mapping")
    assert {*chosen.strategies.values()} <= {"none", "joint"}
    assert {*chosen.evidence} <= {*past.history.platforms}
    assert chosen.evidence


def test_mapped_people_differ_from_the_twin_s_only_where_it_knew_nothing(pipeline: Pipeline) -> None:
    past = load_past(pipeline, FIRST)
    everyone, mapped = np.arange(past.history.n_people), loaded(pipeline, "svd", "all")
    helped = 0
    for platform in past.history.platforms:
        items = past.history.items_of(platform)
        twin = loaded(pipeline, "svd", platform).score(everyone, items)
        found = mapped.score(everyone, items)
        known = np.unique(past.history.only(platform).person)
        np.testing.assert_array_equal(found[known], twin[known])
        helped += int((found.any(axis=1) & ~twin.any(axis=1)).sum())
    assert helped


def test_it_is_judged_beside_its_twin(pipeline: Pipeline) -> None:
    list(publish_metrics(pipeline, pipeline.folder.partition(SECOND)))
    found = rows_of(pipeline, "evaluation/metrics", FIRST, FIRST).to_pylist()
    judged = {(row["platform"], row["trained_on"]) for row in found if row["ranker"] == "svd"}
    assert judged == {
        (platform, on) for platform in load_past(pipeline, FIRST).history.platforms for on in ("one", "all")
    }


def test_it_is_served(pipeline: Pipeline) -> None:
    evaluation = pipeline.settings.evaluation.model_copy(update={"champion": ChampionSettings.model_validate(PINNED)})
    pinned = replace(pipeline, settings=replace(pipeline.settings, evaluation=evaluation))
    for publish in (publish_champion, publish_top_k):
        list(publish(pinned, pinned.folder.partition(SECOND)))
    best = [row for row in rows(pinned, "recommendations/top_k").to_pylist() if row["as_of"] == SECOND]
    assert {(row["ranker"], row["trained_on"]) for row in best if row["platform"] == "shop"} == {("svd", "all")}


class TestOnePlatform:
    """Its rankers have nobody to learn from but the platform itself."""

    def test_every_ranker_is_trained_and_judged_once(self, alone: Tiny) -> None:
        pipeline = alone.pipeline()
        trained = {(row["ranker"], row["platform"]) for row in rows(pipeline, "rankers/linear").to_pylist()}
        assert trained == {("linear", "shop")}
        judged = rows_of(pipeline, "evaluation/metrics", FIRST, FIRST).to_pylist()
        assert {(row["ranker"], row["trained_on"]) for row in judged} == {("popularity", "one"), ("linear", "one")}
        assert rows_of(pipeline, "evaluation/lift", FIRST, FIRST).num_rows == 0

    def test_something_is_served(self, alone: Tiny) -> None:
        best = rows(alone.pipeline(), "recommendations/top_k").to_pylist()
        assert {row["trained_on"] for row in best} == {"one"}

    def test_the_report_says_nothing_of_other_platforms(self, alone: Tiny) -> None:
        text = (alone.pipeline().places.reports / f"{SECOND}.html").read_text(encoding="utf-8")
        assert "There is one platform, and so nothing to learn from others." in text
        assert "made no difference" not in text
        assert "Every ranker twice" not in text
