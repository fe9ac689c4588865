"""Train vectors of entities and relations so that facts score above what is made up from them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from xdrec_assets.knowledge.graph.answers import TrueAnswers
from xdrec_assets.knowledge.graph.graph import KnowledgeGraph
from xdrec_assets.knowledge.graph.propagation import Propagation
from xdrec_assets.knowledge.graph.row_table import RowTable, rows_at
from xdrec_assets.knowledge.graph.scorers import Scorer
from xdrec_assets.knowledge.graph.settings import GraphSettings

SHARE_NEGATIVES, SHARE_NEIGHBOURHOODS = 32, 128
"""Facts of a step that are held against the same made-up ends; each such group has its own. The fewer share them, the
more entities learn where they do not belong: with 128, TransE finds a twentieth less. The latter with propagation,
where each made-up end brings its neighbourhood along."""


@dataclass
class Model:
    """What is learned: tables of entities and relations, and how they score."""

    scorer: Scorer
    entities: RowTable
    relations: RowTable
    propagation: Propagation | None = None  # none: an entity's vector is its row


@dataclass(frozen=True)
class Step:
    """Questions of one step in groups, with their answers and made-up ones, as places among the step's entities."""

    entities: NDArray[np.int64]  # (n,) those that the step needs, each once
    anchor: NDArray[np.int64]  # (n_groups, n_facts)
    target: NDArray[np.int64]  # (n_groups, n_facts)
    negatives: NDArray[np.int64]  # (n_groups, n_negatives)
    is_true: NDArray[np.bool_]  # (n_groups, n_facts, n_negatives): made up, but known to be true
    relation: NDArray[np.int32]  # (n_groups, n_facts)
    sign: NDArray[np.float32]  # (n_groups, n_facts), 1 where the anchor is the head
    weight: NDArray[np.float32]  # (n_groups, n_facts)


