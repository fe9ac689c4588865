"""Carry rows of vectors to Arrow columns and back; a missing vector is null there and a row of zeros here."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def vector_column(vectors: np.ndarray) -> pa.ListArray:
    """Rows (n, d) as lists of floats, null where a row is all zeros."""
    is_known = vectors.any(axis=1)
    ends = np.concatenate([[0], np.cumsum(is_known)]) * vectors.shape[1]
    values = pa.array(np.ascontiguousarray(vectors[is_known], dtype=np.float32).ravel(), pa.float32())
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), values, mask=pa.array(~is_known))


def vector_rows(column: pa.ChunkedArray | pa.Array, size: int | None = None) -> np.ndarray:
    """Lists of floats as rows (n, size) float32, zeros where a list is null.

    size: length of a vector, needed where all may be null; otherwise taken from the lists.

    Raises ValueError where lists differ in length.
    """
    lengths = pc.unique(pc.drop_null(pc.list_value_length(column))).to_pylist()
    expected = size if size is not None else (lengths[0] if lengths else 0)
    if any(length != expected for length in lengths):
        raise ValueError(
            f"vectors have lengths {sorted(lengths)}, expected {expected} only; encode them with one model"
        )
    rows = np.zeros((len(column), expected), dtype=np.float32)
    start = 0
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        filled = start + np.flatnonzero(chunk.is_valid().to_numpy(zero_copy_only=False))
        rows[filled] = chunk.flatten().to_numpy(zero_copy_only=False).reshape(-1, expected)
        start += len(chunk)
    return rows


def filled_rows(found: Iterable[tuple[pa.Array, pa.Array]], n_rows: int, size: int) -> np.ndarray:
    """Rows (n_rows, size) float32, zeros but for those found: pairs of row numbers and lists without null.

    Raises ValueError where a list has another length.
    """
    rows = np.zeros((n_rows, size), dtype=np.float32)
    for numbers, vectors in found:
        rows[numbers.to_numpy()] = vector_rows(vectors, size)
    return rows


def vectors_of(hashes: pa.Array | pa.ChunkedArray, embedded: pa.Table, size: int | None = None) -> np.ndarray:
    """The vector of each content hash (n, d) float32 out of a table with `content_hash` and `vector`.

    Zeros where the hash is null or the table does not have it. Rows are those of one model.
    """
    wanted = hashes.combine_chunks() if isinstance(hashes, pa.ChunkedArray) else hashes
    found = pc.index_in(wanted, value_set=embedded["content_hash"].cast(wanted.type), skip_nulls=True)
    is_found = found.is_valid().to_numpy(zero_copy_only=False)
    known = vector_rows(embedded["vector"], size)
    rows = np.zeros((len(wanted), known.shape[1]), dtype=np.float32)
    rows[is_found] = known[found.drop_null().to_numpy()]
    return rows
