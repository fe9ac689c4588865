"""Publish the vectors of items and people as of a date: all that is known of them, aligned and fused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np

from resources.fingerprint import fingerprint
from resources.partitions import Partition
from xdrec_assets.embeddings.collection import PERSON_TEXTS
from xdrec_assets.embeddings.families import serving
from xdrec_assets.embeddings.reading import WORDS
from xdrec_assets.embeddings.texts_in_use import documents
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.knowledge.build import ALL, build_knowledge, scope_people
from xdrec_assets.knowledge.fusion.reading import (
    MEDIA,
    read_behaviour_texts,
    read_by_scope,
    read_everywhere,
    read_media,
    read_text,
)
from xdrec_assets.knowledge.graph.reading import ENTITIES
from xdrec_assets.knowledge.links.twins import twins
from xdrec_assets.knowledge.reading import ITEMS, PEOPLE
from xdrec_assets.knowledge.settings import KnowledgeSettings
from xdrec_assets.knowledge.vector_figures import maps, vector_figures
from xdrec_assets.knowledge.vector_previews import items_preview, people_preview
from xdrec_assets.knowledge.vector_tables import item_vectors_table, person_vectors_table
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, Shown, publish_as_of, stale, unchanged


def publish_vectors(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """Fuse what texts, words, behaviour, documents, the graph and media say into one vector per item and per person."""
    past, settings = load_past(pipeline, partition.first), pipeline.settings.knowledge
    made_from = _made_from(pipeline, past, partition)
    if not stale(pipeline, [ITEMS, PEOPLE], {partition.key: made_from}):
        yield from unchanged(pipeline, ITEMS, PEOPLE)
        return
    text, history = read_text(pipeline, past), past.history
    pairs = _twins(past, text, settings)
    known = build_knowledge(
        history, text, settings, read_everywhere(pipeline, past), read_by_scope(pipeline, past), pairs
    )
    people = scope_people(history, ALL, known[ALL], settings)
    shown = Shown(
        pictures=maps(history, text, known[ALL]), preview=items_preview(history, past.items, known[ALL].fused)
    )
    figures = {"items": history.n_items, **vector_figures(history, text, settings, pairs)}
    who = Shown(preview=people_preview(history, past.items, known[ALL].fused, people))
    with pipeline.engine.session() as session:
        rows = item_vectors_table(history, known)
        yield publish_as_of(pipeline, session, ITEMS, rows, partition, made_from, figures, shown)
        rows = person_vectors_table(history, known, settings, read_behaviour_texts(pipeline, past))
        yield publish_as_of(pipeline, session, PEOPLE, rows, partition, made_from, {"people": history.n_people}, who)


def _twins(past: Past, text: np.ndarray, settings: KnowledgeSettings) -> np.ndarray | None:
    """Pairs of items that are one product, found where the alignment learns from them."""
    if settings.alignment.method != "procrustes_twins":
        return None
    return twins(past.history, past.items, text, settings.links).pairs


def _made_from(pipeline: Pipeline, past: Past, partition: Partition) -> int:
    """All that the vectors depend on; of links, which twins the alignment may learn from."""
    read = {"alignment", "fusion", "behaviour_size", "half_life_days", "seed", "links"}
    texts, tables = serving(pipeline), (WORDS, ENTITIES, PERSON_TEXTS)
    media = [read_media(pipeline, past, medium) for medium in MEDIA]
    return fingerprint(
        past.digest,
        vars(texts.family),
        texts.filled.n_missing,
        [pipeline.lake.fingerprints(table, [partition.key]) for table in tables],
        [document.content_hash for document in documents(pipeline, partition.first)],
        [hashlib.sha256(vectors.tobytes()).hexdigest() for vectors in media if vectors is not None],
        pipeline.settings.knowledge.model_dump(mode="json", include=read),
        pipeline.code_of("embeddings", "knowledge"),
    )
