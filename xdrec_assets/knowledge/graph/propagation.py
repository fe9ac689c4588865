"""A graph neural network without layers of weights: entities become the means of what stands around them.

LightGCN (He et al., 2020): a layer is the sum over neighbours with weights 1 / sqrt(|N_u| |N_i|) (eq. 3), and an
entity's vector is the mean of its own and of all layers (eq. 4 with equal weights; eq. 8 in matrices).

The variant aware of relations changes the neighbour's vector by the relation before it is summed, as CompGCN's
composition does (Vashishth et al., 2020, eq. 2), here by the product that ComplEx scores with: the message is where the
neighbour, by this relation, expects the entity to be. KGIN (Wang et al., 2021) leaves weights out in the same way.

While it learns, a step sees a sample of the neighbours, layer by layer (GraphSAGE, Hamilton et al., 2017, algorithm 2),
so that neither the graph nor the table has to fit on the card; the vectors that come out in the end see all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xdrec_assets.knowledge.graph.graph import KnowledgeGraph
from xdrec_assets.knowledge.graph.row_table import RowTable, rows_at
from xdrec_assets.knowledge.graph.scorers import Scorer

EDGES_AT_ONCE = 500_000


@dataclass(frozen=True)
class Edges:
    """Messages from one entity to another: places among a step's nodes, or numbers of entities."""

    to: NDArray[np.int64]
    source: NDArray[np.int64]
    relation: NDArray[np.int32]
    sign: NDArray[np.float32]  # 1 where the source is the fact's head, -1 where it is the tail
    weight: NDArray[np.float32]


class Neighbourhood:
    """Who stands around each entity, facts taken in both directions."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        """All facts of the graph count."""
        to = np.concatenate([graph.tail, graph.head]).astype(np.int64)
        order = np.argsort(to, kind="stable")
        self.source = np.concatenate([graph.head, graph.tail])[order]
        self.relation = np.tile(graph.relation, 2)[order]
        self.sign = np.repeat(np.array([1, -1], np.float32), graph.n_facts)[order]
        self.degree = np.bincount(to, minlength=graph.n_entities)
        self.start = np.cumsum(self.degree) - self.degree

    def sampled(self, entities: NDArray[np.int64], fan_out: int, rng: np.random.Generator) -> Edges:
        """At most `fan_out` neighbours of each entity, drawn with replacement where it has more.

        Weights are larger by degree / fan_out there, so that sums are right in expectation. `to` counts the entities
        given, `source` numbers all.
        """
        count = np.minimum(self.degree[entities], fan_out)
        to = np.repeat(np.arange(len(entities)), count)
        degree = self.degree[entities][to]
        within = np.arange(len(to)) - np.repeat(np.cumsum(count) - count, count)
        drawn = np.where(degree > fan_out, (rng.random(len(to)) * degree).astype(np.int64), within)
        return self._edges(to, self.start[entities][to] + drawn, degree, degree / count[to])

    def around(self, first: int, last: int) -> Edges:
        """All neighbours of the entities first to last - 1; `to` counts from the first."""
        count = self.degree[first:last]
        to = np.repeat(np.arange(len(count)), count)
        begin = int(self.start[first]) if first < len(self.start) else 0
        return self._edges(to, begin + np.arange(len(to)), count[to], np.ones(len(to)))

    def _edges(self, to: NDArray, places: NDArray, degree: NDArray, scale: NDArray) -> Edges:
        source = self.source[places].astype(np.int64)
        weight = (scale / np.sqrt(degree * self.degree[source])).astype(np.float32)
        return Edges(to, source, self.relation[places], self.sign[places], weight)

    def chunks(self) -> list[tuple[int, int]]:
        """Ranges of entities that cover all, each with about `EDGES_AT_ONCE` neighbours."""
        ends = np.searchsorted(np.cumsum(self.degree), np.arange(0, self.degree.sum(), EDGES_AT_ONCE)[1:])
        bounds = np.unique([0, *ends, len(self.degree)]).tolist()
        return list(pairwise(bounds))


class Propagation:
    """Vectors of entities by propagation over the graph from a table of their own vectors."""

    def __init__(
        self,
        graph: KnowledgeGraph,
        own: RowTable,
        scorer: Scorer | None,
        layers: int,
        fan_out: int,
    ) -> None:
        """scorer: of the variant aware of relations; without it a neighbour's vector is taken as it is."""
        self.own, self.scorer = own, scorer
        self.layers, self.fan_out = layers, fan_out
        self.neighbourhood = Neighbourhood(graph)

    def vectors(self, entities: NDArray[np.int64], relations: Tensor, rng: np.random.Generator) -> Tensor:
        """Vectors (n, d) of some entities, each given once, that a step can learn from; neighbours are sampled.

        relations: (n_relations, width), all of them.
        """
        nodes, steps = entities, []
        for _ in range(self.layers):
            edges = self.neighbourhood.sampled(nodes, self.fan_out, rng)
            steps.append((edges, len(nodes)))
            nodes, edges.source[:] = _with_sources(nodes, edges.source)
        layer = self.own.take(torch.from_numpy(nodes))  # begins with the nodes of the layer after it, as all do
        total = layer[: len(entities)]
        for edges, n_nodes in reversed(steps):
            layer = self._messages(rows_at(layer, edges.source), edges, relations, n_nodes)
            total = total + layer[: len(entities)]
        return total / (self.layers + 1)

    def all_vectors(self, relations: Tensor) -> Tensor:
        """Vectors (n_entities, d) of all entities, all neighbours counted, on the host; made some rows at a time."""
        layer = self.own.rows.cpu()
        total = layer.clone()
        for _ in range(self.layers):
            parts = [self._part(layer, first, last, relations) for first, last in self.neighbourhood.chunks()]
            layer = torch.cat(parts)
            total += layer
        return total / (self.layers + 1)

    def _part(self, layer: Tensor, first: int, last: int, relations: Tensor) -> Tensor:
        edges = self.neighbourhood.around(first, last)
        sources = rows_at(layer, edges.source).to(relations.device)
        return self._messages(sources, edges, relations, last - first).cpu()

    def _messages(self, sources: Tensor, edges: Edges, relations: Tensor, n_nodes: int) -> Tensor:
        """The weighted sums (n_nodes, d) of what sources (n_edges, d) say to the nodes."""
        device = sources.device
        if self.scorer is not None:
            relation = rows_at(relations, edges.relation)
            sources = self.scorer.query(sources, relation, torch.from_numpy(edges.sign).to(device)[:, None])
        weighted = sources * torch.from_numpy(edges.weight).to(device)[:, None]
        empty = torch.zeros((n_nodes, sources.shape[1]), device=device)
        return empty.index_add(0, torch.from_numpy(edges.to).to(device), weighted)


def _with_sources(nodes: NDArray[np.int64], sources: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Nodes and, after them, the sources that are not among them; and the sources' places there."""
    new = np.setdiff1d(sources, nodes)
    grown = np.concatenate([nodes, new])
    order = np.argsort(grown)
    return grown, order[np.searchsorted(grown, sources, sorter=order)]
