"""How well a ranker's model would have done on the last part of what is known, with other settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.knowledge.build import ALL, GRAPH_OF_CHOICES, build_knowledge
from xdrec_assets.knowledge.fusion.reading import read_by_scope, read_everywhere, read_text
from xdrec_assets.knowledge.links.twins import twins
from xdrec_assets.knowledge.tables import with_texts
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.search.window import Window, inner_window
from xdrec_assets.rankers.training import Trained, train

if TYPE_CHECKING:
    from xdrec_assets.joined.history import History
    from xdrec_assets.joined.past import Past
    from xdrec_assets.knowledge.tables import Knowledge
    from xdrec_assets.pipeline import Pipeline
    from xdrec_assets.rankers.search.trials import Judged
    from xdrec_assets.rankers.section import Section
    from xdrec_assets.rankers.settings import RankerSettings
    from xdrec_assets.rankers.transfer.settings import TransferSettings


@dataclass(frozen=True)
class Round:
    """A window of the past, and what was known before it."""

    window: Window
    knowledge: Mapping[str, Knowledge]  # by scope, of the history before the window
    popularity: Mapping[str, Popularity]  # by platform


@dataclass(frozen=True)
class Validation:
    """What settings are judged by: one window, or several that end where the later one begins."""

    rounds: Sequence[Round]
    rankers: RankerSettings
    transfer: TransferSettings
    k: int

    def platforms(self, model: Trained) -> list[str]:
        """Where a model is judged: its own platform, or all where somebody is asked."""
        asked = {name for each in self.rounds for name in each.window.asked}
        return sorted(name for name in asked if model.platform in (ALL, name))

    def judge(self, model: Trained, section: Section) -> Judged:
        """NDCG@k of each person by platform, round after round, of models trained on what was before each window.

        section: the settings of the ranker.
        """
        rankers = self.rankers.model_copy(update={model.ranker: section})
        found: dict[str, list[NDArray[np.float64]]] = {name: [] for name in self.platforms(model)}
        for each in self.rounds:
            before = each.window.history
            ranker = train(model, before, each.knowledge, rankers, self.transfer)
            for name in found.keys() & each.window.asked.keys():
                found[name].append(each.window.asked[name].ndcg(ranker, each.popularity[name], before, name, self.k))
        return {name: np.concatenate(values) for name, values in found.items()}


def validation_of(pipeline: Pipeline, past: Past) -> Validation:
    """The validation of searches as of a past's date: the end of that past, by people drawn once."""
    settings, rounds, history = pipeline.settings, [], past.history
    for _ in range(settings.search.windows):
        rounds.append(_round(pipeline, past, history))
        history = rounds[-1].window.history
    return Validation(rounds, settings.rankers, settings.transfer, settings.evaluation.k)


def _round(pipeline: Pipeline, past: Past, history: History) -> Round:
    """The round at the end of a history, which is the past's or its first part."""
    search, evaluation = pipeline.settings.search, pipeline.settings.evaluation
    window = inner_window(history, search.window, search.days, evaluation.catalogue, evaluation.min_strength)
    asked = {name: found.sample(search.people, search.seed) for name, found in window.asked.items()}
    before, recent = window.history, pipeline.settings.rankers.popularity
    knowledge = knowledge_before(pipeline, past, before)
    popularity = {name: Popularity(recent).fit(before.only(name), knowledge[name]) for name in asked}
    return Round(Window(before, asked), knowledge, popularity)


def knowledge_before(pipeline: Pipeline, past: Past, before: History) -> dict[str, Knowledge]:
    """Knowledge by scope, with what people took from the history before the window alone.

    Vectors of texts, words, documents and media say nothing of who took what and are those of the past's date. Graphs
    of choices would: their vectors are left out.
    """
    settings, text = pipeline.settings.knowledge, read_text(pipeline, past)
    by_scope = read_by_scope(pipeline, past)
    if settings.graph.encoder in GRAPH_OF_CHOICES:
        by_scope.pop("graph", None)
    pairs = None
    if settings.alignment.method == "procrustes_twins":
        pairs = twins(before, past.items, text, settings.links).pairs
    known = build_knowledge(before, text, settings, read_everywhere(pipeline, past), by_scope, pairs)
    return with_texts(known, before, past.items.column("text").to_pylist())
