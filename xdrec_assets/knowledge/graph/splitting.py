"""Hold facts out to judge encoders by, and others to know when to stop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.knowledge.graph.graph import KnowledgeGraph


@dataclass(frozen=True)
class Split:
    """Three parts of one graph's facts, with the same entities and relations under the same numbers."""

    train: KnowledgeGraph
    validation: KnowledgeGraph
    test: KnowledgeGraph


def split_facts(
    graph: KnowledgeGraph,
    share: float,
    rng: np.random.Generator,
    may_be_held: NDArray[np.bool_] | None = None,
    pairs_together: bool = True,
) -> Split:
    """Hold out a random share of the facts for testing, and as many for validation.

    All facts between the same two entities stay together, so that what is held out cannot be read off an inverse
    relation or a second wording in the training part (the leak of FB15k that Toutanova and Chen, 2015, found). Every
    entity and every relation keeps a fact in the training part; where too few can be spared, fewer are held out.

    may_be_held: (n_facts,) bool, facts that may leave the training part; none: all.
    pairs_together: without it each fact is held out by itself, as data sets with that leak are split.

    Raises ValueError where the share is not in [0, 0.5].
    """
    if not 0 <= share <= 0.5:
        raise ValueError(f"share of held-out facts is {share}, expected 0 to 0.5")
    pair = _pairs(graph) if pairs_together else np.arange(graph.n_facts)
    spare = np.ones(pair.max(initial=-1) + 1, dtype=bool)
    spare[pair[_needed(graph, pair, rng)]] = False
    if may_be_held is not None:
        spare[pair[~may_be_held]] = False
    order = rng.permutation(np.flatnonzero(spare))
    reached = np.cumsum(np.bincount(pair, minlength=len(spare))[order])
    wanted = share * graph.n_facts
    test, validation = order[reached <= wanted], order[(reached > wanted) & (reached <= 2 * wanted)]
    part = np.zeros(len(spare), dtype=np.int8)
    part[test], part[validation] = 2, 1
    train, valid, held = (graph.only(part[pair] == number) for number in (0, 1, 2))
    return Split(train, valid, held)


def _pairs(graph: KnowledgeGraph) -> NDArray[np.int64]:
    """A number per fact, the same for facts between the same two entities in whichever direction."""
    low, high = np.minimum(graph.head, graph.tail), np.maximum(graph.head, graph.tail)
    return np.unique(low.astype(np.int64) * graph.n_entities + high, return_inverse=True)[1]


def _needed(graph: KnowledgeGraph, pair: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """One random fact of every entity, and one of every relation."""
    order = np.argsort(rng.permutation(pair.max(initial=-1) + 1)[pair], kind="stable")
    of_entity = np.unique(np.concatenate([graph.head[order], graph.tail[order]]), return_index=True)[1]
    of_relation = np.unique(graph.relation[order], return_index=True)[1]
    return np.concatenate([order[of_entity % graph.n_facts], order[of_relation]])
