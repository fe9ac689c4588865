"""Every architecture against the plainest way to use it: one text at a time, unpadded, pooled by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resources.encoding.encoders import TextEncoder, text_encoder
from resources.encoding.spec import EncoderSpec
from tests.resources.encoding.tiny_models import ARCHITECTURES, POSITIONS, say_pooling, tiny_model

POOLED: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mean": lambda hidden: hidden.mean(axis=0),
    "cls": lambda hidden: hidden[0],
    "last": lambda hidden: hidden[-1],
}
FAMILIES = {  # architecture and pooling, as the family has it
    "BERT, MiniLM, E5, GTE": ("BertModel", "mean"),
    "BGE, GTE (Chinese), arctic-embed": ("BertModel", "cls"),
    "DistilBERT": ("DistilBertModel", "mean"),
    "MPNet": ("MPNetModel", "mean"),
    "multilingual E5": ("XLMRobertaModel", "mean"),
    "BGE-M3": ("XLMRobertaModel", "cls"),
    "GTE on ModernBERT": ("ModernBertModel", "cls"),
    "Qwen3-Embedding": ("Qwen3Model", "last"),
    "EmbeddingGemma, without its dense layers": ("Gemma3TextModel", "mean"),
}
TEXTS = ["green tea", "a", "cast iron pan", "", "of the same length", "z" * 20, "tea", "knife and fork", "a pan again"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, Path]:
    return {name: tiny_model(tmp_path_factory.mktemp(name), name) for name in ARCHITECTURES}


def encoder(folder: Path, **settings: Any) -> TextEncoder:
    return text_encoder(EncoderSpec(model=str(folder), precision="fp32", **settings), device="cpu")


def plainly(folder: Path, texts: list[str], pooling: str, max_tokens: int = POSITIONS) -> np.ndarray:
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    rows = []
    for text in texts:
        read = tokenizer(text, return_tensors="pt", truncation=True, max_length=max_tokens)
        with torch.inference_mode():
            vector = POOLED[pooling](model(input_ids=read["input_ids"]).last_hidden_state[0].numpy())
        rows.append(vector / np.linalg.norm(vector) if text else np.zeros_like(vector))
    return np.stack(rows)


@pytest.mark.parametrize("family", FAMILIES)
def test_vectors_are_those_of_the_plain_model(folders, family):
    architecture, pooling = FAMILIES[family]
    found = encoder(folders[architecture], pooling=pooling).encode(TEXTS)
    expected = plainly(folders[architecture], TEXTS, pooling)
    assert np.abs(found - expected).max() < 1e-5
    assert np.abs(expected[0] - expected[2]).max() > 0.05  # else it would tell nothing


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_long_text_is_cut_where_the_model_ends(folders, architecture):
    pooling = "last" if architecture == "Qwen3Model" else "mean"
    long = encoder(folders[architecture], pooling=pooling, max_tokens=POSITIONS).encode_counted(["letters " * 20])
    assert long.n_tokens.tolist() == [POSITIONS]
    assert long.is_cut.tolist() == [True]
    assert np.abs(long.vectors - plainly(folders[architecture], ["letters " * 20], pooling)).max() < 1e-5


@pytest.mark.parametrize(
    "architecture", [name for name in ARCHITECTURES if name not in ("Qwen3Model", "Gemma3TextModel")]
)
def test_no_setting_makes_a_model_read_more_than_it_can(folders, architecture):
    assert encoder(folders[architecture], max_tokens=512).encode_counted(["a" * 100]).n_tokens.tolist() == [POSITIONS]


def test_a_decoder_ends_every_text_with_the_token_that_it_is_pooled_at(folders):
    qwen = encoder(folders["Qwen3Model"], pooling="last")
    ids = [one.ids for one in qwen.tokenizer.encode_batch_fast(["ab", "a" * 1000])]
    assert [one[-1] for one in ids] == [0, 0]
    assert [len(one) for one in ids] == [3, 256]


def test_padding_on_the_left_in_a_tokenizer_s_settings_changes_nothing(folders, tmp_path):
    from transformers import AutoTokenizer

    folder = tiny_model(tmp_path, "Qwen3Model")
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    tokenizer.backend_tokenizer.enable_padding(direction="left", length=64)
    tokenizer.backend_tokenizer.enable_truncation(4)
    tokenizer.save_pretrained(folder)
    expected = encoder(folders["Qwen3Model"], pooling="last").encode(TEXTS)
    np.testing.assert_allclose(encoder(folder, pooling="last").encode(TEXTS), expected, atol=1e-6)


def test_a_folder_s_own_pooling_is_taken(folders, tmp_path):
    folder = tiny_model(tmp_path, "BertModel")
    say_pooling(folder, "cls_token", pooling_mode_mean_tokens=False)
    assert np.abs(encoder(folder).encode(TEXTS) - plainly(folder, TEXTS, "cls")).max() < 1e-5
    assert np.abs(encoder(folder, pooling="mean").encode(TEXTS) - plainly(folder, TEXTS, "mean")).max() < 1e-5
