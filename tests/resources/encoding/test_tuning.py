from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from resources.encoding.encoders import text_encoder
from resources.encoding.spec import EncoderSpec
from resources.encoding.tuned_model import TunableModel
from resources.encoding.tuning import Training, tune
from resources.encoding.tuning_settings import TrainingSettings
from tests.resources.encoding.two_vocabularies import N_TASTES, TEXTS_PER_PLATFORM, crossing_pairs, texts, tiny_bert

SETTINGS = TrainingSettings(steps=60, batch_size=32, learning_rate=5e-3, validate_every=20, popularity_correction=False)
SHOP, VIDEO = np.arange(TEXTS_PER_PLATFORM), np.arange(TEXTS_PER_PLATFORM, 2 * TEXTS_PER_PLATFORM)


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> EncoderSpec:
    return EncoderSpec(model=tiny_bert(tmp_path_factory.mktemp("tiny")), precision="fp32")


def tuned(spec: EncoderSpec, settings: TrainingSettings = SETTINGS) -> tuple[TunableModel, Training]:
    rng = np.random.default_rng(1)
    return tune(spec, texts(), crossing_pairs(rng, 600), crossing_pairs(rng, 120), settings, device="cpu")


def recall(vectors: np.ndarray) -> float:
    """Share of a shop text's ten nearest videos that are of its taste."""
    nearest = np.argsort(-(vectors[SHOP] @ vectors[VIDEO].T), axis=1)[:, :10]
    return float(np.mean(nearest % N_TASTES == SHOP[:, None] % N_TASTES))


def test_texts_without_a_common_word_meet_by_taste(spec: EncoderSpec, tmp_path: Path) -> None:
    model, training = tuned(spec)
    folder = model.save(tmp_path, {"note": "of a test"})
    before = text_encoder(spec, "cpu").encode(texts())
    after = text_encoder(model.tuned_spec(folder), "cpu").encode(texts())
    assert recall(before) < 1.6 / N_TASTES
    assert recall(after) > 0.8
    assert training.looks[-1][1] < training.looks[0][1]


def test_the_saved_folder_encodes_as_the_model_in_memory(spec: EncoderSpec, tmp_path: Path) -> None:
    model, _ = tuned(spec, SETTINGS.model_copy(update={"steps": 2}))
    encoder = text_encoder(model.tuned_spec(model.save(tmp_path, {})), "cpu")
    ids = model.tokens(texts()[:5], max_tokens=8)
    with torch.inference_mode():
        pooled = model.pooled(torch.from_numpy(np.stack(ids)), torch.ones(5, len(ids[0]), dtype=torch.int64))
    expected = torch.nn.functional.normalize(pooled).numpy()
    np.testing.assert_allclose(encoder.encode(texts()[:5]), expected, atol=1e-6)
    assert encoder.model.endswith("-tuned")


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(spec: EncoderSpec, tmp_path: Path) -> None:
    short = SETTINGS.model_copy(update={"steps": 4})
    first, again = (tuned(spec, short)[0].save(tmp_path / str(i), {}) for i in range(2))
    other = tuned(spec, short.model_copy(update={"seed": 1}))[0].save(tmp_path / "other", {})
    assert first.parent.name == again.parent.name != other.parent.name


def test_tuning_leaves_the_random_numbers_of_others_alone(spec: EncoderSpec) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    tuned(spec, SETTINGS.model_copy(update={"steps": 1}))
    assert torch.equal(torch.rand(3), expected)


def test_merged_adapters_give_what_they_gave_beside_the_weights(spec: EncoderSpec) -> None:
    model = TunableModel.load(spec, lora_rank=4, device="cpu")
    learning = {name: weight for name, weight in model.network.named_parameters() if weight.requires_grad}
    assert learning
    assert all("lora" in name for name in learning)
    with torch.no_grad():
        for weight in learning.values():
            weight.normal_(std=0.1, generator=torch.Generator().manual_seed(0))
    ids = torch.from_numpy(np.stack(model.tokens(texts()[:4], 8)))
    model.network.eval()
    with torch.inference_mode():
        beside = model.pooled(ids, torch.ones_like(ids))
        model.merge()
        merged = model.pooled(ids, torch.ones_like(ids))
    plain = TunableModel.load(spec, lora_rank=None, device="cpu")
    with torch.inference_mode():
        untuned = plain.pooled(ids, torch.ones_like(ids))
    torch.testing.assert_close(merged, beside, atol=1e-5, rtol=0)
    assert (merged - untuned).abs().max() > 1e-2
    assert not [name for name, _ in model.network.named_parameters() if "lora" in name]


def test_adapters_alone_learn_too(spec: EncoderSpec, tmp_path: Path) -> None:
    model, training = tuned(spec, SETTINGS.model_copy(update={"lora_rank": 8, "learning_rate": 2e-2}))
    after = text_encoder(model.tuned_spec(model.save(tmp_path, {})), "cpu").encode(texts())
    assert training.best_step > 0
    assert recall(after) > 2 / N_TASTES


def test_shuffled_pairs_end_early_with_weights_near_the_first(spec: EncoderSpec) -> None:
    rng = np.random.default_rng(1)
    training, validation = crossing_pairs(rng, 600, is_shuffled=True), crossing_pairs(rng, 120, is_shuffled=True)
    often = SETTINGS.model_copy(update={"validate_every": 5, "patience": 2})
    _, run = tune(spec, texts(), training, validation, often, device="cpu")
    assert run.stopped == "no better in 2 looks"
    assert run.steps < SETTINGS.steps


def test_the_best_weights_are_kept_not_the_last(spec: EncoderSpec) -> None:
    training = crossing_pairs(np.random.default_rng(1), 600)
    other_taste = TEXTS_PER_PLATFORM + (training.right + 1) % TEXTS_PER_PLATFORM
    worse = replace(training, right=other_taste)
    model, run = tune(spec, texts(), training, worse, SETTINGS.model_copy(update={"steps": 20}), device="cpu")
    assert run.steps == 20
    assert run.best_step == 0
    untuned = TunableModel.load(spec, None, "cpu").network.state_dict()
    assert all(torch.equal(weight, untuned[name]) for name, weight in model.network.state_dict().items())


def test_time_ends_the_training(spec: EncoderSpec) -> None:
    _, run = tuned(spec, SETTINGS.model_copy(update={"minutes": 1e-9}))
    assert (run.steps, run.stopped) == (1, "1e-09 minutes are over")


def test_too_few_pairs_are_refused(spec: EncoderSpec) -> None:
    pairs = crossing_pairs(np.random.default_rng(0), 20)
    with pytest.raises(ValueError, match="0 validation pairs, expected 2 at least"):
        tune(spec, texts(), pairs, pairs.take(np.arange(0)), SETTINGS, device="cpu")


def test_a_servers_model_cannot_be_tuned() -> None:
    spec = EncoderSpec(model="far", endpoint="https://nowhere.example/v1", revision="1")
    with pytest.raises(ValueError, match="only models here can be tuned"):
        TunableModel.load(spec, None, "cpu")


def test_pairs_keep_their_owners_when_turned() -> None:
    pairs = crossing_pairs(np.random.default_rng(0), 3)
    turned = pairs.turned(np.array([True, False, True]))
    assert turned.left.tolist() == [pairs.right[0], pairs.left[1], pairs.right[2]]
    assert turned.owner is pairs.owner
    assert replace(turned, left=pairs.left, right=pairs.right).left is pairs.left
