"""Vectors of entities as of a date: once from all platforms' facts together, and once from what each platform knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xdrec_assets.embeddings.vector_columns import vector_column
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.graph.answers import TrueAnswers
from xdrec_assets.knowledge.graph.encoding import PROPAGATED, EncodedGraph, encode_graph
from xdrec_assets.knowledge.graph.frequency import RelationFrequency
from xdrec_assets.knowledge.graph.graph import (
    CHOSE,
    PERSON,
    KnowledgeGraph,
    graph_of,
    item_names,
    triples_of_scope,
    with_choices,
)
from xdrec_assets.knowledge.graph.link_prediction import LinkFigures, link_figures
from xdrec_assets.knowledge.graph.settings import GraphSettings
from xdrec_assets.knowledge.graph.splitting import Split, split_facts
from xdrec_assets.knowledge.triples import LABEL

ALL = "all"
FACTS_JUDGED = 2000
"""Held-out facts by which an encoder is judged, at most."""


@dataclass(frozen=True)
class ScopeVectors:
    """What one scope's graph became."""

    scope: str  # "all", or a platform's name
    graph: KnowledgeGraph
    encoded: EncodedGraph
    figures: LinkFigures | None  # of the encoder; none where no fact could be held out
    baseline: LinkFigures | None  # of the most frequent answers, on the same facts


def encoded_scopes(
    history: History,
    triples: pa.Table,
    settings: GraphSettings,
    device: str = "auto",
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[ScopeVectors]:
    """The vectors of scope "all" and of every platform that has facts, or choices where the encoder takes them.

    In a platform's scope the graph is made of the facts that name no other platform's item, and of the platform's own
    choices. triples: columns head, relation, tail, confidence.
    """
    facts = triples.filter(pc.not_equal(triples["relation"], LABEL))  # what a thing is called is no fact of it
    is_alone = len(history.platforms) == 1  # then it knows all that there is, and learns no second time
    for scope in (ALL,) if is_alone else (ALL, *history.platforms):
        seen = history if scope == ALL else history.only(scope)
        known = facts if scope == ALL else triples_of_scope(facts, history.platforms, scope)
        graph = graph_of(known)
        if settings.encoder in PROPAGATED:
            graph = with_choices(graph, seen)
        if graph.n_facts:
            found = _encoded_scope(scope, graph, settings, device, progress)
            yield found
            if is_alone:
                yield replace(found, scope=history.platforms[0])


def _encoded_scope(
    scope: str,
    graph: KnowledgeGraph,
    settings: GraphSettings,
    device: str,
    progress: Callable[[int, int], None] | None,
) -> ScopeVectors:
    split = split_facts(graph, settings.held_out, np.random.default_rng(settings.seed), is_fact(graph))
    encoded = encode_graph(split.train, settings, split.validation, device, progress)
    return ScopeVectors(scope, graph, encoded, *judged(encoded, split, np.random.default_rng(settings.seed)))


def is_fact(graph: KnowledgeGraph) -> NDArray[np.bool_]:
    """Which of a graph's facts are facts, not choices, (n_facts,) bool."""
    return np.asarray(graph.relations[graph.relation] != CHOSE, dtype=bool)


def judged(
    encoded: EncodedGraph, split: Split, rng: np.random.Generator
) -> tuple[LinkFigures | None, LinkFigures | None]:
    """Figures of an encoder and of the most frequent answers on the same held-out facts, 2,000 of them at most."""
    some = rng.permutation(split.test.n_facts)[:FACTS_JUDGED]
    test, known = split.test.only(np.sort(some)), TrueAnswers(split.train, split.validation, split.test)
    return link_figures(encoded, test, known), link_figures(RelationFrequency(split.train), test, known)


def entity_vectors_table(
    history: History, titles: pa.ChunkedArray | pa.Array, triples: pa.Table, found: ScopeVectors
) -> pa.Table:
    """Rows of knowledge/entity_vectors of one scope: all entities but people.

    titles: (n_items,) what people call each item, null where nothing; other entities have their first label in
    `triples`.
    """
    names = found.graph.entities
    is_shown = ~is_person(found.graph)
    entity = pa.array(names[is_shown], pa.string())
    place = pc.index_in(entity, value_set=pa.array(item_names(history), pa.string()))
    labels = triples.filter(pc.equal(triples["relation"], LABEL)).sort_by(
        [("head", "ascending"), ("tail", "ascending")]
    )
    label = pc.index_in(entity, value_set=_combined(labels["head"]))
    return pa.table(
        {
            "as_of": pa.repeat(pa.scalar(history.as_of, pa.date32()), len(entity)),
            "scope": pa.repeat(pa.scalar(found.scope), len(entity)),
            "entity": entity,
            "kind": pc.if_else(place.is_valid(), "item", "entity"),
            "title": pc.coalesce(_combined(titles).take(place), _combined(labels["tail"]).take(label)),
            "vector": vector_column(found.encoded.entities[is_shown]),
        }
    )


def is_person(graph: KnowledgeGraph) -> NDArray[np.bool_]:
    """Which entities are people, who are in a graph with choices alone, (n_entities,) bool."""
    if CHOSE not in graph.relations:
        return np.zeros(graph.n_entities, dtype=bool)
    return np.char.startswith(graph.entities.astype(str), PERSON)


def _combined(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
