"""What a person sets is what people get, and a model can be trained again from what its file says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
from safetensors.numpy import load

from resources.partitions import Partition
from tests.pipeline.conftest import Refreshed
from tests.pipeline.tiny import FIRST, SECOND, SETTINGS, Tiny, rows
from xdrec_assets.evaluation.champion.deciding import publish_champion
from xdrec_assets.joined.past import load_past
from xdrec_assets.knowledge.reading import load_knowledge
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.settings import RankerSettings
from xdrec_assets.rankers.store import verified_ranker
from xdrec_assets.rankers.training import Trained, train
from xdrec_assets.recommendations.serving import publish_top_k

PIN = "shop: {pin: {ranker: linear, trained_on: all}}, video: {pin: {ranker: item_knn, trained_on: one}}"


@pytest.fixture(scope="module")
def tiny(refreshed: Refreshed, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return refreshed.tiny.copied_to(tmp_path_factory.mktemp("champion"))


def served(tiny: Tiny, overrides: str = "") -> dict[str, set[tuple[str, str]]]:
    """Ranker and training behind every recommendation of the newest date, by platform, under some overrides."""
    settings = SETTINGS.replace("min_strength: 0.2", f"min_strength: 0.2, champion: {{overrides: {{{overrides}}}}}")
    (tiny.home / "platforms" / "tiny" / "settings.yaml").write_text(settings, encoding="utf-8")
    pipeline = tiny.pipeline()
    for publish in (publish_champion, publish_top_k):
        list(publish(pipeline, Partition.of_day(SECOND)))
    best = rows(pipeline, "recommendations/top_k")
    found: dict[str, set[tuple[str, str]]] = {}
    for row in best.filter(pc.equal(best["as_of"], SECOND)).select(["platform", "ranker", "trained_on"]).to_pylist():
        found.setdefault(row["platform"], set()).add((row["ranker"], row["trained_on"]))
    return found


def test_pinned_rankers_are_served_until_the_pin_is_lifted(tiny: Tiny) -> None:
    before = served(tiny)
    pinned = served(tiny, PIN)
    assert pinned["shop"] == {("linear", "all")}
    assert pinned["video"] == {("item_knn", "one")}
    assert {name: pinned[name] for name in ("music", "news")} == {name: before[name] for name in ("music", "news")}
    assert served(tiny) == before


def test_rolled_back_to_what_was_served_a_week_ago(tiny: Tiny) -> None:
    served(tiny, PIN)
    assert served(tiny, f"shop: {{roll_back: {FIRST}}}")["shop"] == {("popularity", "one")}
    (row,) = [row for row in _decisions(tiny) if row["platform"] == "shop"]
    assert (row["decision"], row["former_ranker"]) == ("rolled_back", "popularity")


def test_why_something_is_served_changes_no_recommendation(tiny: Tiny) -> None:
    served(tiny, "shop: {pin: {ranker: popularity, trained_on: one}}")
    pipeline = tiny.pipeline()
    version = pipeline.lake.version("recommendations/top_k")
    served(tiny, f"shop: {{roll_back: {FIRST}}}")
    assert pipeline.lake.version("recommendations/top_k") == version


def test_every_decision_names_what_it_rests_on(refreshed: Refreshed) -> None:
    decisions = _decisions(refreshed.tiny)
    assert {row["windows"] for row in decisions} == {1}
    for row in decisions:
        versions = json.loads(row["versions"])
        (behind,) = versions["models"].values()
        assert {"history", "tables", "code", "sha256"} <= set(behind)
        assert versions["tables"]["evaluation/resamples"] >= 0


def _decisions(tiny: Tiny) -> list[dict[str, Any]]:
    return [row for row in rows(tiny.pipeline(), "evaluation/champion").to_pylist() if row["as_of"] == SECOND]


@pytest.mark.parametrize(
    "model", [Trained("linear", "all"), Trained("svd", "shop"), Trained("nmf", "all"), Trained("popularity", "video")]
)
def test_model_trained_again_from_what_its_file_says_is_the_same_to_the_bit(
    refreshed: Refreshed, tmp_path: Path, model: Trained
) -> None:
    tiny = refreshed.tiny.copied_to(tmp_path)
    pipeline = tiny.pipeline()
    folder = pipeline.places.models / model.folder(f"{FIRST}")
    about, content = verified_ranker(folder)
    (tiny.home / "models").rename(tiny.home / "former_models")
    restored = dict(_restored(pipeline, about["origin"]["tables"]))
    assert restored["knowledge/item_vectors"] < (refreshed.tiny.pipeline().lake.version("knowledge/item_vectors") or 0)
    past = load_past(pipeline, FIRST)
    assert (past.digest, f"{FIRST}") == (about["origin"]["history"], about["origin"]["as_of"])
    assert pipeline.code_of("rankers") == about["origin"]["code"]
    scope = Trained(about["ranker"], about["origin"]["scope"])
    settings = RankerSettings.model_validate({about["ranker"]: about["settings"]})
    again = train(scope, past.history, load_knowledge(pipeline, FIRST), settings).arrays()
    kept = load(content)
    assert set(again) == set(kept)
    assert all(again[name].tobytes() == kept[name].tobytes() for name in kept)


def _restored(pipeline: Pipeline, tables: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Bring tables back to the versions that a model was made from."""
    for table, version in tables.items():
        delta = pipeline.lake.open(table)
        assert delta is not None
        if delta.version() != version:
            delta.restore(version)
        yield table, version
