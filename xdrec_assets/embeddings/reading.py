"""Read vectors: the family that serves, by content hash, as one array."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import numpy as np
import pyarrow as pa

from data_quality.contract import load_contract
from resources.engine import Session
from xdrec_assets.embeddings.families import Family, Standing
from xdrec_assets.embeddings.item_texts import TEXTS
from xdrec_assets.embeddings.vector_columns import filled_rows
from xdrec_assets.pipeline import Pipeline

WORDS = "embeddings/item_words"
ROWS_AT_ONCE = 32_768


def text_vectors(pipeline: Pipeline, standing: Standing, hashes: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """The vector of each content hash in a family (n, d) float32; zeros where a hash is null, unknown or broken.

    Rows are streamed into the array: the memory it takes is that of the array.
    """
    return stored_vectors(pipeline, standing.family, hashes, standing.filled.size or 0)


def query_vectors(pipeline: Pipeline, standing: Standing, hashes: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """The same of texts that were encoded as queries."""
    return stored_vectors(pipeline, standing.query_family, hashes, standing.filled.size or 0)


def stored_vectors(pipeline: Pipeline, family: Family, hashes: pa.Array | pa.ChunkedArray, size: int) -> np.ndarray:
    """The vector of each content hash (n, size) float32, zeros where it has none.

    Raises:
        ValueError: a vector has another length.
    """
    wanted = pa.table({"number": pa.array(np.arange(len(hashes))), "content_hash": hashes}).drop_null()
    with pipeline.engine.session() as session:
        bind_vectors(pipeline, session)
        session.bind_rows("embeddings.wanted", wanted)
        found = session.query("embeddings/known_vectors", asdict(family)).to_arrow_reader(ROWS_AT_ONCE)
        return filled_rows(((batch["number"], batch["vector"]) for batch in found), len(hashes), size)


def bind_vectors(pipeline: Pipeline, session: Session) -> None:
    """Let SQL read all stored text vectors as embeddings.item_texts."""
    session.bind("embeddings.item_texts", [TEXTS], load_contract(TEXTS).arrow_schema())


def word_vectors(pipeline: Pipeline, as_of: date) -> pa.Table:
    """The word vectors of an as-of date: scope, content_hash, vector."""
    with pipeline.engine.session() as session:
        session.bind("embeddings.item_words", [WORDS], load_contract(WORDS).arrow_schema())
        return session.query("embeddings/known_words", {"as_of": as_of}).to_arrow_table()
