"""One interface to every graph encoder: a graph in, vectors of its entities and a way to score facts out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from resources.encoding.devices import chosen_device
from xdrec_assets.knowledge.graph.answers import TrueAnswers
from xdrec_assets.knowledge.graph.graph import KnowledgeGraph
from xdrec_assets.knowledge.graph.link_prediction import link_figures
from xdrec_assets.knowledge.graph.propagation import Propagation
from xdrec_assets.knowledge.graph.row_table import RowTable
from xdrec_assets.knowledge.graph.scorers import ComplEx, InnerProduct, RotatE, Scorer, TransE
from xdrec_assets.knowledge.graph.settings import GraphSettings
from xdrec_assets.knowledge.graph.training import Model, Trainer

SCORERS: Final[dict[str, Callable[[], Scorer]]] = {
    "transe": TransE,
    "complex": ComplEx,
    "rotate": RotatE,
    "lightgcn": InnerProduct,
    "relational": ComplEx,
}
PROPAGATED = ("lightgcn", "relational")
"""Encoders that also learn from people's choices."""
SCORED_AT_ONCE = 8_000_000
"""Numbers that a table of differences may have while facts are scored."""
FACTS_CHECKED = 250
"""Facts of the validation part that a check looks at."""


@dataclass(frozen=True)
class EncodedGraph:
    """What an encoder learned; scores facts itself."""

    entities: NDArray[np.float32]  # (n_entities, size)
    relations: NDArray[np.float32]  # (n_relations, width)
    scorer: Scorer
    losses: tuple[float, ...]  # mean loss of a fact, by pass
    checks: tuple[tuple[int, float], ...]  # pass, and mean reciprocal rank on the validation part after it
    device: str = "cpu"

    def scores(self, anchor: NDArray[np.int32], relation: NDArray[np.int32], asks_tail: bool) -> NDArray[np.float32]:
        """Scores (n_questions, n_entities), higher is likelier, of (anchor, relation, ?) or (?, relation, anchor)."""
        entities, known = torch.from_numpy(self.entities), torch.from_numpy(self.entities[anchor]).to(self.device)
        relations = torch.from_numpy(self.relations[relation]).to(self.device)
        sign = torch.full((len(anchor), 1), 1.0 if asks_tail else -1.0, device=self.device)
        query = self.scorer.query(known, relations, sign)
        at_once = max(1, SCORED_AT_ONCE // max(query.numel(), 1))
        starts = range(0, len(entities), at_once)
        parts = [self.scorer.match(query, entities[i : i + at_once].to(self.device)).cpu() for i in starts]
        return torch.cat(parts, dim=1).numpy()


def encode_graph(
    train: KnowledgeGraph,
    settings: GraphSettings,
    validation: KnowledgeGraph | None = None,
    device: str = "auto",
    progress: Callable[[int, int], None] | None = None,
) -> EncodedGraph:
    """Learn vectors from the facts of `train`; where a validation part is given, stop when it gets no better.

    The same seed gives the same vectors on the same kind of processor. The best vectors of all checks come back.
    progress: is told how many facts were gone over, and how many there are at most.

    Raises ValueError where the encoder is "none" or there is no fact to learn from.
    """
    if settings.encoder == "none" or not train.n_facts:
        raise ValueError(f"encoder {settings.encoder} with {train.n_facts} facts learns nothing; do not call it")
    device = chosen_device(device)
    rng = np.random.default_rng(settings.seed)
    trainer = Trainer(new_model(train, settings, device), train, settings, rng)
    checked = None if validation is None else _some_of(validation, rng)
    known = TrueAnswers(train, validation) if validation is not None else trainer.known
    losses: list[float] = []
    checks: list[tuple[int, float]] = []
    best: EncodedGraph | None = None
    for epoch in range(1, settings.epochs + 1):
        losses.append(trainer.epoch())
        if progress is not None:
            progress(epoch * train.n_facts, settings.epochs * train.n_facts)
        if checked is not None and (epoch % settings.check_every == 0 or epoch == settings.epochs):
            now = _encoded(trainer.model, device)
            figures = link_figures(now, checked, known)
            checks.append((epoch, figures.mrr if figures else 0.0))
            if checks[-1][1] >= max(mrr for _, mrr in checks):
                best = now
            if _has_stalled([mrr for _, mrr in checks], settings.patience):
                break
    found = best or _encoded(trainer.model, device)
    return EncodedGraph(found.entities, found.relations, found.scorer, tuple(losses), tuple(checks), device)


def new_model(graph: KnowledgeGraph, settings: GraphSettings, device: str) -> Model:
    """Tables with random first values, spread as the encoder's paper has it."""
    scorer = SCORERS[settings.encoder]()
    generator = torch.Generator().manual_seed(settings.seed)
    spread = (settings.margin + 2) / settings.size if scorer.is_distance else 0.5 / settings.size**0.5
    first = (2 * torch.rand((graph.n_entities, settings.size), generator=generator) - 1) * spread
    entities = RowTable(first, settings.learning_rate, device)
    relations = RowTable(_first_relations(graph, settings, generator), settings.learning_rate, device)
    model = Model(scorer, entities, relations)
    if settings.encoder in PROPAGATED:
        by_relation = scorer if settings.encoder == "relational" else None
        model.propagation = Propagation(graph, entities, by_relation, settings.layers, settings.fan_out)
    return model


def _first_relations(graph: KnowledgeGraph, settings: GraphSettings, generator: torch.Generator) -> torch.Tensor:
    scorer = SCORERS[settings.encoder]()
    first = 2 * torch.rand((graph.n_relations, scorer.relation_size(settings.size)), generator=generator) - 1
    if isinstance(scorer, RotatE):
        return first * torch.pi
    if settings.encoder == "relational":  # near the number 1, which leaves a message as it is
        real = torch.arange(first.shape[1]) < first.shape[1] // 2
        return 0.1 * first + real
    return first * ((settings.margin + 2) / settings.size if scorer.is_distance else 0.5)


def _encoded(model: Model, device: str) -> EncodedGraph:
    with torch.no_grad():
        rows, relations = model.entities.rows, model.relations.rows
        if model.propagation is not None:
            rows = model.propagation.all_vectors(relations.to(device))
        return EncodedGraph(rows.cpu().numpy().copy(), relations.cpu().numpy().copy(), model.scorer, (), (), device)


def _some_of(graph: KnowledgeGraph, rng: np.random.Generator) -> KnowledgeGraph | None:
    if not graph.n_facts:
        return None
    return graph.only(np.sort(rng.choice(graph.n_facts, min(FACTS_CHECKED, graph.n_facts), replace=False)))


def _has_stalled(figures: list[float], patience: int) -> bool:
    return len(figures) > patience and max(figures[-patience:]) <= max(figures[:-patience])
