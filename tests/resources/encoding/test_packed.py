"""Packed rows on the processor, with an attention that does there what torch's varlen_attn does on a card."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModel

from resources.encoding.packable import why_not_packed
from resources.encoding.packed import pack, register_attention, window
from resources.encoding.running import packed_run, padded_run
from resources.encoding.transformer_network import first_position, max_positions
from tests.resources.encoding.tiny_models import tiny_model

LENGTHS = (3, 30, 1, 12)


def attend(query, key, value, starts, _, longest, __, scale, window_size, enable_gqa):
    """Row by row what varlen_attn does: (n tokens, heads, head size), -1 in the window for no bound."""
    assert longest == int(starts.diff().max())
    assert enable_gqa == (query.shape[1] != key.shape[1])
    parts = []
    for begin, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        q, k, v = (one[begin:end].transpose(0, 1) for one in (query, key, value))
        k, v = (one.repeat_interleave(len(q) // len(one), dim=0) for one in (k, v))
        apart = torch.arange(end - begin)[None, :] - torch.arange(end - begin)[:, None]
        before, behind = (math.inf if reach < 0 else reach for reach in window_size)
        scores = (q @ k.transpose(1, 2) * scale).masked_fill((apart < -before) | (apart > behind), -math.inf)
        parts.append((scores.softmax(-1) @ v).transpose(0, 1))
    return torch.cat(parts)


def load(folder, architecture: str) -> Any:
    return AutoModel.from_pretrained(tiny_model(folder, architecture)).eval()


@pytest.fixture
def attention():
    register_attention(attend)


@pytest.mark.parametrize("pooling", ["mean", "cls", "last"])
@pytest.mark.parametrize(
    "architecture", ["BertModel", "XLMRobertaModel", "ModernBertModel", "Qwen3Model", "Gemma3TextModel"]
)
def test_packed_rows_give_what_padded_ones_give(tmp_path, attention, architecture, pooling):
    network = load(tmp_path, architecture)
    draw = np.random.default_rng(0)
    ids = [draw.integers(5, network.config.vocab_size, length) for length in LENGTHS]
    padded, packed = padded_run(pooling, max_positions(network)), packed_run(pooling, first_position(network))
    with torch.inference_mode():
        expected = padded(network, ids, torch.from_numpy)
        assert why_not_packed(network, padded, packed, torch.from_numpy, max_positions(network)) == ""
        found = packed(network, ids, torch.from_numpy)
    np.testing.assert_allclose(found.numpy(), expected.numpy(), atol=1e-4)


def test_architecture_that_takes_no_packed_rows_stays_padded(tmp_path, attention):
    network = load(tmp_path, "MPNetModel")  # its attention adds biases by distance and asks no registry
    padded, packed = padded_run("mean", 30), packed_run("mean", first_position(network))
    assert why_not_packed(network, padded, packed, torch.from_numpy, 30)
    with torch.inference_mode():
        assert padded(network, [np.arange(5, 9)], torch.from_numpy).isfinite().all()


def test_attention_that_mixes_rows_is_found_out(tmp_path):
    def mixes(query, key, value, starts, _, longest, __, **more):
        whole = torch.tensor([0, len(query)])
        return attend(query, key, value, whole, _, len(query), __, **more)

    register_attention(mixes)
    network = load(tmp_path, "BertModel")
    padded, packed = padded_run("mean", 32), packed_run("mean", 0)
    assert "agree with padded ones to" in why_not_packed(network, padded, packed, torch.from_numpy, 32)
    assert network.config._attn_implementation == "sdpa"


def test_rows_are_packed_one_behind_the_other():
    rows = pack([np.array([7, 8, 9]), np.array([5]), np.array([6, 6])], first_position=2)
    assert rows.ids.tolist() == [7, 8, 9, 5, 6, 6]
    assert rows.positions.tolist() == [2, 3, 4, 2, 2, 3]
    assert rows.starts.tolist() == [0, 3, 4, 6]
    assert (rows.starts.dtype, rows.longest) == (np.int32, 3)


def test_window_of_causal_and_sliding_attention():
    module = torch.nn.Module()
    assert window(module, None, None) == (-1, -1)
    assert window(module, True, None) == (-1, 0)
    assert window(module, False, 4) == (3, 3)
    module.is_causal = True
    assert window(module, None, 4) == (3, 0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a graphics card")
@pytest.mark.parametrize("architecture", ["BertModel", "Qwen3Model"])
def test_card_agrees_with_the_processor(tmp_path, architecture):
    from resources.encoding.transformer_network import TransformerNetwork

    # flash attention takes heads of 8 numbers and more, in multiples of 8
    folder = tiny_model(tmp_path, architecture)
    draw = np.random.default_rng(0)
    ids = [draw.integers(5, 20, length) for length in (3, 30, 1, 12) * 50]
    on_card = TransformerNetwork.load(folder, "mean", "auto", "cuda")
    there, here = on_card.pooled(ids), TransformerNetwork.load(folder, "mean", "fp32", "cpu").pooled(ids)
    cosines = (there * here).sum(axis=1) / np.linalg.norm(there, axis=1) / np.linalg.norm(here, axis=1)
    assert on_card.how.startswith("bf16, packed")
    assert cosines.min() > 0.995
