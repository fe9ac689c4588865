"""Publish the knowledge of an as-of date: fused vectors of items and people, links between items, and triples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from resources.fingerprint import fingerprint
from resources.partitions import Partition
from xdrec_assets.embeddings.families import serving
from xdrec_assets.embeddings.item_words import words_by_scope
from xdrec_assets.embeddings.reading import WORDS, text_vectors, word_vectors
from xdrec_assets.embeddings.texts_in_use import documents
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.knowledge.build import ALL, build_knowledge
from xdrec_assets.knowledge.documents import document_vectors, item_labels
from xdrec_assets.knowledge.item_links import item_links
from xdrec_assets.knowledge.links_preview import links_preview
from xdrec_assets.knowledge.map_plot import map_plot
from xdrec_assets.knowledge.reading import ITEMS, PEOPLE
from xdrec_assets.knowledge.triples import triples
from xdrec_assets.knowledge.vector_tables import item_vectors_table, person_vectors_table
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, Shown, publish_as_of, stale, unchanged

LINKS, TRIPLES = "knowledge/item_links", "knowledge/triples"


def publish_vectors(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """Fuse what texts, words, documents and behaviour say into one vector per item and one per person."""
    past, settings = load_past(pipeline, partition.first), pipeline.settings.knowledge
    made_from = fingerprint(_made_from(pipeline, past, partition), settings.model_dump(mode="json"))
    if not stale(pipeline, [ITEMS, PEOPLE], {partition.key: made_from}):
        yield from unchanged(pipeline, ITEMS, PEOPLE)
        return
    history, hashes = past.history, past.items["content_hash"]
    words = words_by_scope(
        hashes, word_vectors(pipeline, partition.first), history.platforms, pipeline.settings.embeddings.words_size
    )
    known = build_knowledge(history, _text_vectors(pipeline, past), words, settings, _document_vectors(pipeline, past))
    with pipeline.engine.session() as session:
        items, people = item_vectors_table(history, known), person_vectors_table(history, known, settings)
        figures = {"fusion": settings.fusion, "items": history.n_items}
        picture = map_plot(history, known[ALL].fused)
        shown = Shown(pictures={"map of items": picture} if picture else {})
        yield publish_as_of(pipeline, session, ITEMS, items, partition, made_from, figures, shown)
        yield publish_as_of(pipeline, session, PEOPLE, people, partition, made_from, {"people": history.n_people})


def publish_item_links(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """The nearest items of each item on every other platform, by what their texts mean."""
    past, settings = load_past(pipeline, partition.first), pipeline.settings.knowledge
    made_from = fingerprint(_made_from(pipeline, past, partition), settings.links)
    if not stale(pipeline, [LINKS], {partition.key: made_from}):
        yield from unchanged(pipeline, LINKS)
        return
    rows = item_links(past.history, _text_vectors(pipeline, past), settings.links)
    as_of = pa.repeat(pa.scalar(partition.first, pa.date32()), rows.num_rows)
    shown = Shown(preview=links_preview(rows, past.items))
    with pipeline.engine.session() as session:
        dated = rows.add_column(0, "as_of", as_of)
        yield publish_as_of(pipeline, session, LINKS, dated, partition, made_from, shown=shown)


def publish_triples(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """Facts of outside sources and of the items themselves."""
    past, file = load_past(pipeline, partition.first), _triples_file(pipeline)
    landed = (file.name, file.stat().st_size, file.stat().st_mtime) if file else None
    made_from = fingerprint(past.digest, landed, pipeline.code_of("knowledge"))
    if not stale(pipeline, [TRIPLES], {partition.key: made_from}):
        yield from unchanged(pipeline, TRIPLES)
        return
    rows = triples(past.items, file)
    as_of = pa.repeat(pa.scalar(partition.first, pa.date32()), rows.num_rows)
    with pipeline.engine.session() as session:
        yield publish_as_of(pipeline, session, TRIPLES, rows.add_column(0, "as_of", as_of), partition, made_from)


def _text_vectors(pipeline: Pipeline, past: Past) -> np.ndarray:
    """The vector of every item's text in the family that serves, (n_items, d) float32, zeros where there is none."""
    return text_vectors(pipeline, serving(pipeline), past.items["content_hash"])


def _document_vectors(pipeline: Pipeline, past: Past) -> np.ndarray | None:
    read = documents(pipeline)
    if not read:
        return None
    vectors = text_vectors(pipeline, serving(pipeline), pa.array([document.content_hash for document in read]))
    return document_vectors(item_labels(past.items), [document.title for document in read], vectors)


def _made_from(pipeline: Pipeline, past: Past, partition: Partition) -> int:
    texts = serving(pipeline)
    words = pipeline.lake.fingerprints(WORDS, [partition.key])
    read = [document.content_hash for document in documents(pipeline)]
    return fingerprint(
        past.digest,
        vars(texts.family),
        texts.filled.n_missing,
        words,
        read,
        pipeline.code_of("embeddings", "knowledge"),
    )


def _triples_file(pipeline: Pipeline) -> Path | None:
    named = pipeline.settings.knowledge.triples
    if named is None:
        return None
    file = Path(pipeline.places.landing) / named
    if not file.is_file():
        raise ValueError(
            f"settings.yaml: knowledge.triples: found no file {file}; "
            "land it there (a local folder), or take the setting out"
        )
    return file
