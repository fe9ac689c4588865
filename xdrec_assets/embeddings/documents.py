"""Outside documents: articles of encyclopaedias, threads of forums and the like, each about one thing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from resources.json_lines import sound_json
from resources.landing import LandedFile, Landing
from resources.plain_text import content_hash
from xdrec_assets.platforms.outside import OutsideSource

QUARANTINED = pa.schema(
    [
        ("source", pa.string()),
        ("source_file", pa.string()),
        ("source_line", pa.int64()),
        ("rule", pa.string()),
        ("found", pa.string()),
    ]
)
"""Lines of outside sources that cannot be used: where they stand, what they break and their beginning."""
FOUND_CHARACTERS = 200


@dataclass(frozen=True)
class Document:
    """An article about one thing, named by its title."""

    title: str
    text: str
    source: str = ""  # the outside source that it comes from
    place: str = ""  # its file, and of JSON lines file:line

    @property
    def content_hash(self) -> str:
        """The hash under which its vector is kept: SHA-256 of its plain text, as for items."""
        return content_hash(self.text)


@dataclass(frozen=True)
class ReadDocuments:
    """The documents of a source, and the lines of its files that cannot be used."""

    documents: tuple[Document, ...]
    quarantined: pa.Table  # of schema QUARANTINED


def read_documents(landing: Landing, source: OutsideSource, files: Sequence[LandedFile]) -> ReadDocuments:
    """Every document in the files of a source, in their order.

    A Markdown file is one document, its title the first heading or else the file's name. A JSON line is one, with title
    and text at the source's columns.
    """
    read = _markdown if source.format == "markdown" else _json_lines
    found = [each for file in files for each in read(landing, source, file)]
    documents = tuple(each for each in found if isinstance(each, Document))
    bad = [each for each in found if not isinstance(each, Document)]
    return ReadDocuments(documents, pa.Table.from_pylist(bad, schema=QUARANTINED))


def set_apart(source: str, file: str, line: int, rule: str, found: str | None) -> dict[str, Any]:
    """A row of schema QUARANTINED."""
    shown = (found or "")[:FOUND_CHARACTERS]
    return {"source": source, "source_file": file, "source_line": line, "rule": rule, "found": shown}


def _markdown(landing: Landing, source: OutsideSource, file: LandedFile) -> Iterator[Document | dict[str, Any]]:
    rows = [row for batch in landing.lines(file, source.compression, None, source.limits) for row in batch.to_pylist()]
    for row in rows:
        if row["problem"]:
            yield set_apart(source.source, file.path, row["source_line"], row["problem"], row["line"])
    lines = [row["line"] for row in rows if not row["problem"]]
    if lines:
        title, text = _titled(lines, PurePosixPath(file.path).name.split(".")[0].replace("_", " "))
        yield Document(title, text, source.source, file.path)
    elif not rows:
        yield set_apart(source.source, file.path, 1, "the file is empty, expected a text", None)


def _titled(lines: Sequence[str], name: str) -> tuple[str, str]:
    """Title and text of a Markdown document: of its first heading, or of the file's name."""
    if lines[0].startswith("# "):
        title = lines[0][2:].strip()
        return title, f"{title}. " + "\n".join(lines[1:]).strip()
    return name, "\n".join(lines).strip()


def _json_lines(landing: Landing, source: OutsideSource, file: LandedFile) -> Iterator[Document | dict[str, Any]]:
    batches = sound_json(landing.lines(file, source.compression, None, source.limits), source.limits.nesting)
    for row in (row for batch in batches for row in batch.to_pylist()):
        place = f"{file.path}:{row['source_line']}"
        problem = row["problem"]
        try:
            record = None if problem else json.loads(row["line"])
            title, text = (_text(record, path) for path in (source.columns.title, source.columns.text))
        except ValueError as error:
            problem = problem or str(error)
        if problem:
            yield set_apart(source.source, file.path, row["source_line"], problem, row["line"])
        else:
            yield Document(title, f"{title}. {text}", source.source, place)


def _text(record: Any, path: str) -> str:
    """The text at a dotted path of a record.

    Raises:
        ValueError: there is none.
    """
    value = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"no text at {path}")
    return value.strip()
