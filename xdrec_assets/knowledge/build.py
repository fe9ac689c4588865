"""Build the knowledge of an as-of date: once from all platforms together, and once from each platform alone."""

from collections.abc import Mapping

import numpy as np

from xdrec_assets.embeddings.vectors import only_rows
from xdrec_assets.embeddings.whitening import whitened, whitened_by_platform
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.behaviour import behaviour_vectors
from xdrec_assets.knowledge.fusion import fuse
from xdrec_assets.knowledge.people import People, pool_people
from xdrec_assets.knowledge.settings import KnowledgeSettings
from xdrec_assets.knowledge.tables import Knowledge

ALL = "all"
"""The scope that is fitted on every platform; the other scopes are named after their platform."""


def build_knowledge(
    history: History,
    text_vectors: np.ndarray,
    word_vectors: Mapping[str, np.ndarray] | None = None,
    settings: KnowledgeSettings | None = None,
    document_vectors: np.ndarray | None = None,
) -> dict[str, Knowledge]:
    """Knowledge by scope: "all", and every platform's name.

    In a platform's scope nothing is learned from another platform, neither from its texts nor from its interactions,
    and the rows of the others' items are zeros.

    text_vectors: (n_items, d) as the language model gave them. word_vectors: by scope, (n_items, d) fitted on that
    scope's texts alone. document_vectors: (n_items, d) from outside documents. Row-aligned with `history`, a row of
    zeros where there is none; a missing source is left out.

    Raises ValueError where vectors have more or fewer rows than the history has items.
    """
    settings = settings or KnowledgeSettings()
    documents = {} if document_vectors is None else {"documents": document_vectors}
    for name, vectors in {"text": text_vectors, **documents, **(word_vectors or {})}.items():
        _check_rows(name, vectors, history)
    text = whitened_by_platform(history, text_vectors)
    knowledge = {}
    for scope in (ALL, *history.platforms):
        words = {} if word_vectors is None else {"words": word_vectors[scope]}
        knowledge[scope] = _scope_knowledge(history, scope, text, {**documents, **words}, settings)
    return knowledge


def _scope_knowledge(
    history: History, scope: str, text: np.ndarray, others: Mapping[str, np.ndarray], settings: KnowledgeSettings
) -> Knowledge:
    """Knowledge of one scope. text: whitened already, platform by platform; others: as they came."""
    if scope != ALL:
        items = history.items_of(scope)
        history = history.only(scope)
        text = only_rows(text, items)
        others = {name: only_rows(vectors, items) for name, vectors in others.items()}
    behaviour = behaviour_vectors(history, settings.behaviour_size, settings.seed)
    sources = {name: whitened(vectors) for name, vectors in {**others, "behaviour": behaviour}.items()}
    weights = {str(name): weight for name, weight in settings.weights.items()}
    fused = fuse({**sources, "text": text}, settings.fusion, settings.size, weights)
    return Knowledge(text=text, fused=fused, person=pool_people(history, fused, settings.half_life_days).vectors)


def scope_people(history: History, scope: str, knowledge: Knowledge, settings: KnowledgeSettings) -> People:
    """Who the person vectors of a scope's knowledge were made for: the same vectors, with counts and shares."""
    seen = history if scope == ALL else history.only(scope)
    return pool_people(seen, knowledge.fused, settings.half_life_days)


def _check_rows(name: str, vectors: np.ndarray, history: History) -> None:
    if len(vectors) != history.n_items:
        raise ValueError(
            f"{name} vectors have {len(vectors)} rows, the history has {history.n_items} items; align them by item"
        )
