"""Build the knowledge of an as-of date: once from all platforms together, and once from each platform alone."""

from collections.abc import Mapping

import numpy as np

from xdrec_assets.embeddings.vectors import only_rows
from xdrec_assets.embeddings.whitening import whitened
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.alignment.align import align
from xdrec_assets.knowledge.behaviour import behaviour_vectors
from xdrec_assets.knowledge.fusion.fuse import CHOICES, fuse
from xdrec_assets.knowledge.people import People, pool_people
from xdrec_assets.knowledge.settings import KnowledgeSettings
from xdrec_assets.knowledge.tables import Knowledge

ALL = "all"
"""The scope that is fitted on every platform; the other scopes are named after their platform."""
GRAPH_OF_CHOICES = ("lightgcn", "relational")
"""Encoders whose graph holds who chose what, beside the facts."""


def build_knowledge(
    history: History,
    text_vectors: np.ndarray,
    settings: KnowledgeSettings | None = None,
    everywhere: Mapping[str, np.ndarray] | None = None,
    by_scope: Mapping[str, Mapping[str, np.ndarray]] | None = None,
    twins: np.ndarray | None = None,
) -> dict[str, Knowledge]:
    """Knowledge by scope: "all", and every platform's name.

    In a platform's scope nothing is learned from another platform, neither from its texts nor from its interactions,
    and the rows of the others' items are zeros.

    text_vectors: (n_items, d) as the language model gave them. everywhere: by source, (n_items, d) what was learned
    from no platform (documents, image, audio). by_scope: by source and scope, (n_items, d) learned from that scope
    alone (words, graph). All row-aligned with `history`, a row of zeros where there is none; a missing source is left
    out. twins: (n_pairs, 2) items of one product on two platforms, for the alignment that learns from them.

    Raises ValueError where vectors have more or fewer rows than the history has items.
    """
    settings, everywhere, by_scope = settings or KnowledgeSettings(), everywhere or {}, by_scope or {}
    given = {f"{name} of {scope}": rows for name, each in by_scope.items() for scope, rows in each.items()}
    for name, vectors in {"text": text_vectors, **everywhere, **given}.items():
        _check_rows(name, vectors, history)
    text = align(alone(settings.alignment.method), history, text_vectors)
    aligned = text
    if settings.alignment.method != alone(settings.alignment.method):
        aligned = align(settings.alignment.method, history, text_vectors, settings.alignment, twins)
    knowledge = {}
    for scope in (ALL, *history.platforms):
        others = {**everywhere, **{name: each[scope] for name, each in by_scope.items()}}
        knowledge[scope] = _scope_knowledge(history, scope, aligned if scope == ALL else text, others, settings)
    return knowledge


def alone(method: str) -> str:
    """What an alignment method comes to for a platform by itself: whitening, or nothing."""
    return "none" if method == "none" else "whitening"


def _scope_knowledge(
    history: History, scope: str, text: np.ndarray, others: Mapping[str, np.ndarray], settings: KnowledgeSettings
) -> Knowledge:
    """Knowledge of one scope. text: aligned already; others: as they came."""
    if scope != ALL:
        items = history.items_of(scope)
        history = history.only(scope)
        text = only_rows(text, items)
        others = {name: only_rows(vectors, items) for name, vectors in others.items()}
    fused = fused_with(text, beside_text(history, others, settings), history, settings)
    return Knowledge(text=text, fused=fused, person=pool_people(history, fused, settings.half_life_days).vectors)


def beside_text(
    history: History, others: Mapping[str, np.ndarray], settings: KnowledgeSettings
) -> dict[str, np.ndarray]:
    """All sources but the text, whitened: those given, (n_items, d) each, and behaviour, which the history tells."""
    behaviour = behaviour_vectors(history, settings.behaviour_size, settings.seed)
    return {name: whitened(vectors) for name, vectors in {**others, "behaviour": behaviour}.items()}


def fused_with(
    text: np.ndarray, sources: Mapping[str, np.ndarray], history: History, settings: KnowledgeSettings
) -> np.ndarray:
    """Aligned texts and whitened sources as one vector per item, by the fusion of the settings: (n_items, size)."""
    of_choices = {*CHOICES, "graph"} if settings.graph.encoder in GRAPH_OF_CHOICES else CHOICES
    return fuse({**sources, "text": text}, settings.fusion, history, of_choices)


def scope_people(history: History, scope: str, knowledge: Knowledge, settings: KnowledgeSettings) -> People:
    """Who the person vectors of a scope's knowledge were made for: the same vectors, with counts and shares."""
    seen = history if scope == ALL else history.only(scope)
    return pool_people(seen, knowledge.fused, settings.half_life_days)


def _check_rows(name: str, vectors: np.ndarray, history: History) -> None:
    if len(vectors) != history.n_items:
        raise ValueError(
            f"{name} vectors have {len(vectors)} rows, the history has {history.n_items} items; align them by item"
        )
