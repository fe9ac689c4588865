"""The baseline of link prediction that any encoder has to beat: the most frequent answer of a relation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from xdrec_assets.knowledge.graph.graph import KnowledgeGraph


class RelationFrequency:
    """Scores an entity by how many training facts of the relation it stands in, on the side that is asked for."""

    def __init__(self, train: KnowledgeGraph) -> None:
        """Count the facts of the training part."""
        self._of_tails, self._of_heads = (_counts(train, side) for side in (train.tail, train.head))

    def scores(
        self,
        anchor: NDArray[np.int32],  # noqa: ARG002
        relation: NDArray[np.int32],
        asks_tail: bool,
    ) -> NDArray[np.float32]:
        """Counts (n_questions, n_entities); the anchor plays no part."""
        counts = self._of_tails if asks_tail else self._of_heads
        return np.asarray(counts[relation].toarray(), dtype=np.float32)


def _counts(train: KnowledgeGraph, side: NDArray[np.int32]) -> csr_matrix:
    ones = np.ones(train.n_facts, dtype=np.float32)
    return csr_matrix((ones, (train.relation, side)), shape=(train.n_relations, train.n_entities))
