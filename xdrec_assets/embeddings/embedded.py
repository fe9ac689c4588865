"""Publish the vectors of texts: the language model's once per distinct content, the word vectors as of a date."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from data_quality.contract import load_contract
from resources.encoding.encoders import text_encoder
from resources.fingerprint import fingerprint
from resources.encoding.model_files import ModelFiles, find_model_files
from resources.partitions import Partition
from xdrec_assets.embeddings.documents import Document, read_documents
from xdrec_assets.embeddings.item_texts import embed_new, new_texts
from xdrec_assets.embeddings.item_words import item_words
from xdrec_assets.joined.joining import bind_joined
from xdrec_assets.joined.past import load_past
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.progress import working
from xdrec_assets.publishing import Publication, publish, publish_as_of, stale, unchanged

TEXTS, WORDS = "embeddings/item_texts", "embeddings/item_words"


def publish_item_texts(pipeline: Pipeline) -> Iterator[Publication]:
    """Encode the texts of items and outside documents that this model has not encoded yet; add their vectors.

    What is stored is never encoded again; each chunk is published by itself, so that a kill loses one at most.
    """
    settings = pipeline.settings.embeddings
    files = find_model_files(settings.encoder)
    texts = distinct_texts(pipeline)
    missing = new_texts(texts, known_vectors(pipeline, files)["content_hash"])
    if not missing.num_rows:
        yield from unchanged(pipeline, TEXTS)
        return
    encoder = text_encoder(settings.encoder, settings.device, settings.network)
    ran = {"model": encoder.model, "ran in": f"{encoder.precision} on {encoder.device}"}
    nothing_known = pa.array([], pa.string())
    n_encoded = 0
    began = time.monotonic()
    with pipeline.engine.session() as session, working(TEXTS, "texts") as on_progress:
        for batch in embed_new(missing, nothing_known, encoder, settings.chunk_size, on_progress):
            chunk = pa.Table.from_batches([batch]).cast(load_contract(TEXTS).arrow_schema())
            session.bind_rows("embeddings.item_texts", chunk)
            n_encoded += chunk.num_rows
            counts = {"texts encoded": chunk.num_rows, "texts cut": pc.sum(chunk["is_cut"]).as_py()}
            counts["tokens"] = pc.sum(chunk["n_tokens"]).as_py()
            speed = round(n_encoded / (time.monotonic() - began), 1)
            figures = {**counts, "texts a second": speed, **ran}
            yield publish(pipeline, session, TEXTS, "embeddings.item_texts", append=True, figures=figures)


def publish_item_words(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """Word vectors (TF-IDF with SVD) of the texts known before a date, fitted on just those."""
    past, settings = load_past(pipeline, partition.first), pipeline.settings.embeddings
    made_from = fingerprint(past.digest, settings.words_size, settings.seed, pipeline.code_of("embeddings"))
    if not stale(pipeline, [WORDS], {partition.key: made_from}):
        yield from unchanged(pipeline, WORDS)
        return
    described = past.items.filter(past.items["text"].is_valid())
    rows = item_words(partition.first, described, settings.words_size, settings.seed)
    with pipeline.engine.session() as session:
        yield publish_as_of(pipeline, session, WORDS, rows, partition, made_from)


def distinct_texts(pipeline: Pipeline) -> pa.Table:
    """Every distinct text of items and outside documents, with its hash: content_hash, text."""
    with pipeline.engine.session() as session:
        bind_joined(pipeline, session, "items")
        session.bind_rows("embeddings.documents", pa.table({"text": [d.text for d in documents(pipeline)]}, TEXT))
        return session.query("embeddings/distinct_texts").to_arrow_table()


def documents(pipeline: Pipeline) -> list[Document]:
    """The outside documents that the settings name, none where they name none.

    Raises:
        ValueError: the folder is not there.
    """
    if pipeline.settings.embeddings.documents is None:
        return []
    folder = Path(pipeline.places.landing) / pipeline.settings.embeddings.documents
    if not folder.is_dir():
        raise ValueError(
            f"settings.yaml: embeddings.documents: found no folder {folder}; "
            "land the documents there (a local folder), or take the setting out"
        )
    return read_documents(folder)


def known_vectors(pipeline: Pipeline, files: ModelFiles) -> pa.Table:
    """The vectors that a model's revision has given so far: content_hash, vector."""
    with pipeline.engine.session() as session:
        session.bind("embeddings.item_texts", [TEXTS], load_contract(TEXTS).arrow_schema())
        model = {"model": files.model, "revision": files.revision}
        return session.query("embeddings/known_vectors", model).to_arrow_table()


def word_vectors(pipeline: Pipeline, as_of: date) -> pa.Table:
    """The word vectors of an as-of date: scope, content_hash, vector."""
    with pipeline.engine.session() as session:
        session.bind("embeddings.item_words", [WORDS], load_contract(WORDS).arrow_schema())
        return session.query("embeddings/known_words", {"as_of": as_of}).to_arrow_table()


TEXT = pa.schema([("text", pa.string())])
