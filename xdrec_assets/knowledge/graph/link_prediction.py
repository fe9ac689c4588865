"""Link prediction: does a model rank the true other end of a held-out fact above all entities that would be false?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.knowledge.graph.answers import TrueAnswers
from xdrec_assets.knowledge.graph.graph import KnowledgeGraph

SCORES_AT_ONCE = 4_000_000
"""Scores held at a time, so that memory does not grow with the graph."""


class LinkScorer(Protocol):
    """Anything that says how likely each entity is the other end of a fact."""

    def scores(self, anchor: NDArray[np.int32], relation: NDArray[np.int32], asks_tail: bool) -> NDArray[np.float32]:
        """Scores (n_questions, n_entities), higher is likelier, of (anchor, relation, ?) or (?, relation, anchor)."""
        ...


@dataclass(frozen=True)
class LinkFigures:
    """How well held-out facts were found, both ends of each; every figure in [0, 1], higher is better."""

    n_facts: int
    mrr: float
    hits_at_1: float
    hits_at_3: float
    hits_at_10: float


def link_figures(scorer: LinkScorer, held_out: KnowledgeGraph, known: TrueAnswers) -> LinkFigures | None:
    """Mean reciprocal rank and hits of a model on held-out facts; None where none are held out.

    known: all true facts, training part and held-out parts: other true answers do not count against the model
    (the filtered setting of Bordes et al., 2013).
    """
    if not held_out.n_facts:
        return None
    ranks = filtered_ranks(scorer, held_out, known)
    hits = {f"hits_at_{k}": float(np.mean(ranks <= k)) for k in (1, 3, 10)}
    return LinkFigures(n_facts=held_out.n_facts, mrr=float(np.mean(1 / ranks)), **hits)


def filtered_ranks(scorer: LinkScorer, held_out: KnowledgeGraph, known: TrueAnswers) -> NDArray[np.float64]:
    """Ranks (2 * n_facts,) >= 1 of the true tails, then of the true heads, among all entities that are not also true.

    Entities with the same score share the mean of their ranks: the realistic rank (Berrendorf, Faerman, Vermue and
    Tresp, 2020, "On the Ambiguity of Rank-Based Evaluation of Entity Alignment or Link Prediction Methods").

    Raises ValueError where a score is not a number.
    """
    at_once = max(1, SCORES_AT_ONCE // held_out.n_entities)
    ranks = []
    for asks_tail in (True, False):
        anchor, target = (held_out.head, held_out.tail) if asks_tail else (held_out.tail, held_out.head)
        for start in range(0, held_out.n_facts, at_once):
            some = slice(start, start + at_once)
            ranks.append(_ranks(scorer, anchor[some], held_out.relation[some], target[some], asks_tail, known))
    return np.concatenate(ranks) if ranks else np.zeros(0)


def _ranks(
    scorer: LinkScorer,
    anchor: NDArray[np.int32],
    relation: NDArray[np.int32],
    target: NDArray[np.int32],
    asks_tail: bool,
    known: TrueAnswers,
) -> NDArray[np.float64]:
    scores = np.array(scorer.scores(anchor, relation, asks_tail), dtype=np.float32)  # (n, n_entities), our own copy
    if np.isnan(scores).any():
        raise ValueError(f"{np.isnan(scores).sum()} of {scores.size} scores are not numbers; train with smaller steps")
    of_target = scores[np.arange(len(target)), target][:, None]
    scores[known.of(anchor, relation, asks_tail)] = -np.inf
    scores[np.arange(len(target)), target] = -np.inf
    return np.asarray(1 + (scores > of_target).sum(axis=1) + (scores == of_target).sum(axis=1) / 2)
