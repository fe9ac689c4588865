"""What the evaluation tables of the tiny installation say of each other."""

from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pytest

from tests.pipeline.conftest import Refreshed
from tests.pipeline.tiny import FIRST, SECOND, rows
from tests.worlds import join
from xdrec_assets.evaluation.champion.settings import ChampionSettings
from xdrec_assets.evaluation.evaluate import EVALUATED, LATENCY
from xdrec_assets.evaluation.judge import judge, read_traits
from xdrec_assets.evaluation.judging import METRICS, RESAMPLES, publish_metrics, rows_of
from xdrec_assets.evaluation.segments import SEGMENTS, TWINS
from xdrec_assets.evaluation.uncertainty.kept import read_resampled
from xdrec_assets.joined.past import load_past
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.settings import IN_USE
from xdrec_assets.rankers.store import StoredRankerError
from xdrec_assets.recommendations.serving import publish_top_k

Key = tuple[Any, ...]
WHO = ("platform", "ranker", "trained_on")
KEY = (*WHO, "catalogue", "segment", "twins", "metric")


@pytest.fixture(scope="module")
def pipeline(refreshed: Refreshed) -> Pipeline:
    return refreshed.tiny.pipeline()


def by(names: tuple[str, ...], found: list[dict[str, Any]]) -> dict[Key, dict[str, Any]]:
    return {tuple(row[name] for name in names): row for row in found}


def with_settings(pipeline: Pipeline, **changed: object) -> Pipeline:
    evaluation = pipeline.settings.evaluation.model_copy(update=changed)
    return replace(pipeline, settings=replace(pipeline.settings, evaluation=evaluation))


def published_again(pipeline: Pipeline) -> bool:
    """Whether the judgement on the second date would be made again; made, but not published."""
    return next(iter(publish_metrics(pipeline, pipeline.folder.partition(SECOND)))).audit is not None


def test_every_ranker_is_judged_with_and_without_the_other_platforms(pipeline: Pipeline) -> None:
    found = rows(pipeline, METRICS).to_pylist()
    judged = {(row["platform"], row["ranker"], row["trained_on"]) for row in found}
    platforms = [platform.platform for platform in pipeline.folder.platforms]
    expected = {(platform, name, on) for platform in platforms for name in IN_USE for on in ("one", "all")}
    assert judged == expected - {(platform, "popularity", "all") for platform in platforms}
    assert {(row["segment"], row["twins"]) for row in found} == {(name, twins) for name in SEGMENTS for twins in TWINS}
    assert {row["metric"] for row in found} == {*EVALUATED}
    assert {row["segment"] for row in found if row["catalogue"] == "seen"} == {"all"}


def test_board_metrics_and_resamples_have_the_same_figures(pipeline: Pipeline) -> None:
    board = by(WHO, rows(pipeline, "evaluation/leaderboard").to_pylist())
    asked = {"segment": "all", "twins": "with", "catalogue": "known", "metric": "ndcg"}
    metrics = by(WHO, [row for row in rows(pipeline, METRICS).to_pylist() if asked.items() <= row.items()])
    table = rows(pipeline, RESAMPLES)
    pairs = zip(table.drop_columns(["gains", "weights"]).to_pylist(), read_resampled(table), strict=True)
    resampled = by(WHO, [row | {"of": of} for row, of in pairs if (row["segment"], row["twins"]) == ("all", "with")])
    assert board.keys() == metrics.keys() == resampled.keys()
    for who, row in board.items():
        assert (row["ndcg"], row["ndcg_low"], row["ndcg_high"]) == tuple(
            metrics[who][n] for n in ("value", "low", "high")
        )
        assert resampled[who]["of"].mean == pytest.approx(row["ndcg"], abs=1e-6)
        assert resampled[who]["of"].interval() == pytest.approx((row["ndcg_low"], row["ndcg_high"]), abs=1e-6)
        assert row["n_people"] == resampled[who]["n_people"]


