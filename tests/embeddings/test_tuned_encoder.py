"""The tuned encoder as a step: when it is used, and that it knows nothing of the future."""

import shutil
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from tests.resources.encoding.two_vocabularies import N_TASTES, TEXTS_PER_PLATFORM, texts, tiny_bert
from tests.worlds import SHOP, event, join, land, lines, rows, world
from xdrec_assets.embeddings.chosen_encoder import encoder_spec
from xdrec_assets.embeddings.embedded import publish_item_texts
from xdrec_assets.embeddings.families import serving
from xdrec_assets.embeddings.settings import EmbeddingSettings
from xdrec_assets.embeddings.tuned_encoder import TUNED, publish_tuned_encoder, trained_before
from xdrec_assets.embeddings.tuning_settings import TuningSettings
from xdrec_assets.joined.past import load_past
from xdrec_assets.pipeline import Pipeline

N_PEOPLE, FIRST, AS_OF = 60, date(2026, 1, 5), date(2026, 1, 12)
ITEMS = """
  items:
    files: shop/items/{day}.jsonl
    format: jsonl
    columns: {item_id: sku, title: name}
    text: "{title}"
"""
SETTINGS = """
name: world
first: 2026-01-05
last: 2026-01-14
late_days: 3
as_of: {weekly_from: 2026-01-12}
embeddings: {encoder: {model: %s, precision: fp32}, device: cpu, tuning: %s}
"""
TUNING = "{steps: 60, batch_size: 32, learning_rate: 0.005, validation_days: 2, popularity_correction: false}"


def platforms() -> dict[str, str]:
    shop = SHOP.replace("owner:", "user_namespace: both\nowner:") + ITEMS
    return {"shop": shop, "video": shop.replace("shop", "video").replace("Shop", "Video")}


def files(days: range, seed: int = 3) -> dict[str, str]:
    """Items of two vocabularies, and every day a choice of everyone on each platform, by their taste."""
    rng, found = np.random.default_rng(seed), {}
    for number, platform in enumerate(("shop", "video")):
        own = texts()[number * TEXTS_PER_PLATFORM :][:TEXTS_PER_PLATFORM]
        found[f"{platform}/items/{FIRST}.jsonl"] = lines(
            *({"sku": f"i{i}", "name": text} for i, text in enumerate(own))
        )
        for day in (FIRST + timedelta(days=offset) for offset in days):
            item = rng.integers(0, TEXTS_PER_PLATFORM // N_TASTES, N_PEOPLE) * N_TASTES + np.arange(N_PEOPLE) % N_TASTES
            events = (event(f"u{u}", f"i{i}", f"{day}T1{number}:00:00Z", "buy") for u, i in enumerate(item))
            found[f"{platform}/events/{day}.jsonl"] = lines(*events)
    return found


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Logs of eight days, the last of them the as-of date; the encoder tuned on what was before."""
    folder = tmp_path_factory.mktemp("tuned")
    pipeline = world(folder, files(range(8)), platforms(), SETTINGS % (tiny_bert(folder / "tiny"), TUNING))
    join(pipeline)
    list(publish_tuned_encoder(pipeline))
    return pipeline


def test_it_has_won_on_pairs_of_the_past(tuned: Pipeline) -> None:
    (row,) = rows(tuned, TUNED)
    assert row["is_used"], row["why"]
    assert row["trained_before"] == AS_OF
    assert (tuned.places.models / encoder_spec(tuned).model).is_dir()
    assert encoder_spec(tuned).model.endswith("-tuned")


def test_another_future_changes_nothing_it_learns(tuned: Pipeline) -> None:
    before = load_past(tuned, trained_before(tuned, TuningSettings())).digest
    n_events = tuned.lake.count("joined/interactions")
    land(tuned, {name: text for name, text in files(range(7, 10), seed=9).items() if "events" in name})
    join(tuned)
    assert tuned.lake.count("joined/interactions") > n_events
    assert load_past(tuned, trained_before(tuned, TuningSettings())).digest == before
    assert [publication.audit for publication in publish_tuned_encoder(tuned)] == [None]


def test_item_texts_are_encoded_with_it(tuned: Pipeline) -> None:
    list(publish_item_texts(tuned))
    assert serving(tuned).encoder == encoder_spec(tuned)
    assert serving(tuned).filled.n_missing == 0


def test_an_earlier_as_of_date_may_not_use_it(tuned: Pipeline) -> None:
    settings = tuned.folder.settings
    as_of = settings.as_of.model_copy(update={"weekly_from": AS_OF - timedelta(days=7)})
    moved = replace(tuned, folder=replace(tuned.folder, settings=settings.model_copy(update={"as_of": as_of})))
    assert encoder_spec(moved) == tuned.settings.embeddings.encoder
    with pytest.raises(ValueError, match=r"seen nothing from 2026-01-05 on serves yet"):
        serving(moved)  # what it encoded when dates began later
    named = tuned.settings.embeddings.model_copy(update={"encoder": encoder_spec(tuned), "tuning": None})
    with pytest.raises(ValueError, match=r"tuned on what was known before 2026-01-12, but models are made as of"):
        encoder_spec(replace(moved, settings=replace(tuned.settings, embeddings=named)))


def test_a_tuning_that_would_know_the_future_of_an_as_of_date_is_refused(tuned: Pipeline) -> None:
    with pytest.raises(ValueError, match="models are made as of 2026-01-12 and must not know"):
        trained_before(tuned, TuningSettings(before=AS_OF + timedelta(days=1)))
    assert trained_before(tuned, TuningSettings(before=AS_OF - timedelta(days=1))) == AS_OF - timedelta(days=1)


@pytest.mark.parametrize("change", [{"tuning": None}, {"encoder": "minilm"}], ids=["off", "of another encoder"])
def test_it_is_passed_over_when_the_settings_change(tuned: Pipeline, change: dict[str, object]) -> None:
    said = EmbeddingSettings.model_validate({**tuned.settings.embeddings.model_dump(), **change})
    changed = replace(tuned, settings=replace(tuned.settings, embeddings=said))
    assert encoder_spec(changed) == said.encoder


def test_a_lost_folder_is_said_and_made_again(tuned: Pipeline) -> None:
    folder = tuned.places.models / "tuned_encoder"
    shutil.rmtree(folder)
    with pytest.raises(ValueError, match="materialise embeddings/tuned_encoder again"):
        encoder_spec(tuned)
    list(publish_tuned_encoder(tuned))
    assert (tuned.places.models / encoder_spec(tuned).model).is_dir()
    assert [publication.audit for publication in publish_tuned_encoder(tuned)] == [None]


def test_without_the_setting_nothing_is_tuned(tmp_path) -> None:
    pipeline = world(tmp_path, {}, settings=SETTINGS % ("minilm", "null"))
    (publication,) = publish_tuned_encoder(pipeline)
    assert publication.n_rows == 0
    assert rows(pipeline, TUNED) == []
    assert [again.audit for again in publish_tuned_encoder(pipeline)] == [None]
    assert not pipeline.places.models.exists()
    assert encoder_spec(pipeline) == pipeline.settings.embeddings.encoder
