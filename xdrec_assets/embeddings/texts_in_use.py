"""The texts that are to have vectors: those of items, in every version, and those of outside documents."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from resources.engine import Session
from xdrec_assets.embeddings.documents import Document, read_documents
from xdrec_assets.joined.joining import bind_joined
from xdrec_assets.pipeline import Pipeline

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
