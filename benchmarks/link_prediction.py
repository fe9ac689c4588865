"""Link prediction on MovieLens-100K's Freebase graph: the most frequent answers, our encoders, and PyKEEN's.

    python -m benchmarks.link_prediction --data DATA/movielens_100k [--split together] [--peer PYTHON]
        [--encoders transe complex rotate lightgcn relational] [--epochs 10]

The graph says most things twice, once in each direction (film.film.genre, film_genre.films_in_this_genre). With
`--split apart` each fact is held out by itself, so that its mirror image mostly stays in the training part, as usual
random splits have it; with `together`, the default and what the pipeline does, both are held out. 5% of the facts are
the test part; both ends of each are ranked among all 34,628 entities, filtered, with realistic ranks.

PyKEEN (https://github.com/pykeen/pykeen) is not among the project's requirements and has pins of its own. Give it an
environment: `python -m venv ~/pykeen && ~/pykeen/bin/pip install pykeen`, and name its Python by `--peer`. Same split,
loss, distance, size, batch, negatives, passes and first values on both sides; training loop, sampling and evaluation
are each one's own: PyKEEN draws the negatives of every fact anew, here a few dozen facts share them. How many do was
chosen with figures of the test part in view, among 8, 16, 32 and 128 (docs/results.md); no other setting was. One
thread each.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
from pyarrow import csv

from xdrec_assets.knowledge.graph.answers import TrueAnswers
from xdrec_assets.knowledge.graph.encoding import PROPAGATED, SCORERS, encode_graph
from xdrec_assets.knowledge.graph.frequency import RelationFrequency
from xdrec_assets.knowledge.graph.graph import KnowledgeGraph, graph_of
from xdrec_assets.knowledge.graph.link_prediction import link_figures
from xdrec_assets.knowledge.graph.settings import GraphSettings
from xdrec_assets.knowledge.graph.splitting import Split, split_facts

HELD_OUT = 0.05
PEERS = ("transe", "complex", "rotate")


def read_graph(file: Path) -> KnowledgeGraph:
    """The graph of a RecBole .kg file, compressed or not: head, relation and tail between tabs below a header."""
    names = {f"{part}_id:token": part for part in ("head", "relation", "tail")}
    types = dict.fromkeys(names, pa.string())
    table = csv.read_csv(
        file, parse_options=csv.ParseOptions(delimiter="\t"), convert_options=csv.ConvertOptions(column_types=types)
    )
    return graph_of(table.rename_columns([names[name] for name in table.column_names]))


def settings_of(encoder: str, epochs: int) -> GraphSettings:
    """What every model is given alike; networks see sampled neighbours and so take bigger, fewer steps."""
    network = {"batch": 2048, "fan_out": 5, "learning_rate": 0.1} if encoder in PROPAGATED else {}
    common = {
        "encoder": encoder,
        "epochs": epochs,
        "negatives": 32,
        "regularisation": 0.0 if encoder in PEERS else 0.01,
    }
    return GraphSettings.model_validate({**common, **network})


def ours(split: Split, settings: GraphSettings) -> dict[str, float]:
    """Train for all passes, then judge on the test part."""
    began = time.perf_counter()
    encoded = encode_graph(split.train, settings, device="cpu")
    seconds = time.perf_counter() - began
    figures = link_figures(encoded, split.test, _known(split))
    assert figures is not None
    return {"mrr": figures.mrr, "hits_at_10": figures.hits_at_10, "seconds": seconds}


def most_frequent(split: Split) -> dict[str, float]:
    """The baseline on the test part."""
    figures = link_figures(RelationFrequency(split.train), split.test, _known(split))
    assert figures is not None
    return {"mrr": figures.mrr, "hits_at_10": figures.hits_at_10, "seconds": 0.0}


def peer(split: Split, settings: GraphSettings, python: Path) -> dict[str, float]:
    """PyKEEN's figures, from a process of its own."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "split.npz"
        parts = {name: _facts(getattr(split, name)) for name in ("train", "validation", "test")}
        np.savez(file, n_entities=split.train.n_entities, n_relations=split.train.n_relations, **parts)
        script = Path(__file__).with_name("pykeen_peer.py")
        done = subprocess.run(
            [python, script, file, settings.model_dump_json()], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise SystemExit(f"{python} {script.name} failed:\n{done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _facts(graph: KnowledgeGraph) -> np.ndarray:
    return np.stack([graph.head, graph.relation, graph.tail], axis=1)


def _known(split: Split) -> TrueAnswers:
    return TrueAnswers(split.train, split.validation, split.test)


def row(name: str, mine: Mapping[str, float], its: Mapping[str, float] | None = None) -> str:
    """A line of the table."""
    cells = [f"{mine['mrr']:.3f}", f"{mine['hits_at_10']:.3f}", f"{mine['seconds']:.0f}"]
    cells += [f"{its['mrr']:.3f}", f"{its['hits_at_10']:.3f}", f"{its['seconds']:.0f}"] if its else ["–"] * 3
    cells += [f"{its['seconds'] / mine['seconds']:.1f}"] if its else ["–"]
    return f"| {name} | " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table, a row when it is known."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", choices=("together", "apart"), default="together")
    parser.add_argument("--encoders", nargs="*", choices=tuple(SCORERS), default=list(SCORERS))
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--peer", type=Path, help="the Python of an environment that has PyKEEN")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    graph = read_graph(asked.data / "ml-100k.kg.gz")
    split = split_facts(graph, HELD_OUT, np.random.default_rng(0), pairs_together=asked.split == "together")
    print(f"{graph.n_facts:,} facts, {split.train.n_facts:,} to learn from, {split.test.n_facts:,} to be found\n")
    if asked.peer is None or not asked.peer.exists():
        print(
            "PyKEEN is left out: name the Python of an environment that has it by --peer (see the top of this file)\n"
        )
        asked.peer = None
    print("| model | MRR | Hits@10 | seconds | PyKEEN: MRR | Hits@10 | seconds | its time / ours |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    print(row("most frequent", most_frequent(split)), flush=True)
    for encoder in asked.encoders:
        settings = settings_of(encoder, asked.epochs)
        mine = ours(split, settings)
        its = peer(split, settings, asked.peer) if asked.peer and encoder in PEERS else None
        print(row(encoder, mine, its), flush=True)


if __name__ == "__main__":
    main()
