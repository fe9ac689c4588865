"""Sound encoders of each architecture, tiny and of random weights, against a plain forward of the same model."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from resources.encoding.media_files import BrokenFile, MediaLimits
from resources.encoding.media_spec import MediaSpec
from resources.encoding.model_files import find_model_files
from resources.encoding.sounds import SoundEncoder, frames, shortest_wave
from tests.media import RATE, saved, sound, tiny_clip, tiny_wav2vec2, tone


def load(folder: str, **limits: Any) -> SoundEncoder:
    return SoundEncoder.load(find_model_files(folder), MediaSpec(model=folder), MediaLimits(**limits), device="cpu")


def encode(encoder: SoundEncoder, *waves: np.ndarray) -> np.ndarray:
    return encoder.encode([encoder.prepare(sound(wave, subtype="FLOAT")) for wave in waves])


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


@pytest.fixture
def tiny_clap(tmp_path: Path) -> str:
    return clap(tmp_path, is_fused=False)


def clap(folder: Path, is_fused: bool) -> str:
    """CLAP that reads a second of sound as 16 mel bands."""
    import torch
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel

    hears = {
        "patch_embeds_hidden_size": 8,
        "depths": [1, 1],
        "num_attention_heads": [1, 2],
        "num_mel_bins": 16,
        "spec_size": 32,
        "window_size": 2,
        "patch_size": 4,
        "patch_stride": [4, 4],
        "hidden_size": 16,
        "projection_dim": 8,
        "enable_fusion": is_fused,
    }
    reads = {
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 24,
        "vocab_size": 30,
        "projection_dim": 8,
    }
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = ClapModel(ClapConfig(audio_config=hears, text_config=reads, projection_dim=8))
    extractor = ClapFeatureExtractor(
        feature_size=16,
        sampling_rate=RATE,
        hop_length=300,
        frequency_max=8_000,
        max_length_s=1,
        truncation="fusion" if is_fused else "rand_trunc",
    )
    return saved(folder, model, extractor)


@pytest.mark.parametrize("by_layer", [False, True])
def test_wav2vec_2_is_averaged_over_its_frames(tmp_path: Path, by_layer: bool) -> None:
    import torch
    from transformers import Wav2Vec2Model

    encoder = load(tiny_wav2vec2(tmp_path, by_layer))
    waves = [tone(0.3), tone(0.2, hertz=800), tone(0.3, hertz=200)]
    model = Wav2Vec2Model.from_pretrained(tmp_path).eval()
    expected = []
    for wave in waves:
        normal = (wave - wave.mean()) / np.sqrt(wave.var() + 1e-7)
        with torch.inference_mode():
            hidden = model(torch.from_numpy(normal[None])).last_hidden_state
        expected.append(unit(hidden.mean(dim=1)[0].numpy()))
    np.testing.assert_allclose(encode(encoder, *waves), expected, atol=2e-5)


def test_padding_is_not_averaged_in(tmp_path: Path) -> None:
    encoder = load(tiny_wav2vec2(tmp_path, by_layer=True))
    together, alone = encode(encoder, tone(0.1), tone(2)), encode(encoder, tone(0.1))
    np.testing.assert_allclose(together[0], alone[0], atol=2e-5)
    assert len(encoder._batches([0, 1], encoder.prepare(sound(tone(1))).parts * 2)) == 1


def test_models_that_know_no_mask_get_batches_of_one_length(tmp_path: Path) -> None:
    encoder = load(tiny_wav2vec2(tmp_path))
    parts = [{"input_values": np.zeros(n, np.float32)} for n in (500, 500, 501, 600, 600, 600, 600, 600)]
    assert encoder._batches(range(8), parts) == [[0, 1], [2], [3, 4, 5, 6], [7]]


def test_a_long_wave_is_the_mean_of_its_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = load(tiny_wav2vec2(tmp_path))
    wave = np.concatenate([tone(0.5), tone(0.5, hertz=2_000)])
    monkeypatch.setattr("resources.encoding.sounds.WINDOW_SECONDS", 0.5)
    prepared = encoder.prepare(sound(wave, subtype="FLOAT"))
    assert [len(part["input_values"]) for part in prepared.parts] == [8_000, 8_000]
    halves = [encoder._vectors([part])[0] for part in prepared.parts]
    np.testing.assert_allclose(encoder.encode([prepared])[0], unit(np.mean(halves, axis=0)), atol=1e-6)


def test_frames_are_counted_as_the_convolutions_make_them(tmp_path: Path) -> None:
    from transformers import Wav2Vec2Model

    base = SimpleNamespace(conv_kernel=(10, 3, 3, 3, 3, 2, 2), conv_stride=(5, 2, 2, 2, 2, 2, 2))
    assert shortest_wave(base) == 400
    assert frames(np.array([399, 400, 16_000]), base).tolist() == [0, 1, 49]
    tiny_wav2vec2(tmp_path)
    model = Wav2Vec2Model.from_pretrained(tmp_path)
    for n in (90, 500, 4_001):
        assert frames(np.array([n]), model.config)[0] == model._get_feat_extract_output_lengths(n)


def test_a_wave_too_short_for_one_frame_gives_a_reason(tmp_path: Path) -> None:
    encoder = load(tiny_wav2vec2(tmp_path))
    shortest = shortest_wave(encoder.network.network.config)
    assert np.isfinite(encode(encoder, tone(1)[:shortest])).all()
    with pytest.raises(BrokenFile, match=r"seconds of sound, the model reads 0\.\d+ or more"):
        encoder.prepare(sound(tone(1)[: shortest - 1]))


def test_clap_gives_the_vectors_of_the_space_it_shares_with_texts(tiny_clap: str) -> None:
    import torch
    from transformers import ClapFeatureExtractor, ClapModel

    waves = [tone(1), tone(0.4, hertz=900)]
    extractor = ClapFeatureExtractor.from_pretrained(tiny_clap)
    with torch.inference_mode():
        inputs = extractor(waves, sampling_rate=RATE, return_tensors="pt")
        model = ClapModel.from_pretrained(tiny_clap).eval()
        expected = model.get_audio_features(input_features=inputs["input_features"].float()).pooler_output
    found = encode(load(tiny_clap), *waves)
    assert found.shape == (2, 8)
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-4)


def test_clap_reads_a_longer_sound_in_windows_and_not_at_random(tiny_clap: str) -> None:
    encoder = load(tiny_clap)
    wave = np.concatenate([tone(1), tone(1, hertz=3_000), tone(0.5, hertz=100)])
    prepared = encoder.prepare(sound(wave, subtype="FLOAT"))
    assert len(prepared.parts) == 3
    vectors = encoder.encode([prepared])
    parts = [encode(encoder, part)[0] for part in np.array_split(wave, 3)]
    np.testing.assert_allclose(vectors[0], unit(np.mean(parts, axis=0)), atol=1e-4)
    np.testing.assert_array_equal(vectors, encode(encoder, wave))


def test_clap_that_fuses_gives_the_same_every_time(tmp_path: Path) -> None:
    encoder = load(clap(tmp_path, is_fused=True))
    assert encoder.prepare(sound(tone(0.5))).parts[0]["input_features"].shape[0] == 4
    found = [encode(encoder, tone(0.5), tone(2.5, hertz=900)) for _ in range(4)]
    assert all(np.array_equal(found[0], other) for other in found)


def test_several_sounds_of_several_windows_keep_apart(tiny_clap: str) -> None:
    encoder = load(tiny_clap)
    waves = [tone(2.5), tone(0.3, hertz=900), tone(1.5, hertz=100)]
    together = encode(encoder, *waves)
    np.testing.assert_allclose(together, [encode(encoder, wave)[0] for wave in waves], atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)


def test_what_was_prepared_says_how_long_it_was_and_whether_there_was_more(tmp_path: Path) -> None:
    encoder = load(tiny_wav2vec2(tmp_path), seconds=0.5)
    assert encoder.prepare(sound(tone(0.25))).facts == {"seconds": 0.25, "is_cut": False}
    assert encoder.prepare(sound(tone(0.75))).facts == {"seconds": 0.5, "is_cut": True}


def test_silence_has_a_vector(tiny_clap: str, tmp_path: Path) -> None:
    for folder in (tiny_clap, tiny_wav2vec2(tmp_path / "waves")):
        assert np.isfinite(encode(load(folder), np.zeros(RATE // 2, np.float32))).all()


def test_a_model_of_pictures_hears_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a clip model is none of those read; give CLAP"):
        load(tiny_clip(tmp_path))
