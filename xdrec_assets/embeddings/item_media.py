"""Encode picture or sound files batch by batch; one that is broken gives its reason, the rest comes through."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from data_quality.contract import load_contract
from resources.encoding.encoders import Progress
from resources.encoding.media_files import BrokenFile, MediumName
from resources.encoding.media_network import MediaEncoder, Prepared
from resources.landing import LandedFile
from xdrec_assets.embeddings.families import Family

FILES, QUARANTINED = "embeddings/media_files", "embeddings/media_quarantined"
VECTORS: dict[MediumName, str] = {"image": "embeddings/item_images", "audio": "embeddings/item_sounds"}
FILES_PER_BATCH = 64
READERS = 4  # files decoded at a time, of which each may take some hundred megabytes for a moment
NO_VECTOR = "the model gives no finite vector for this file; look at its content, or try another model"


@dataclass(frozen=True)
class EncodedFiles:
    """What became of some files."""

    vectors: pa.Table
    """Rows of the medium's table, of contents that had no vector yet."""
    files: pa.Table
    """Rows of embeddings/media_files, of all that were read and have a vector now."""
    broken: Mapping[str, str]
    """The reason of each of the others, by path."""

    @property
    def n_files(self) -> int:
        """How many files there were."""
        return int(self.files.num_rows) + len(self.broken)


@dataclass(frozen=True)
class _Opened:
    """A file that was read: its hash, and its content as the model reads it where it has no vector yet."""

    file: LandedFile
    content_hash: str
    prepared: Prepared | None


def encode_files(
    files: Sequence[LandedFile],
    read: Callable[[LandedFile], bytes],
    encoder: MediaEncoder,
    medium: MediumName,
    family: Family,
    known: Collection[str],
    read_at: datetime,
    on_progress: Progress | None = None,
) -> Iterator[EncodedFiles]:
    """Read files and encode the contents that are not `known` (hashes that the family has), each once.

    Memory does not grow with the number of files: a file is brought to the size that the model reads at once.
    """
    done = set(known)
    with ThreadPoolExecutor(READERS) as pool:
        for start in range(0, len(files), FILES_PER_BATCH):
            broken: dict[str, str] = {}
            batch = files[start : start + FILES_PER_BATCH]
            opened = []
            for file, one in zip(batch, pool.map(lambda file: _opened(file, read, encoder, done), batch), strict=True):
                if isinstance(one, _Opened):
                    opened.append(one)
                else:
                    broken[file.path] = str(one)
            vectors = _vectors(opened, encoder, medium, family)
            done.update(vectors["content_hash"].to_pylist())
            broken |= {one.file.path: NO_VECTOR for one in opened if one.content_hash not in done}
            rows = [_file_row(one, medium, read_at) for one in opened if one.content_hash in done]
            if on_progress:
                on_progress(start + len(batch), len(files), 0)
            yield EncodedFiles(vectors, pa.Table.from_pylist(rows, load_contract(FILES).arrow_schema()), broken)


def in_chunks(parts: Iterable[EncodedFiles], n_files: int) -> Iterator[EncodedFiles]:
    """The same put together, so that each but the last has `n_files` files or a few more."""
    chunk: list[EncodedFiles] = []
    for part in parts:
        chunk.append(part)
        if sum(each.n_files for each in chunk) >= n_files:
            yield _together(chunk)
            chunk = []
    if chunk:
        yield _together(chunk)


def quarantined(
    named: pa.Table, broken: Mapping[MediumName, Mapping[str, str]], before: pa.Table, today: date
) -> pa.Table:
    """Rows of embeddings/media_quarantined: every item whose file is broken; what was there `before` keeps its day.

    named: platform, item_id, medium and file. broken: the reason by medium and path.
    """
    key = ("platform", "item_id", "medium", "file")
    since = {tuple(row[name] for name in key): row["first_seen"] for row in before.to_pylist()}
    rows = [
        {**row, "reason": reason, "first_seen": since.get(tuple(row[name] for name in key), today)}
        for row in named.to_pylist()
        if (reason := broken.get(row["medium"], {}).get(row["file"])) is not None
    ]
    return pa.Table.from_pylist(rows, load_contract(QUARANTINED).arrow_schema())


def _together(parts: Sequence[EncodedFiles]) -> EncodedFiles:
    broken = {path: reason for part in parts for path, reason in part.broken.items()}
    vectors, files = (pa.concat_tables([getattr(part, name) for part in parts]) for name in ("vectors", "files"))
    return EncodedFiles(vectors, files, broken)


def _opened(
    file: LandedFile, read: Callable[[LandedFile], bytes], encoder: MediaEncoder, known: Collection[str]
) -> _Opened | BrokenFile:
    try:
        content = read(file)
        content_hash = hashlib.sha256(content).hexdigest()
        return _Opened(file, content_hash, None if content_hash in known else encoder.prepare(content))
    except BrokenFile as reason:
        return reason


def _vectors(opened: Sequence[_Opened], encoder: MediaEncoder, medium: MediumName, family: Family) -> pa.Table:
    """Rows of the medium's table out of what was prepared, each content once; those without a finite vector are out."""
    new = {one.content_hash: one.prepared for one in opened if one.prepared is not None}
    schema = load_contract(VECTORS[medium]).arrow_schema()
    if not new:
        return schema.empty_table()
    vectors = encoder.encode(list(new.values()))
    rows = [
        {**vars(family), "content_hash": content_hash, **prepared.facts, "vector": vector}
        for (content_hash, prepared), vector in zip(new.items(), vectors, strict=True)
        if np.isfinite(vector).all()
    ]
    return pa.Table.from_pylist(rows, schema)


def _file_row(one: _Opened, medium: MediumName, read_at: datetime) -> dict[str, Any]:
    file = one.file
    stood = {"file": file.path, "n_bytes": file.n_bytes, "modified_at": file.modified_at}
    return {"medium": medium, **stood, "read_at": read_at, "content_hash": one.content_hash}
