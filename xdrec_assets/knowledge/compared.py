"""The vectors that other fusions and alignments would make of items, beside those of the chosen ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.alignment.align import align
from xdrec_assets.knowledge.build import beside_text, fused_with
from xdrec_assets.knowledge.settings import KnowledgeSettings


@dataclass(frozen=True)
class Case:
    """A way to make item vectors."""

    alignment: str
    fusion: str


def chosen_case(settings: KnowledgeSettings) -> Case:
    """The one that the settings choose."""
    return Case(settings.alignment.method, settings.fusion.strategy)


def cases_of(settings: KnowledgeSettings) -> list[Case]:
    """What the settings ask to compare, each case once, the chosen one first; none where nothing is beside it.

    The fusion weighted is left out where all sources weigh the same: it would be sum once more.
    """
    chosen = chosen_case(settings)
    cases = [Case(chosen.alignment, fusion) for fusion in settings.compare.fusions]
    cases += [Case(alignment, chosen.fusion) for alignment in settings.compare.alignments]
    is_even = len(set(settings.fusion.weights.values())) == 1
    others = [case for case in cases if case != chosen and not (case.fusion == "weighted" and is_even)]
    return list(dict.fromkeys([chosen, *others])) if others else []


def fused_by_case(
    history: History,
    text_vectors: np.ndarray,
    others: Mapping[str, np.ndarray],
    settings: KnowledgeSettings,
    twins: np.ndarray | None = None,
) -> Iterator[tuple[Case, np.ndarray]]:
    """Fused vectors (n_items, size) of each case of `cases_of`, learned from all platforms, one case at a time.

    text_vectors: (n_items, d) as the language model gave them. others: by source, (n_items, d). twins: (n_pairs, 2)
    items of one product on two platforms; needed where procrustes_twins is compared.
    """
    cases = cases_of(settings)
    sources = beside_text(history, others, settings) if cases else {}
    aligned: dict[str, np.ndarray] = {}
    for case in cases:
        if case.alignment not in aligned:
            aligned[case.alignment] = align(case.alignment, history, text_vectors, settings.alignment, twins)
        fusion = settings.fusion.model_copy(update={"strategy": case.fusion})
        changed = settings.model_copy(update={"fusion": fusion})
        yield case, fused_with(aligned[case.alignment], sources, history, changed)
