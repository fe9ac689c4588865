"""How well the nearest films share director and genre, by single source and by all fused, on MovieLens-100k.

    python -m benchmarks.similar_films --data DIR [--vectors CACHE.npy]

Precision@10: the share of a film's ten nearest by cosine that have a director (a genre) in common with it, the mean
over films that share a director (a genre) with any other. A source that does not know a film finds nothing for it,
which counts 0; how many films it knows stands beside.

No source holds what it is judged by: texts are title and plot, the facts of the graph are the films' first ten actors
and their year. Sources: text, a language model of title and plot; words, TF-IDF with SVD of the same; behaviour,
ratings from four stars on; graph, the graph encoder of the settings. All settings are the defaults, by which all
sources weigh the same; "text first" weighs the others a tenth.

The Freebase graph beside the data cannot be used here: the numbers in ml-100k.link.gz are those of the larger MovieLens
sets (260 is Star Wars, 50 in this one; 858 The Godfather, 127 in this one). Films that it gives one director never have
one in the films' own data. The data set has no documents.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.food_kitchen_rankers import encode_titles
from benchmarks.held_out import interval
from benchmarks.movielens_plots import read_films
from resources.encoding.word_vectors import fit_words
from xdrec_assets.embeddings.vectors import is_known, unit_rows
from xdrec_assets.embeddings.whitening import whitened
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.behaviour import behaviour_vectors
from xdrec_assets.knowledge.fusion.fuse import fuse
from xdrec_assets.knowledge.fusion.settings import FusionSettings
from xdrec_assets.knowledge.settings import KnowledgeSettings

K, WORDS_SIZE, ACTORS = 10, 128, 10
LATER = datetime(1999, 1, 1, tzinfo=UTC)  # after the last rating: nothing is predicted here
STRATEGIES = ("sum", "concat", "gated", "attention", "experts")
DEFAULTS = KnowledgeSettings()


@dataclass(frozen=True)
class Films:
    """What is known of films, row by row, and what they are judged by."""

    history: History
    text: list[str]
    directors: list[set[str]]
    genres: list[set[str]]
    cast: list[list[str]]
    """The first ten."""
    year: list[str]


def read_all(folder: Path) -> Films:
    """The films in the order of the history."""
    log = read_films(folder)
    history, _ = log.split(LATER)
    with gzip.open(folder / "clayrs_items_info.json.gz", "rt", encoding="utf-8") as file:
        about = {int(film["movielens_id"]): film for film in json.load(file)}
    films = [about.get(int(item), {}) for item in history.item_id]
    return Films(
        history,
        log.items.text.tolist(),
        [set(names(film.get("directors"))) for film in films],
        [set(names(film.get("genres"))) for film in films],
        [names(film.get("cast"))[:ACTORS] for film in films],
        [str(film.get("year") or "") for film in films],
    )


def names(listed: str | None) -> list[str]:
    """The names in a list with commas, in order.

    >>> names("Joel Coen, Ethan Coen"), names("N/A")
    (['Joel Coen', 'Ethan Coen'], [])
    """
    every = [name.strip() for name in (listed or "").split(",")]
    return [name for name in every if name not in ("", "N/A")]


def graph_vectors(films: Films) -> np.ndarray:
    """Vectors (n_items, d) of the films in the graph of their actors and years."""
    from xdrec_assets.knowledge.graph.encoding import encode_graph
    from xdrec_assets.knowledge.graph.graph import graph_of

    items = [f"films/{item}" for item in films.history.item_id]
    facts = [(item, "stars", f"actor/{name}") for item, cast in zip(items, films.cast, strict=True) for name in cast]
    facts += [(item, "came_out_in", f"year/{year}") for item, year in zip(items, films.year, strict=True) if year]
    graph = graph_of(pa.table(dict(zip(("head", "relation", "tail"), zip(*facts, strict=True), strict=True))))
    number = {name: i for i, name in enumerate(graph.entities)}
    place = np.array([number.get(item, -1) for item in items])
    learned = encode_graph(graph, DEFAULTS.graph).entities
    return np.asarray(np.where(place[:, None] >= 0, learned[place], 0), dtype=np.float32)


def precision(vectors: np.ndarray, labels: Sequence[set[str]], k: int = K) -> np.ndarray:
    """Share of the nearest k that have a label in common, of each film that shares one with any other: (n_judged,).

    >>> turn = np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1]], dtype=np.float32)
    >>> precision(turn, [{"a"}, {"a"}, {"b"}, set()], 1).tolist()
    [1.0, 1.0]
    """
    every = sorted(set().union(*labels))
    has = np.array([[name in own for name in every] for own in labels], dtype=np.float32)  # (n_items, n_labels)
    shares = has @ has.T > 0
    np.fill_diagonal(shares, val=False)
    known = is_known(vectors)
    scores = unit_rows(vectors) @ unit_rows(vectors).T
    scores[:, ~known] = -np.inf
    np.fill_diagonal(scores, -np.inf)
    nearest = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    found = np.take_along_axis(shares, nearest, axis=1).mean(axis=1) * known
    return np.asarray(found[shares.any(axis=1)])


def line(title: str, vectors: np.ndarray, films: Films, seconds: float) -> str:
    """A row of the Markdown table."""
    rng = np.random.default_rng(0)
    cells = []
    for labels in (films.directors, films.genres):
        values = precision(vectors, labels)
        low, high = interval(values, rng)
        cells.append(f"{values.mean():.4f} ({low:.4f}–{high:.4f})")
    return f"| {title} | {is_known(vectors).sum():,} | {' | '.join(cells)} | {seconds:.1f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the files of MovieLens-100k")
    parser.add_argument("--vectors", type=Path, help="keep the texts' vectors in this .npy file, or take them from it")
    arguments = parser.parse_args()
    films = read_all(arguments.data)
    began = time.perf_counter()
    graph = graph_vectors(films)
    graph_seconds = time.perf_counter() - began
    behaviour = behaviour_vectors(films.history, DEFAULTS.behaviour_size, DEFAULTS.seed)
    given = {
        "text": unit_rows(encode_titles(films.text, arguments.vectors)),
        "words": fit_words("tfidf", films.text, WORDS_SIZE).encode(films.text),
        "behaviour": behaviour,
        "graph": unit_rows(graph),
    }
    sources = {name: whitened(vectors) for name, vectors in given.items()}
    print("| vectors | films known | same director P@10 | same genre P@10 | seconds |\n|---|---:|---|---|---:|")
    for name, vectors in sources.items():
        print(line(name, vectors, films, graph_seconds if name == "graph" else 0), flush=True)
    text_first = {name: 1.0 if name == "text" else 0.1 for name in sources}
    for strategy in STRATEGIES:
        fused_line(strategy, {"strategy": strategy}, sources, films)
    for strategy in ("weighted", "concat"):
        fused_line(f"{strategy}, text first", {"strategy": strategy, "weights": text_first}, sources, films)


def fused_line(title: str, how: Mapping[str, Any], sources: Mapping[str, np.ndarray], films: Films) -> None:
    """Fuse and print the row."""
    began = time.perf_counter()
    fused = fuse(sources, FusionSettings.model_validate(how), films.history)
    print(line(f"fused: {title}", fused, films, time.perf_counter() - began), flush=True)


if __name__ == "__main__":
    main()
