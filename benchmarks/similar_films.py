"""How well the nearest films share director and genre, by single source and by all fused, on MovieLens-100k.

    python -m benchmarks.similar_films --data DIR [--vectors CACHE.npy]

Precision@10: the share of a film's ten nearest by cosine that have a director (a genre) in common with it, the mean
over films that share a director (a genre) with any other. A source that does not know a film finds nothing for it,
which counts 0; how many films it knows stands beside. Intervals are 95 % bootstrap intervals over films. A fusion
stands beside the single source that is best by the label, film by film: the mean of the differences, and its interval.

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
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.data_sets import encode_texts, read_movielens
from benchmarks.held_out import RESAMPLES, interval
from resources.encoding.word_vectors import fit_words
from xdrec_assets.embeddings.vectors import is_known, unit_rows
from xdrec_assets.embeddings.whitening import whitened
from xdrec_assets.evaluation.protocols.splits import history_of
from xdrec_assets.evaluation.uncertainty.bootstrap import resample
from xdrec_assets.evaluation.uncertainty.paired import compare
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.behaviour import behaviour_vectors
from xdrec_assets.knowledge.fusion.fuse import fuse
from xdrec_assets.knowledge.fusion.settings import FusionSettings
from xdrec_assets.knowledge.settings import KnowledgeSettings

K, WORDS_SIZE, ACTORS = 10, 128, 10
LATER = date(1999, 1, 1)  # after the last rating: nothing is predicted here
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
    data = read_movielens(folder)
    history = history_of(data.events, LATER)
    with gzip.open(folder / "clayrs_items_info.json.gz", "rt", encoding="utf-8") as file:
        about = {film["movielens_id"]: film for film in json.load(file)}
    films = [about.get(item, {}) for item in history.item_id]
    return Films(
        history,
        data.texts,
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


@dataclass
class Table:
    """Prints rows of the Markdown table as they come, and remembers the best single source by each label."""

    films: Films
    best: list[np.ndarray] = field(default_factory=list)
    """By label, what the best source gives each judged film."""

    def head(self) -> None:
        """The first two lines."""
        heads = ["director P@10", "genre P@10", "director: beside the best source", "genre: beside the best source"]
        print(f"| vectors | films known | {' | '.join(heads)} | seconds |\n|---|---:|{'---|' * len(heads)}---:|")

    def source(self, title: str, vectors: np.ndarray, seconds: float) -> None:
        """A row of one source."""
        found = self._precisions(vectors)
        best = self.best or found
        self.best = [max(pair, key=np.mean) for pair in zip(best, found, strict=True)]
        self._print(title, vectors, found, ["", ""], seconds)

    def fused(self, title: str, vectors: np.ndarray, seconds: float) -> None:
        """A row of a fusion."""
        found = self._precisions(vectors)
        beside = [gap(*pair) for pair in zip(found, self.best, strict=True)]
        self._print(f"fused: {title}", vectors, found, beside, seconds)

    def _precisions(self, vectors: np.ndarray) -> list[np.ndarray]:
        return [precision(vectors, labels) for labels in (self.films.directors, self.films.genres)]

    def _print(
        self, title: str, vectors: np.ndarray, found: Sequence[np.ndarray], beside: Sequence[str], seconds: float
    ) -> None:
        cells = [mean_of(values) for values in found] + [*beside]
        print(f"| {title} | {is_known(vectors).sum():,} | {' | '.join(cells)} | {seconds:.1f} |", flush=True)


def mean_of(values: np.ndarray) -> str:
    """A mean and its interval."""
    low, high = interval(values)
    return f"{values.mean():.4f} ({low:.4f}–{high:.4f})"


def gap(values: np.ndarray, others: np.ndarray) -> str:
    """The mean of the differences of the same films, and its interval."""
    one, other = resample(np.arange(len(values)), np.column_stack([values, others]), seed=0, n=RESAMPLES)
    found = compare(one, other)
    return f"{found.difference:+.4f} ({found.low:+.4f} to {found.high:+.4f})"


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
        "text": encode_texts(films.text, arguments.vectors),
        "words": fit_words("tfidf", films.text, WORDS_SIZE).encode(films.text),
        "behaviour": behaviour,
        "graph": unit_rows(graph),
    }
    sources = {name: whitened(vectors) for name, vectors in given.items()}
    table = Table(films)
    table.head()
    for name, vectors in sources.items():
        table.source(name, vectors, graph_seconds if name == "graph" else 0)
    text_first = {name: 1.0 if name == "text" else 0.1 for name in sources}
    for strategy in STRATEGIES:
        fused_row(table, strategy, {"strategy": strategy}, sources)
    for strategy in ("weighted", "concat"):
        fused_row(table, f"{strategy}, text first", {"strategy": strategy, "weights": text_first}, sources)


def fused_row(table: Table, title: str, how: Mapping[str, Any], sources: Mapping[str, np.ndarray]) -> None:
    """Fuse and print the row."""
    began = time.perf_counter()
    fused = fuse(sources, FusionSettings.model_validate(how), table.films.history)
    table.fused(title, fused, time.perf_counter() - began)


if __name__ == "__main__":
    main()
