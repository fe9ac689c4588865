"""The knowledge graph as arrays: entities, relations, and facts between them; and people's choices as facts beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xdrec_assets.joined.history import History

TRIPLE = pa.schema(
    [("head", pa.string()), ("relation", pa.string()), ("tail", pa.string()), ("confidence", pa.float32())]
)
CHOSE = "chose"
PERSON = "person/"
"""A person is written person/person_id, as an item is written platform/item_id."""


@dataclass(frozen=True)
class KnowledgeGraph:
    """Entities, relations and facts, each fact once, sorted by (head, relation, tail)."""

    entities: NDArray[np.object_]  # (n_entities,) str, each once
    relations: NDArray[np.object_]  # (n_relations,) str, each once
    head: NDArray[np.int32]  # (n_facts,) into entities
    relation: NDArray[np.int32]  # (n_facts,) into relations
    tail: NDArray[np.int32]  # (n_facts,) into entities
    confidence: NDArray[np.float32]  # (n_facts,) in (0, 1]

    @property
    def n_entities(self) -> int:
        """How many entities there are."""
        return len(self.entities)

    @property
    def n_relations(self) -> int:
        """How many relations there are."""
        return len(self.relations)

    @property
    def n_facts(self) -> int:
        """How many facts there are."""
        return len(self.head)

    def only(self, facts: NDArray) -> KnowledgeGraph:
        """The same entities and relations under the same numbers, with some of the facts: indices or a mask."""
        parts = (self.head, self.relation, self.tail, self.confidence)
        return KnowledgeGraph(self.entities, self.relations, *(part[facts] for part in parts))


def item_names(history: History) -> NDArray[np.object_]:
    """How the graph writes each item, (n_items,) str: platform/item_id."""
    platforms = np.array(history.platforms, dtype=object)[history.item_platform]
    return np.asarray(platforms + "/" + history.item_id, dtype=object)


def graph_of(triples: pa.Table) -> KnowledgeGraph:
    """The graph of a table of triples; a fact that several sources tell has the highest confidence among them.

    triples: columns head, relation, tail (text), and confidence in [0, 1] where there is one; facts of confidence 0 are
    left out.
    """
    if "confidence" not in triples.column_names:
        triples = triples.append_column("confidence", pa.repeat(pa.scalar(1.0, pa.float32()), triples.num_rows))
    triples = triples.filter(pc.greater(triples["confidence"], 0))
    keys = ["head", "relation", "tail"]
    triples = triples.select([*keys, "confidence"]).cast(TRIPLE)
    best = triples.group_by(keys).aggregate([("confidence", "max")])
    entities = _sorted_names(pa.chunked_array([*best["head"].chunks, *best["tail"].chunks], pa.string()))
    relations = _sorted_names(best["relation"])
    head, tail = (_numbers(best[side], entities) for side in ("head", "tail"))
    confidence = best["confidence_max"].to_numpy().astype(np.float32)
    return _sorted_graph(entities, relations, head, _numbers(best["relation"], relations), tail, confidence)


def with_choices(graph: KnowledgeGraph, history: History) -> KnowledgeGraph:
    """The graph with people, the items that they chose, and who chose what, as strong as the choice was.

    Entities and relations keep their numbers; those that are new come after them. Choosing is the last relation.
    """
    if not len(history.item):
        return graph
    items, people = item_names(history), PERSON + history.person_id
    names = np.concatenate([items[np.unique(history.item)], people[np.unique(history.person)]])
    new = pc.invert(pc.is_in(pa.array(names, pa.string()), pa.array(graph.entities, pa.string())))
    entities = np.concatenate([graph.entities, names[np.asarray(new)]])
    relations = np.concatenate([graph.relations, np.array([CHOSE], dtype=object)])
    head = _numbers(pa.array(people[history.person], pa.string()), entities)
    tail = _numbers(pa.array(items[history.item], pa.string()), entities)
    chose = np.full(len(head), graph.n_relations, dtype=np.int32)
    return _sorted_graph(
        entities,
        relations,
        np.concatenate([graph.head, head]),
        np.concatenate([graph.relation, chose]),
        np.concatenate([graph.tail, tail]),
        np.concatenate([graph.confidence, history.strength]),
    )


def triples_of_scope(triples: pa.Table, platforms: Sequence[str], platform: str) -> pa.Table:
    """The triples that a platform alone may know: those that name no item of another of the platforms."""
    others = "|".join(name for name in platforms if name != platform)
    if not others:
        return triples
    named = [pc.match_substring_regex(triples[side], f"^(?:{others})/") for side in ("head", "tail")]
    return triples.filter(pc.invert(pc.or_(*named)))


def _sorted_graph(
    entities: NDArray[np.object_],
    relations: NDArray[np.object_],
    head: NDArray[np.int32],
    relation: NDArray[np.int32],
    tail: NDArray[np.int32],
    confidence: NDArray[np.float32],
) -> KnowledgeGraph:
    order = np.lexsort((tail, relation, head))
    return KnowledgeGraph(entities, relations, head[order], relation[order], tail[order], confidence[order])


def _sorted_names(column: pa.ChunkedArray) -> NDArray[np.object_]:
    return np.array(sorted(pc.unique(column).to_pylist()), dtype=object)


def _numbers(column: pa.ChunkedArray | pa.Array, names: NDArray[np.object_]) -> NDArray[np.int32]:
    found = pc.index_in(column, value_set=pa.array(names, pa.string()))
    return np.asarray(found.to_numpy(zero_copy_only=False) if isinstance(found, pa.Array) else found.to_numpy()).astype(
        np.int32
    )
