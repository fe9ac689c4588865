"""Encode texts whose vectors are not known yet; what is known is never encoded again."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from resources.encoding.encoders import Progress, TextEncoder
from xdrec_assets.embeddings.vector_columns import vector_column

SCHEMA = pa.schema(
    [
        ("model", pa.string()),
        ("revision", pa.string()),
        ("content_hash", pa.string()),
        ("n_tokens", pa.int32()),
        ("is_cut", pa.bool_()),
        ("vector", pa.list_(pa.float32())),
    ]
)


def new_texts(texts: pa.Table, known_hashes: pa.Array | pa.ChunkedArray) -> pa.Table:
    """The rows of `texts` (content_hash, text) whose hash is not known, one per hash, in the order given."""
    hashes = texts["content_hash"].combine_chunks()
    distinct = pc.unique(hashes)
    missing = distinct.filter(pc.invert(pc.is_in(distinct, value_set=known_hashes.cast(distinct.type))))
    return texts.take(pc.index_in(missing, value_set=hashes))


def embed_new(
    texts: pa.Table,
    known_hashes: pa.Array | pa.ChunkedArray,
    encoder: TextEncoder,
    chunk_size: int,
    on_progress: Progress | None = None,
) -> Iterator[pa.RecordBatch]:
    """Encode the texts that are not known, and hand them on chunk by chunk, rows as in SCHEMA.

    texts: columns content_hash and text. known_hashes: the hashes that are stored for this very model and revision.
    A text that is empty gets a null vector, so that it counts as known next time. Memory does not grow with the number
    of texts beyond the texts themselves.
    """
    missing = new_texts(texts, known_hashes)
    total = missing.num_rows
    for start in range(0, total, chunk_size):
        chunk = missing.slice(start, chunk_size)
        done = _report_from(start, total, on_progress)
        encoded = encoder.encode_counted([text or "" for text in chunk["text"].to_pylist()], done)
        n_rows = chunk.num_rows
        yield pa.record_batch(
            [
                pa.repeat(pa.scalar(encoder.model), n_rows),
                pa.repeat(pa.scalar(encoder.revision), n_rows),
                chunk["content_hash"].combine_chunks().cast(pa.string()),
                pa.array(encoded.n_tokens, pa.int32()),
                pa.array(encoded.is_cut),
                vector_column(encoded.vectors),
            ],
            schema=SCHEMA,
        )


def _report_from(start: int, total: int, on_progress: Progress | None) -> Progress | None:
    """Progress of one chunk as progress of the whole."""
    if on_progress is None:
        return None
    return lambda done, _: on_progress(start + done, total)
