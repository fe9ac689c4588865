"""Small graphs: written out, and planted ones in which the facts that are held out follow from the others."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from xdrec_assets.knowledge.graph.graph import KnowledgeGraph, graph_of


def triples_of(*facts: tuple[str, str, str] | tuple[str, str, str, float]) -> pa.Table:
    """A table of facts (head, relation, tail, and maybe confidence)."""
    columns: Sequence[Sequence[object]] = list(zip(*[(*fact, 1.0)[:4] for fact in facts], strict=True))
    return pa.table(dict(zip(("head", "relation", "tail", "confidence"), columns, strict=True)))


def planted_triples(rng: np.random.Generator, n_films: int = 240, n_directors: int = 12) -> pa.Table:
    """Films by directors, each of whom has a genre, a studio and a troupe of five, of whom three play in a film."""
    facts = []
    for film in range(n_films):
        director = film % n_directors
        facts += [
            (f"video/{film:03d}", "directed_by", f"director {director}"),
            (f"video/{film:03d}", "has_genre", f"genre {director % 6}"),
            (f"video/{film:03d}", "made_by", f"studio {director % 4}"),
        ]
        facts += [
            (f"video/{film:03d}", "has_actor", f"actor {director * 5 + actor}")
            for actor in rng.choice(5, 3, replace=False)
        ]
    return triples_of(*facts)


def shuffled(graph: KnowledgeGraph, rng: np.random.Generator) -> KnowledgeGraph:
    """The same graph with the tails of each relation dealt out anew."""
    tail = graph.tail.copy()
    for relation in range(graph.n_relations):
        facts = np.flatnonzero(graph.relation == relation)
        tail[facts] = rng.permutation(tail[facts])
    names = graph.entities
    return graph_of(
        pa.table({"head": names[graph.head], "relation": graph.relations[graph.relation], "tail": names[tail]})
    )
