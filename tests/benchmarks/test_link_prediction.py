"""The benchmark of link prediction: what it reads, compares and prints."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from benchmarks.link_prediction import most_frequent, ours, read_graph, row, settings_of
from tests.knowledge.graph.graphs import planted_triples
from tests.real_data import real_data
from xdrec_assets.knowledge.graph.graph import graph_of
from xdrec_assets.knowledge.graph.settings import GraphSettings
from xdrec_assets.knowledge.graph.splitting import split_facts


def test_a_recbole_file_is_read_as_text(tmp_path: Path) -> None:
    file = tmp_path / "x.kg.gz"
    file.write_bytes(gzip.compress(b"head_id:token\trelation_id:token\ttail_id:token\n007\tlikes\t42\n"))
    assert read_graph(file).entities.tolist() == ["007", "42"]


def test_movielens_graph_says_nearly_everything_in_both_directions() -> None:
    graph = read_graph(real_data("movielens_100k") / "ml-100k.kg.gz")
    assert (graph.n_facts, graph.n_entities, graph.n_relations) == (91_631, 34_628, 24)
    split = split_facts(graph, 0.05, np.random.default_rng(0))
    trained = {frozenset(pair) for pair in zip(split.train.head.tolist(), split.train.tail.tolist(), strict=True)}
    assert not trained & {
        frozenset(pair) for pair in zip(split.test.head.tolist(), split.test.tail.tolist(), strict=True)
    }


def test_both_are_judged_on_the_same_facts() -> None:
    split = split_facts(graph_of(planted_triples(np.random.default_rng(0), 60)), 0.1, np.random.default_rng(0))
    settings = GraphSettings(encoder="transe", size=16, epochs=20, batch=128, held_out=0.1)
    assert ours(split, settings)["mrr"] > most_frequent(split)["mrr"] > 0


def test_networks_are_regularised_and_the_compared_models_are_not() -> None:
    assert settings_of("complex", 3).regularisation == 0
    assert settings_of("relational", 3).regularisation > 0
    assert settings_of("transe", 3).epochs == 3


def test_a_row_has_the_peer_s_figures_or_dashes() -> None:
    mine = {"mrr": 0.5, "hits_at_10": 0.75, "seconds": 10.0}
    assert row("transe", mine) == "| transe | 0.500 | 0.750 | 10 | – | – | – | – |"
    assert row("transe", mine, {**mine, "seconds": 25.0}).endswith("| 0.500 | 0.750 | 25 | 2.5 |")
    with pytest.raises(KeyError):
        row("transe", {"mrr": 0.5})
