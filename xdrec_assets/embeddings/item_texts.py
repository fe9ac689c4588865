"""Encode texts chunk by chunk into rows with the key that they are kept under; a text that breaks the encoder apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from data_quality.contract import load_contract
from resources.encoding.encoders import EncodedTexts, Progress, TextEncoder
from xdrec_assets.embeddings.families import Family
from xdrec_assets.embeddings.vector_columns import vector_column

TEXTS, QUARANTINED = "embeddings/item_texts", "embeddings/quarantined"


@dataclass(frozen=True)
class Chunk:
    """Rows of embeddings/item_texts and of embeddings/quarantined out of some texts."""

    encoded: pa.Table
    quarantined: pa.Table


def embed(
    texts: Iterable[pa.RecordBatch],
    total: int,
    encoder: TextEncoder,
    family: Family,
    today: date,
    stored_as: str = "float32",
    on_progress: Progress | None = None,
) -> Iterator[Chunk]:
    """Encode texts and hand their rows on batch by batch; memory does not grow with the number of texts.

    texts: columns content_hash and text, `total` rows in all. A text that is empty gets a null vector, so that it
    counts as known next time; one that broke the encoder is quarantined with the reason.
    """
    n_done = n_tokens = 0
    for batch in texts:
        done = _report_from(n_done, n_tokens, total, on_progress)
        encoded = encoder.encode_counted([text or "" for text in batch["text"].to_pylist()], done)
        yield chunk_of(batch["content_hash"], encoded, family, today, stored_as)
        n_done += batch.num_rows
        n_tokens += int(encoded.n_tokens.sum())


def chunk_of(hashes: pa.Array, encoded: EncodedTexts, family: Family, today: date, stored_as: str = "float32") -> Chunk:
    """The rows of encoded texts; `hashes` are those of the texts, in their order."""
    is_broken = np.zeros(len(hashes), dtype=bool)
    is_broken[list(encoded.broken)] = True
    vectors = encoded.vectors.astype(np.float16) if stored_as == "float16" else encoded.vectors
    kept = {
        "content_hash": hashes,
        "n_tokens": pa.array(encoded.n_tokens, pa.int32()),
        "is_cut": pa.array(encoded.is_cut),
        "vector": vector_column(np.where(is_broken[:, None], np.float32(0), vectors.astype(np.float32))),
    }
    broken = {
        "content_hash": hashes.take(pa.array(list(encoded.broken), pa.int64())),
        "reason": pa.array(list(encoded.broken.values()), pa.string()),
        "first_seen": pa.repeat(pa.scalar(today, pa.date32()), len(encoded.broken)),
    }
    return Chunk(_of_family(TEXTS, family, kept).filter(pa.array(~is_broken)), _of_family(QUARANTINED, family, broken))


def _of_family(table: str, family: Family, columns: dict[str, pa.Array]) -> pa.Table:
    """Rows of a table with the key of their family."""
    n_rows = len(columns["content_hash"])
    key = {name: pa.repeat(pa.scalar(value), n_rows) for name, value in vars(family).items()}
    schema = load_contract(table).arrow_schema()
    return pa.table({**key, **columns}).select(schema.names).cast(schema)


def _report_from(n_done: int, n_tokens: int, total: int, on_progress: Progress | None) -> Progress | None:
    """Progress of one chunk as progress of the whole."""
    if on_progress is None:
        return None
    return lambda done, _, tokens: on_progress(n_done + done, total, n_tokens + tokens)
