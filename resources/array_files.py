"""Columns of numbers in nameless files: written part by part, read through memory maps, gone with their last reader.

They need not fit in memory: what is read of them is held as long as there is room. A file that never had a name leaves
nothing behind when a process ends, however it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Columns = tuple[NDArray[Any], ...]
Parts = Iterable[Sequence[NDArray[Any]]]
ROWS_AT_ONCE = 1_000_000


def in_memory(parts: Parts, dtypes: Sequence[DTypeLike], n_rows: int) -> Columns:
    """Columns of `n_rows` rows that come in parts: each part has one array for each of `dtypes`, all of one length."""
    columns = tuple(np.empty(n_rows, dtype=dtype) for dtype in dtypes)
    start = 0
    for part in parts:
        for column, values in zip(columns, part, strict=True):
            column[start : start + len(values)] = values
        start += len(part[0])
    return columns


def on_disk(parts: Parts, dtypes: Sequence[DTypeLike], folder: Path) -> Columns:
    """The same, in files below a folder; they are read-only, and take room until nothing refers to them any more.

    Raises:
        OSError: there is no room, or the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        files = [stack.enter_context(TemporaryFile(dir=folder)) for _ in dtypes]
        for part in parts:
            for file, values, dtype in zip(files, part, dtypes, strict=True):
                _write(file, np.ascontiguousarray(values, dtype=dtype), folder)
        return tuple(_mapped(file, np.dtype(dtype)) for file, dtype in zip(files, dtypes, strict=True))


def slices(n_rows: int) -> Iterator[slice]:
    """Cuts rows into slices of at most a million, so that little of a mapped column is held at once."""
    for start in range(0, n_rows, ROWS_AT_ONCE):
        yield slice(start, min(start + ROWS_AT_ONCE, n_rows))


def _write(file: IO[bytes], values: NDArray[Any], folder: Path) -> None:
    try:
        file.write(values.data)
        file.flush()
    except OSError as error:
        written = file.seek(0, 2)
        raise OSError(
            error.errno,
            f"a column of {values.dtype} could not be written to {folder} beyond {written:,} bytes: {error.strerror}; "
            "make room there",
        ) from error


def _mapped(file: IO[bytes], dtype: np.dtype[Any]) -> NDArray[Any]:
    n_bytes = file.seek(0, 2)
    if not n_bytes:  # which cannot be mapped
        return np.empty(0, dtype=dtype)
    return np.memmap(file, dtype=dtype, mode="r", shape=(n_bytes // dtype.itemsize,))
