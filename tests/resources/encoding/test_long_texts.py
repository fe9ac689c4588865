"""Texts longer than the model reads: cut and said so, or in chunks whose vectors are averaged."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resources.encoding.encoders import EncodedTexts, text_encoder
from resources.encoding.spec import EncoderSpec
from tests.resources.encoding.tiny_models import tiny_model

WINDOW = 10  # tokens, two of them special
LONG = "abcdefghijklmnopqrst"  # 20 tokens of a letter each: windows of 8, 8 and 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("bert"), "BertModel")


def encoded(folder: Path, texts: list[str], **settings: Any) -> EncodedTexts:
    spec = EncoderSpec(model=str(folder), precision="fp32", max_tokens=WINDOW, **settings)
    return text_encoder(spec, device="cpu").encode_counted(texts)


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def test_a_chunked_text_is_the_average_of_its_windows_by_their_tokens(folder):
    chunked = encoded(folder, ["", LONG, "abc"], long_texts="chunk")
    windows = encoded(folder, ["abcdefgh", "ijklmnop", "qrst"], normalise=False).vectors
    by_hand = unit((10 * windows[0] + 10 * windows[1] + 6 * windows[2]) / 26)
    np.testing.assert_allclose(chunked.vectors[1], by_hand, atol=1e-6)
    assert chunked.n_tokens.tolist() == [0, 26, 5]
    assert chunked.is_cut.tolist() == [False, False, False]
    np.testing.assert_allclose(chunked.vectors[2], encoded(folder, ["abc"]).vectors[0], atol=1e-6)


def test_every_window_of_a_decoder_has_its_end(tmp_path):
    folder = tiny_model(tmp_path / "qwen", "Qwen3Model")
    chunked = encoded(folder, [LONG], pooling="last", long_texts="chunk")
    windows = encoded(folder, ["abcdefghi", "jklmnopqr", "st"], pooling="last", normalise=False).vectors
    np.testing.assert_allclose(chunked.vectors[0], unit(10 * windows[0] + 10 * windows[1] + 3 * windows[2]), atol=1e-6)
    assert chunked.n_tokens.tolist() == [23]


def test_a_cut_text_is_its_first_window(folder):
    cut = encoded(folder, [LONG, "abcdefgh"])
    np.testing.assert_allclose(cut.vectors[0], cut.vectors[1], atol=1e-6)
    assert cut.n_tokens.tolist() == [10, 10]
    assert cut.is_cut.tolist() == [True, False]
    assert cut.cut_share == 0.5


def test_a_prefix_stands_once_before_the_text(folder):
    prefixed = encoded(folder, ["cdefghijkl"], passage_prefix="ab", long_texts="chunk")
    np.testing.assert_allclose(prefixed.vectors, encoded(folder, ["abcdefghijkl"], long_texts="chunk").vectors)
    assert not np.allclose(prefixed.vectors, encoded(folder, ["cdefghijkl"], long_texts="chunk").vectors, atol=1e-2)


def test_the_first_numbers_of_a_vector_are_brought_to_unit_length(folder):
    whole = encoded(folder, [LONG])
    first = encoded(folder, [LONG], size=5)
    np.testing.assert_allclose(first.vectors[0], unit(whole.vectors[0, :5]), atol=1e-6)


def test_raw_vectors_keep_their_length(folder):
    raw, whole = (encoded(folder, ["abc"], normalise=normalise).vectors[0] for normalise in (False, True))
    assert abs(np.linalg.norm(raw) - 1) > 0.1
    np.testing.assert_allclose(unit(raw), whole, atol=1e-6)


def test_a_size_beyond_the_model_s_is_refused(folder):
    with pytest.raises(ValueError, match="size is 17, but vectors of bert0 have 16 numbers"):
        encoded(folder, ["a"], size=17)


def test_a_text_on_which_the_model_breaks_is_named_and_the_others_stand(folder):
    encoder = text_encoder(
        EncoderSpec(model=str(folder), precision="fp32", max_tokens=WINDOW, long_texts="chunk"), "cpu"
    )
    sound = encoder.network.pooled

    def breaks_at_z(ids, on_progress=None):
        vectors = sound(ids, on_progress)
        z = encoder.tokenizer.token_to_id("z")
        encoder.network.broken = {row: "it broke" for row, one in enumerate(ids) if z in one}
        vectors[list(encoder.network.broken)] = np.nan
        return vectors

    encoder.network.pooled = breaks_at_z
    found = encoder.encode_counted(["", LONG, "tea", LONG + "z", "pan"])
    assert found.broken == {3: "it broke"}
    assert found.vectors.any(axis=1).tolist() == [False, True, True, False, True]
    assert np.isfinite(found.vectors).all()


def test_progress_counts_texts_not_windows(folder):
    seen: list[tuple[int, int, int]] = []
    spec = EncoderSpec(model=str(folder), max_tokens=WINDOW, long_texts="chunk")
    text_encoder(spec, "cpu").encode([LONG, "", LONG, "a"], on_progress=lambda *shown: seen.append(shown))
    assert seen[-1] == (4, 4, 26 + 26 + 3)
