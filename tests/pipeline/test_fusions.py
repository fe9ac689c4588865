"""The comparison of fusions on the tiny installation: who is compared, with what, and when it is made again."""

import shutil
from dataclasses import replace

import pytest

from tests.pipeline.conftest import Refreshed
from tests.pipeline.tiny import FIRST, SECOND, rows
from xdrec_assets.evaluation.fusions import FUSIONS, publish_fusions
from xdrec_assets.knowledge.settings import CompareSettings
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication


@pytest.fixture(scope="module")
def pipeline(refreshed: Refreshed) -> Pipeline:
    return refreshed.tiny.pipeline()


def published(pipeline: Pipeline, day: object = SECOND) -> Publication:
    (done,) = publish_fusions(pipeline, pipeline.folder.partition(day))
    return done


def comparing(pipeline: Pipeline, **compared: tuple[str, ...]) -> Pipeline:
    knowledge = pipeline.settings.knowledge.model_copy(update={"compare": CompareSettings.model_validate(compared)})
    return replace(pipeline, settings=replace(pipeline.settings, knowledge=knowledge))


def test_every_way_is_judged_on_every_platform_beside_the_chosen_one(pipeline: Pipeline) -> None:
    found = rows(pipeline, FUSIONS).to_pylist()
    ways = {("whitening", "concat"): True, ("whitening", "sum"): False, ("none", "concat"): False}
    platforms = [platform.platform for platform in pipeline.folder.platforms]
    judged = {(row["platform"], row["alignment"], row["fusion"]): row["verdict"] == "chosen" for row in found}
    assert judged == {(platform, *way): chosen for platform in platforms for way, chosen in ways.items()}
    assert {row["as_of"] for row in found} == {FIRST}
    assert all(row["n_people"] > 0 and row["low"] <= row["ndcg"] <= row["high"] for row in found)


def test_it_stands_while_nothing_changes(pipeline: Pipeline) -> None:
    assert published(pipeline).audit is None
    assert published(pipeline, FIRST).audit is None


def test_other_ways_replace_the_rows_and_none_leave_none(refreshed: Refreshed, tmp_path) -> None:
    pipeline = refreshed.tiny.copied_to(tmp_path).pipeline()
    done = published(comparing(pipeline, fusions=("sum",), alignments=()))
    assert done.audit is not None and done.audit.passed
    assert "whitening" in done.shown.texts["fusions"]
    assert {row["fusion"] for row in rows(pipeline, FUSIONS).to_pylist()} == {"concat", "sum"}
    assert published(comparing(pipeline, fusions=(), alignments=())).n_rows == 0
    assert rows(pipeline, FUSIONS).num_rows == 0


def test_vectors_that_were_never_made_are_asked_for(refreshed: Refreshed, tmp_path) -> None:
    pipeline = refreshed.tiny.copied_to(tmp_path).pipeline()
    shutil.rmtree(tmp_path / "lake" / "tiny" / "knowledge" / "item_vectors")
    with pytest.raises(ValueError, match=f"knowledge/item_vectors holds nothing as of {FIRST}.* materialise it first"):
        published(pipeline)
