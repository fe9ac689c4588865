"""Tuning on choices of a planted world: two platforms that share no word, and tastes that cross them."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from resources.encoding.spec import EncoderSpec
from tests.rankers.planted import history_of
from tests.resources.encoding.two_vocabularies import N_TASTES, TEXTS_PER_PLATFORM, texts, tiny_bert
from xdrec_assets.embeddings.choice_tuning import before_the_last, text_numbers, tune_on_choices
from xdrec_assets.embeddings.co_chosen import NO_TEXT
from xdrec_assets.embeddings.settings import EmbeddingSettings
from xdrec_assets.embeddings.tuning_settings import TuningSettings
from xdrec_assets.joined.past import Past

N_PEOPLE, DAYS = 150, 10
SETTINGS = TuningSettings(
    steps=80, batch_size=32, learning_rate=5e-3, validation_days=2, popularity_correction=False, window=3
)


def past_of(is_shuffled: bool) -> Past:
    """Everyone takes an item of one platform a day, of their taste or, shuffled, of any."""
    rng = np.random.default_rng(0)
    age: dict[tuple[int, int], float] = {}
    for day in range(DAYS):
        for person in range(N_PEOPLE):
            item = rng.integers(0, TEXTS_PER_PLATFORM // N_TASTES) * N_TASTES + person % N_TASTES
            item = rng.integers(0, TEXTS_PER_PLATFORM) if is_shuffled else item
            age[person, int(item + rng.integers(0, 2) * TEXTS_PER_PLATFORM)] = DAYS - day - 0.5
    history = history_of(list(age), [TEXTS_PER_PLATFORM] * 2, N_PEOPLE, ("shop", "video"))
    ages = [age[int(p), int(i)] for p, i in zip(history.person, history.item, strict=True)]
    return Past(replace(history, age_days=np.array(ages, dtype=np.float32)), pa.table({"text": texts()}), pa.table({}))


@pytest.fixture(scope="module")
def embeddings(tmp_path_factory: pytest.TempPathFactory) -> EmbeddingSettings:
    model = tiny_bert(tmp_path_factory.mktemp("tiny"))
    return EmbeddingSettings(encoder=EncoderSpec(model=model, precision="fp32"), device="cpu")


def test_it_wins_where_tastes_cross_platforms(embeddings: EmbeddingSettings, tmp_path: Path) -> None:
    folder, row = tune_on_choices(past_of(is_shuffled=False), embeddings, SETTINGS, tmp_path / "tuned")
    assert row["is_used"], row["why"]
    assert row["recall_after"] > 2 * row["recall_before"]
    assert 0.3 < row["share_across"] < 0.7
    assert tmp_path / json.loads(row["encoder"])["model"] == folder
    assert json.loads((folder / "tuning.json").read_text())["trained_before"] == "2026-02-02"


def test_choices_by_chance_do_not_win(embeddings: EmbeddingSettings, tmp_path: Path) -> None:
    _, row = tune_on_choices(past_of(is_shuffled=True), embeddings, SETTINGS, tmp_path / "tuned")
    assert not row["is_used"]
    assert row["why"].startswith("not used, ")


def test_too_short_a_past_is_refused(embeddings: EmbeddingSettings, tmp_path: Path) -> None:
    all_of_it = SETTINGS.model_copy(update={"validation_days": 100.0})
    with pytest.raises(ValueError, match="0 training pairs, expected 2 at least"):
        tune_on_choices(past_of(is_shuffled=False), embeddings, all_of_it, tmp_path)


def test_equal_texts_have_one_number_and_items_without_text_none() -> None:
    past = Past(history_of([], [4], 1), pa.table({"text": ["tea", None, "tea", "pan"]}), pa.table({}))
    distinct, number = text_numbers(past)
    assert distinct == ["pan", "tea"]
    assert number.tolist() == [1, NO_TEXT, 1, 0]


def test_the_last_days_are_left_out() -> None:
    history = replace(history_of([(0, 0), (0, 1), (1, 2)], [3], 2), age_days=np.array([1, 2, 3], dtype=np.float32))
    assert before_the_last(history, 2).item.tolist() == [1, 2]
    assert history.item.tolist() == [0, 1, 2]


def test_every_key_of_the_tuning_stands_in_the_docs() -> None:
    said = (Path(__file__).parents[2] / "docs" / "tuning.md").read_text(encoding="utf-8")
    for name, field in TuningSettings.model_fields.items():
        assert f"| `{name}` | `{json.dumps(field.default)}` | {field.description} |" in said