@dataclass
class Trainer:
    """Goes over a graph's facts again and again."""

    model: Model
    graph: KnowledgeGraph
    settings: GraphSettings
    rng: np.random.Generator
    known: TrueAnswers = field(init=False)

    def __post_init__(self) -> None:
        """Only the training part's facts are known to be true."""
        self.known = TrueAnswers(self.graph)

    def epoch(self) -> float:
        """One pass in a new random order; the mean loss of a fact. A remainder that fills no group is left out."""
        order = self.rng.permutation(self.graph.n_facts)
        total = 0.0
        for start in range(0, len(order), self.settings.batch):
            facts = order[start : start + self.settings.batch]
            total += self._step(self._made_up(facts)) * len(facts)
        return total / len(order)

    def _made_up(self, facts: NDArray[np.int64]) -> Step:
        """Facts in groups, each with ends drawn from all entities; half of the facts ask for the tail."""
        share = SHARE_NEGATIVES if self.model.propagation is None else SHARE_NEIGHBOURHOODS
        graph, n_groups = self.graph, max(1, len(facts) // share)
        facts = facts[: len(facts) // n_groups * n_groups].reshape(n_groups, -1)
        asks_tail = np.arange(facts.size).reshape(facts.shape) % 2 == 0
        anchor = np.where(asks_tail, graph.head[facts], graph.tail[facts])
        target = np.where(asks_tail, graph.tail[facts], graph.head[facts])
        negatives = self.rng.integers(0, graph.n_entities, (n_groups, self.settings.negatives))
        is_true = self._known_among(negatives, anchor, graph.relation[facts], asks_tail)
        entities, places = np.unique(
            np.concatenate([anchor.ravel(), target.ravel(), negatives.ravel()]), return_inverse=True
        )
        parts = np.split(places, [anchor.size, 2 * anchor.size])
        anchors, targets, made_up = (part.reshape(n_groups, -1) for part in parts)
        sign = np.where(asks_tail, np.float32(1), np.float32(-1))
        weight = graph.confidence[facts]
        return Step(entities, anchors, targets, made_up, is_true, graph.relation[facts], sign, weight)

    def _known_among(
        self,
        negatives: NDArray[np.int64],
        anchor: NDArray[np.int32],
        relation: NDArray[np.int32],
        asks_tail: NDArray[np.bool_],
    ) -> NDArray[np.bool_]:
        """Which made-up ends (n_groups, n_negatives) are true after all: (n_groups, n_facts, n_negatives)."""
        (n_groups, n_negatives), n_facts = negatives.shape, anchor.shape[1]
        group = self.graph.n_entities * np.arange(n_groups)[:, None]  # numbers apart, so that one look-up does for all
        drawn = (negatives + group).ravel()
        order = np.argsort(drawn)
        each, first, count = np.unique(drawn[order], return_index=True, return_counts=True)
        rows, answers = self.known.of(anchor.ravel(), relation.ravel(), asks_tail.ravel())
        wanted = answers + group.ravel()[rows // n_facts]
        place = np.minimum(np.searchsorted(each, wanted), len(each) - 1)
        is_drawn = each[place] == wanted
        is_true = np.zeros((n_groups * n_facts, n_negatives), dtype=bool)
        for again in range(int(count.max())):  # an entity may be drawn more than once
            hit = is_drawn & (count[place] > again)
            is_true[rows[hit], order[first[place[hit]] + again] % n_negatives] = True
        return is_true.reshape(n_groups, n_facts, n_negatives)

    def _step(self, step: Step) -> float:
        model = self.model
        places: NDArray = step.relation
        if model.propagation is None:
            used, places = np.unique(step.relation, return_inverse=True)
            relations = model.relations.take(torch.from_numpy(used.astype(np.int64)))
            vectors = model.entities.take(torch.from_numpy(step.entities))
        else:  # messages may need all relations
            relations = model.relations.take(torch.arange(self.graph.n_relations))
            vectors = model.propagation.vectors(step.entities, relations, self.rng)
        loss = self._loss(step, vectors, rows_at(relations, places.reshape(step.anchor.shape)))
        loss.backward()  # type: ignore[no-untyped-call]
        model.entities.learn()
        model.relations.learn()
        return float(loss.detach())

    def _loss(self, step: Step, vectors: Tensor, relation: Tensor) -> Tensor:
        scorer = self.model.scorer
        sign = torch.from_numpy(step.sign).to(vectors.device)[..., None]
        anchor, target = (rows_at(vectors, places) for places in (step.anchor, step.target))
        query = scorer.query(anchor, relation, sign)  # (n_groups, n_facts, d)
        true = scorer.match_own(query, target)
        false = scorer.match(query, rows_at(vectors, step.negatives))  # (n_groups, n_facts, n_negatives)
        false = false.masked_fill(torch.from_numpy(step.is_true).to(vectors.device), -torch.inf)
        if scorer.is_distance:
            margin = self.settings.margin
            losses = negative_sampling_loss(true + margin, false + margin, self.settings.adversarial)
        else:
            cubes = sum(map(cubed_moduli, (anchor, relation, target)))
            losses = softmax_loss(true, false) + self.settings.regularisation * cubes
        weight = torch.from_numpy(step.weight).to(vectors.device)
        return (losses * weight).sum() / weight.sum()


def negative_sampling_loss(true: Tensor, false: Tensor, adversarial: float) -> Tensor:
    """Self-adversarial negative sampling (Sun et al., 2019, eq. 5 and 6), per fact, (…, n).

    true: (…, n) scores, with the margin added. false: (…, n, m) scores of made-up facts, minus infinity where one does
    not count. adversarial: temperature of their weights; with 0 all count alike, as Bordes et al. (2013) draw them.
    """
    counts = torch.isfinite(false)
    weights = torch.softmax(torch.where(counts, adversarial * false, -1e9), dim=-1).detach() * counts
    of_false = (weights * functional.softplus(torch.where(counts, false, 0.0))).sum(dim=-1)
    return functional.softplus(-true) + of_false


def softmax_loss(true: Tensor, false: Tensor) -> Tensor:
    """Minus the log of the true end's share among itself and the made-up ones (Lacroix et al., 2018, eq. 3), (…, n).

    There the sum goes over all entities, here over those drawn. Shapes as in `negative_sampling_loss`.
    """
    return torch.logsumexp(torch.cat([true.unsqueeze(-1), false], dim=-1), dim=-1) - true


def cubed_moduli(numbers: Tensor) -> Tensor:
    """Sums (…) of the cubed moduli of complex numbers (…, d): the weighted nuclear 3-norm of Lacroix et al. (2018)."""
    real, imaginary = numbers.chunk(2, dim=-1)
    return (real * real + imaginary * imaginary + 1e-12).pow(1.5).sum(dim=-1)
