"""The texts that are to have vectors: those of items, in every version, and those of outside documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

import pyarrow as pa

from resources.engine import Session
from resources.landing import LandedFile
from xdrec_assets.embeddings.documents import Document, ReadDocuments, read_documents
from xdrec_assets.joined.joining import bind_joined
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.platforms.outside import OutsideSource, files_of

TEXT = pa.schema([("content_hash", pa.string()), ("text", pa.string())])


def bind_texts(pipeline: Pipeline, session: Session) -> None:
    """Let SQL read all texts in use: joined.items, and outside documents as embeddings.other_texts."""
    bind_joined(pipeline, session, "items")
    read = documents(pipeline)
    columns = [[each.content_hash for each in read], [each.text for each in read]]
    bind_other(session, pa.table(columns, schema=TEXT))


def bind_other(session: Session, texts: pa.Table) -> None:
    """Let SQL read texts that are no item's, columns content_hash and text, as embeddings.other_texts."""
    session.bind_rows("embeddings.other_texts", texts)


def documents(pipeline: Pipeline, as_of: date | None = None) -> list[Document]:
    """The documents of the platform folder's outside sources; those known before a date, where one is given.

    Raises:
        ValueError: nothing landed of a source.
    """
    return [document for read in read_sources(pipeline, as_of) for document in read.documents]


def read_sources(pipeline: Pipeline, as_of: date | None = None) -> list[ReadDocuments]:
    """What each outside source of documents holds, those known before a date where one is given."""
    sources = [source for source in pipeline.folder.outside if source.kind == "documents"]
    known = [source for source in sources if as_of is None or source.is_known(as_of)]
    found = [(source, files_of(pipeline.landing, source)) for source in known]
    reader = _Reader(pipeline, pipeline.landing.root)
    return [_read(reader, source.model_dump_json(exclude_unset=True), files) for source, files in found]


def harmless(session: Session, texts: Sequence[str]) -> list[str]:
    """Texts in the form that those of items have: plain, and without what may tell of a private person."""
    numbered = pa.table({"place": range(len(texts)), "text": pa.array(texts, pa.string())})
    session.bind_rows("embeddings.outside_texts", numbered)
    return [text for _, text in session.query("embeddings/harmless_texts").fetchall()]


@dataclass(frozen=True)
class _Reader:
    """Reads a pipeline's landing area; equal to another of the same one, so that what was read is found again."""

    pipeline: Pipeline = field(compare=False)
    root: str


@lru_cache(maxsize=8)
def _read(reader: _Reader, source: str, files: tuple[LandedFile, ...]) -> ReadDocuments:
    """The documents of files, read once while these stand as they are."""
    pipeline = reader.pipeline
    read = read_documents(pipeline.landing, OutsideSource.model_validate_json(source), files)
    with pipeline.engine.session() as session:
        titles = harmless(session, [document.title for document in read.documents])
        texts = harmless(session, [document.text for document in read.documents])
    shown = zip(read.documents, titles, texts, strict=True)
    return replace(read, documents=tuple(replace(each, title=title, text=text) for each, title, text in shown))