def test_lift_is_between_the_rows_of_the_board(pipeline: Pipeline) -> None:
    board = by(WHO, rows(pipeline, "evaluation/leaderboard").to_pylist())
    lifts = [row for row in rows(pipeline, "evaluation/lift").to_pylist() if row["segment"] == "all"]
    assert {row["twins"] for row in lifts} == {"with", "without"}
    for row in (row for row in lifts if row["twins"] == "with"):
        ours, twin = (board[row["platform"], row["ranker"], on]["ndcg"] for on in ("all", "one"))
        assert (row["ndcg"], row["twin_ndcg"]) == pytest.approx((ours, twin), abs=1e-6)
        assert row["p_value"] <= row["p_adjusted"]


def test_what_the_window_held_of_twins_is_said_on_the_asset(refreshed: Refreshed, pipeline: Pipeline) -> None:
    event = refreshed.instance.get_latest_materialization_event(dg.AssetKey(["evaluation", "metrics"]))
    assert event is not None
    assert event.asset_materialization is not None
    said = event.asset_materialization.metadata
    traits = read_traits(pipeline, load_past(pipeline, FIRST))
    assert said["twins"].value == np.count_nonzero(traits.is_twin)
    assert said["test events on twins"].value.endswith("%")


def test_nothing_is_judged_twice_and_a_pinned_champion_is_no_reason_to(pipeline: Pipeline) -> None:
    assert not published_again(pipeline)
    assert not published_again(with_settings(pipeline, champion=ChampionSettings(windows=2)))


def test_judging_again_gives_the_same_rows_but_for_the_time_it_took(pipeline: Pipeline) -> None:
    again = by(KEY, [asdict(row) for row in judge(pipeline, FIRST, SECOND)[0].metrics if row.metric != LATENCY])
    kept = by(KEY, [row for row in rows_of(pipeline, METRICS, FIRST, FIRST).to_pylist() if row["metric"] != LATENCY])
    assert again.keys() == kept.keys()
    assert [(again[key], row) for key, row in kept.items() if again[key] != row] == []


def test_models_of_another_past_are_neither_judged_nor_served(refreshed: Refreshed, tmp_path: Path) -> None:
    """People and items are numbers to a model: asked about another past, it would answer for somebody else."""
    tiny = refreshed.tiny.copied_to(tmp_path)
    pipeline = tiny.pipeline()
    landed = sorted((tiny.home / "landing" / "shop" / "events").glob("*.jsonl"))[0]
    landed.write_bytes(b"".join(landed.read_bytes().splitlines(keepends=True)[::2]))
    join(pipeline)
    metrics, resamples = publish_metrics(pipeline, pipeline.folder.partition(SECOND))
    assert "train it again: materialise rankers/" in str(metrics.figures["not judged"])
    assert (metrics.n_rows, resamples.n_rows) == (0, 0)
    longer = pipeline.settings.recommendations.model_copy(update={"k": 21})
    asked = replace(pipeline, settings=replace(pipeline.settings, recommendations=longer))
    with pytest.raises(StoredRankerError, match="was trained on history"):
        list(publish_top_k(asked, asked.folder.partition(SECOND)))


def test_another_catalogue_changes_what_is_recommended(refreshed: Refreshed, tmp_path: Path) -> None:
    pipeline = refreshed.tiny.copied_to(tmp_path).pipeline()
    on = pipeline.folder.partition(SECOND)
    assert [one.audit for one in publish_top_k(pipeline, on)] == [None]
    (publication,) = publish_top_k(with_settings(pipeline, catalogue="seen"), on)
    assert publication.audit is not None


def test_without_links_of_the_date_twins_are_not_taken_to_be_none(pipeline: Pipeline) -> None:
    past = load_past(pipeline, FIRST + timedelta(days=1))
    with pytest.raises(ValueError, match="item_links holds nothing as of 2026-01-20, and twins are read from it"):
        read_traits(pipeline, past)
