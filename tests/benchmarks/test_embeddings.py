import gzip
import sys

import numpy as np
import pytest

from benchmarks import embeddings
from benchmarks.embeddings import Racer, deviation, flop_per_token, mixed_texts, print_table, titles, tokenizer_of
from resources.encoding.model_files import packaged_minilm

MINILM = packaged_minilm().location


def test_texts_are_of_mixed_length_and_the_same_each_time():
    texts = mixed_texts(2_000, MINILM)
    lengths = np.array([len(one.ids) for one in tokenizer_of(MINILM).encode_batch_fast(texts)])
    assert 76 < lengths.mean() < 82
    assert (lengths.min() < 15, lengths.max()) == (True, 256)
    assert mixed_texts(3, MINILM) == mixed_texts(3, MINILM)


def test_titles_are_drawn_from_both_platforms_and_empty_ones_left_out(tmp_path):
    with gzip.open(tmp_path / "items.csv.gz", "wt", encoding="utf-8") as file:
        file.write('item_id,domain,title\n1,food,"Tea, green"\n2,kitchen,\n3,kitchen,A  kettle\n')
    assert sorted(titles(tmp_path, 10)) == ["A kettle", "Tea, green"]
    assert len(titles(tmp_path, 1)) == 1


def test_operations_of_a_token_are_those_of_six_layers():
    layer = 4 * 384 * 384 + 2 * 384 * 1536
    assert flop_per_token(MINILM) == 2 * 6 * layer


def test_deviation_is_of_the_worst_row_and_of_direction_only():
    left = np.array([[1.0, 0.0], [0.0, 2.0]])
    assert deviation(left, 3 * left) == 0
    assert deviation(left, np.array([[1.0, 0.0], [1.0, 1.0]])) == pytest.approx(1 - 1 / np.sqrt(2))
    assert np.isnan(deviation(left, left[:1]))


def test_table_compares_with_sentence_transformers(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(embeddings, "has_card", lambda: False)
    racers = []
    for name, cpu in ((embeddings.FP32, 8.0), (embeddings.BF16, 4.0), ("ours, as chosen", 2.0)):
        np.save(tmp_path / f"{name}.npy", np.eye(2))
        best = {"cpu": cpu, "wall": cpu, "peak_mb": 512.0, "warm_up": 1.0, "float32": 1e9, "bfloat16": 2e9}
        racers.append(Racer(name, None, tmp_path / f"{name}.npy", best))
    print_table(racers, n_texts=100, n_tokens=8_000, flop=1e5)
    last = next(line for line in capsys.readouterr().out.splitlines() if "as chosen" in line)
    assert last == "| ours, as chosen | 50 | 4,000 | cpu | 4.00 | 2.00 | 0e+00 | 20% | 512 | 1.0 |"


def test_contender_that_ends_early_is_said(tmp_path):
    import subprocess

    command = [sys.executable, "-c", "pass"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process, pytest.raises(RuntimeError, match="ours ended early"):
        Racer("ours", process, tmp_path, {}).answer()
