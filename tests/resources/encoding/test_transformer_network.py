from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from resources.encoding import compiling, devices
from resources.encoding.model_files import packaged_minilm
from resources.encoding.processor import Processor
from resources.encoding.transformer_network import TransformerNetwork
from tests.resources.encoding.tiny_models import tiny_model

BAD, INFINITE = 7, 8  # token numbers


@pytest.fixture(scope="module")
def minilm() -> TransformerNetwork:
    return TransformerNetwork.load(Path(packaged_minilm().location), device="cpu")


@pytest.fixture
def tiny(tmp_path) -> TransformerNetwork:
    return TransformerNetwork.load(tiny_model(tmp_path, "BertModel"), "mean", "fp32", "cpu")


def rows(n: int, longest: int, n_words: int, seed: int = 0) -> list[np.ndarray]:
    draw = np.random.default_rng(seed)
    return [draw.integers(9, n_words, length) for length in draw.integers(1, longest + 1, n)]


def cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return (left * right).sum(axis=1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1)


class Breaks(torch.nn.Module):
    """A model that raises for one token and gives infinity for another."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor):
        if (input_ids == BAD).any():
            raise ValueError("a token that breaks it")
        out = self.network(input_ids=input_ids, attention_mask=attention_mask)
        out.last_hidden_state[(input_ids == INFINITE).any(dim=1)] = torch.inf
        return out


def test_deviates_from_single_precision_by_less_than_one_in_ten_thousand(minilm):
    ids = rows(40, 60, 30_000)
    exact = TransformerNetwork.load(Path(packaged_minilm().location), "mean", "fp32", "cpu")
    assert minilm.precision == devices.chosen_precision("cpu")
    assert 1 - cosines(minilm.pooled(ids), exact.pooled(ids)).min() < 1e-4


def test_vector_hardly_depends_on_its_batch(minilm):
    ids = rows(40, 60, 30_000)
    together = minilm.pooled(ids)
    alone = np.vstack([minilm.pooled([one]) for one in ids[:8]])
    other_way = minilm.pooled(ids[20::-1])[::-1]
    assert 1 - cosines(together[:8], alone).min() < 1e-4
    assert 1 - cosines(together[:21], other_way).min() < 1e-4


@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_any_number_of_workers_gives_the_same(tiny, n_threads):
    ids = rows(200, 32, 30)
    before = torch.get_num_threads()
    expected = tiny.pooled(ids)
    torch.set_num_threads(n_threads)
    try:
        tiny.runs.tokens_per_batch = 128
        found = tiny.pooled(ids)
        assert tiny.how == f"fp32, {n_threads} worker{'s' * (n_threads > 1)}"
        assert torch.get_num_threads() == n_threads
    finally:
        torch.set_num_threads(before)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_rows_that_break_the_model_are_set_aside_alone(tiny):
    ids = rows(60, 30, 30)
    expected = tiny.pooled(ids)
    for row, token in ((11, BAD), (40, BAD), (52, INFINITE)):
        ids[row] = np.append(ids[row], token)
    tiny.runs = replace(tiny.runs, network=Breaks(tiny.network))
    found = tiny.pooled(ids)
    assert np.flatnonzero(np.isnan(found).any(axis=1)).tolist() == [11, 40, 52]
    assert tiny.broken == {
        11: "ValueError: a token that breaks it",
        40: "ValueError: a token that breaks it",
        52: "the model's vector is not finite",
    }
    sound = np.setdiff1d(np.arange(60), [11, 40, 52])
    np.testing.assert_allclose(found[sound], expected[sound], atol=1e-5)
    tiny.pooled(ids[:3])
    assert tiny.broken == {}


def test_model_that_breaks_on_everything_is_an_error(tiny):
    tiny.runs = replace(tiny.runs, network=Breaks(tiny.network))
    with pytest.raises(RuntimeError, match="broke on every one of 3 texts; on the first with ValueError: a token"):
        tiny.pooled([np.array([9, BAD])] * 3)


def test_one_row_that_breaks_is_no_error(tiny):
    tiny.runs = replace(tiny.runs, network=Breaks(tiny.network))
    assert np.isnan(tiny.pooled([np.array([9, BAD])])).all()


def test_rows_without_weights_for_them_never_reach_the_model(tiny):
    found = tiny.pooled(
        [np.array([9]), np.array([], dtype=np.int64), np.array([9, 999]), np.arange(33) % 9, -np.ones(1)]
    )
    assert np.isnan(found).any(axis=1).tolist() == [False, True, True, True, True]
    assert tiny.broken[1] == "it has 0 tokens; the model reads 1 to 32"
    assert "the model knows 0 to" in tiny.broken[2]
    assert sorted(tiny.broken) == [1, 2, 3, 4]


def test_smaller_batches_are_kept_after_memory_ran_out(tiny):
    class Small(torch.nn.Module):
        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor):
            if input_ids.numel() > 100:
                raise torch.OutOfMemoryError("no room")
            return tiny.network(input_ids=input_ids, attention_mask=attention_mask)

    ids = rows(100, 16, 30)
    expected = tiny.pooled(ids)
    tiny.runs = replace(tiny.runs, network=Small())
    np.testing.assert_allclose(tiny.pooled(ids), expected, atol=1e-5)
    assert tiny.runs.tokens_per_batch <= 200
    assert not tiny.broken


def test_no_batch_is_larger_than_the_budget_however_many_rows(tiny):
    largest = 0

    class Watched(torch.nn.Module):
        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor):
            nonlocal largest
            largest = max(largest, input_ids.numel())
            return tiny.network(input_ids=input_ids, attention_mask=attention_mask)

    tiny.runs = replace(tiny.runs, network=Watched())
    tiny.pooled(rows(2_000, 16, 30))
    assert 1_024 < largest <= tiny.runs.tokens_per_batch


def test_progress_counts_rows_and_tokens(tiny):
    seen: list[tuple[int, int, int]] = []
    ids = rows(90, 30, 30)
    tiny.runs.tokens_per_batch = 128
    tiny.pooled([*ids, np.array([999])], lambda *figures: seen.append(figures))
    assert seen[-1] == (91, 91, sum(len(one) for one in ids))
    assert seen == sorted(seen)
    assert len(seen) > 10


def test_compiles_once_enough_tokens_came(tiny, monkeypatch):
    asked = []

    def compiled(network, warm_up):
        warm_up(network)
        asked.append(network)
        return network, "compiled"

    monkeypatch.setattr("resources.encoding.processor.compiled", compiled)
    tiny.runs.compile_above = 250
    ids = [np.arange(9, 19)] * 10
    for n_compiled in (0, 0, 1, 1):
        tiny.pooled(ids)
        assert len(asked) == n_compiled
    assert tiny.how.endswith("compiled")
    assert tiny.pooled(ids[:1]).shape == (1, 16)


def test_without_a_compiler_the_model_runs_as_it_is(tiny, monkeypatch):
    monkeypatch.setattr(compiling.shutil, "which", lambda _: None)
    tiny.runs.compile_above = 0
    ids = rows(20, 32, 30)
    assert np.isfinite(tiny.pooled(ids)).all()
    assert tiny.how.endswith("not compiled: no C++ compiler")


def test_compiler_that_stumbles_is_no_error(tiny, monkeypatch, caplog):
    def stumbles(network, dynamic):
        def run(**_):
            raise NotImplementedError("no such thing")

        return run

    monkeypatch.setattr(torch, "compile", stumbles)
    tiny.runs.compile_above = 0
    assert np.isfinite(tiny.pooled(rows(20, 32, 30))).all()
    assert tiny.how.endswith("not compiled: NotImplementedError")
    assert "runs uncompiled: no such thing" in caplog.text


@pytest.mark.parametrize(
    ("can", "precision", "above"),
    [
        ({"amx_bf16": True, "avx512_bf16": True}, "bf16", 800_000),
        ({"avx512_bf16": True}, "bf16", 1_500_000),
        ({"avx2": True}, "fp32", None),
    ],
)
def test_arithmetic_follows_the_processor(monkeypatch, can, precision, above):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: can)
    assert devices.chosen_precision("cpu") == precision
    assert compiling.compile_above_tokens("cpu", precision) == above


def test_processor_is_what_runs_without_a_card(tiny):
    assert isinstance(tiny.runs, Processor)
    assert (tiny.device, tiny.hidden_size, tiny.max_positions) == ("cpu", 16, 32)
