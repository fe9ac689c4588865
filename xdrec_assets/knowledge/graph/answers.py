"""What is known to be true: the entities that stand at the other end of an entity and a relation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.knowledge.graph.graph import KnowledgeGraph


class TrueAnswers:
    """All true tails of (head, relation, ?) and heads of (?, relation, tail), looked up many questions at once."""

    def __init__(self, *graphs: KnowledgeGraph) -> None:
        """Facts of all graphs count; they have the same entities and relations."""
        self.n_relations = graphs[0].n_relations
        head, relation, tail = (np.concatenate([getattr(g, name) for g in graphs]) for name in GRAPH_PARTS)
        questions = np.concatenate([self._questions(head, relation, True), self._questions(tail, relation, False)])
        answers = np.concatenate([tail, head])
        order = np.lexsort((answers, questions))
        self._known, starts = np.unique(questions[order], return_index=True)
        self._starts = np.append(starts, len(order))
        self._answers = answers[order]

    def of(
        self, anchor: NDArray[np.int32], relation: NDArray[np.int32], asks_tail: NDArray[np.bool_] | bool
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The true answers to some questions as pairs: the question's place among those given, and an entity.

        asks_tail: whether `anchor` is the head and the tail is asked for, or the other way round; one for all, or one
        per question.
        """
        questions = self._questions(anchor, relation, asks_tail)
        place = np.minimum(np.searchsorted(self._known, questions), len(self._known) - 1)
        count = np.where(self._known[place] == questions, self._starts[place + 1] - self._starts[place], 0)
        rows = np.repeat(np.arange(len(questions)), count)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        return rows, self._answers[np.repeat(self._starts[place], count) + within]

    def _questions(
        self, anchor: NDArray[np.int32], relation: NDArray[np.int32], asks_tail: NDArray[np.bool_] | bool
    ) -> NDArray[np.int64]:
        """One number per question."""
        return (anchor.astype(np.int64) * self.n_relations + relation) * 2 + asks_tail


GRAPH_PARTS = ("head", "relation", "tail")
