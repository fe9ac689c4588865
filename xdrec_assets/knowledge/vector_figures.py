"""What the web UI shows of item vectors: how well platforms are aligned, before and after, as figures and maps."""

from __future__ import annotations

from math import isnan

import numpy as np

from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.alignment.measures import Alignment, before_and_after
from xdrec_assets.knowledge.map_plot import map_plot
from xdrec_assets.knowledge.settings import KnowledgeSettings
from xdrec_assets.knowledge.tables import Knowledge

PLACES = 3


def vector_figures(
    history: History, text: np.ndarray, settings: KnowledgeSettings, twins: np.ndarray | None = None
) -> dict[str, float | int | str]:
    """How items were fused and aligned, and what alignment changed for people and twins it did not learn from.

    text: (n_items, d) as encoded. twins: (n_pairs, 2) items of one product on two platforms.
    """
    chosen: dict[str, float | int | str] = {
        "fusion": settings.fusion.strategy,
        "alignment": settings.alignment.method,
    }
    if len(history.platforms) < 2:
        return chosen
    before, after = before_and_after(history, text, settings.alignment, twins)
    asked = {"people asked across platforms": before.people.n}
    return {**chosen, **asked, **alignment_figures(before, "before"), **alignment_figures(after, "after")}


def alignment_figures(measures: Alignment, when: str) -> dict[str, float]:
    """The measures by name, those that could not be taken left out."""
    named = {
        f"platform told by vector, {when} (chance {measures.chance:.2f})": measures.domain_accuracy,
        f"people found across platforms, MRR {when}": measures.people.mrr,
        f"people found across platforms, recall@10 {when}": measures.people.recall,
        f"twins found across platforms, MRR {when}": measures.twins.mrr,
        f"twins found across platforms, recall@10 {when}": measures.twins.recall,
    }
    return {name: round(value, PLACES) for name, value in named.items() if not isnan(value)}


def maps(history: History, text: np.ndarray, knowledge: Knowledge) -> dict[str, bytes]:
    """The map of items, by their texts before and after alignment and by all that is known; empty without vectors."""
    panels = {
        "texts as encoded": unit_rows(text),
        "texts aligned": knowledge.text,
        "all sources fused": knowledge.fused,
    }
    picture = map_plot(history, panels)
    return {"map of items": picture} if picture else {}
