"""Outside documents: articles of encyclopaedias and the like, each about one thing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from resources.plain_text import content_hash


@dataclass(frozen=True)
class Document:
    """An article about one thing, named by its title."""

    title: str
    text: str

    @property
    def content_hash(self) -> str:
        """The hash under which its vector is kept: SHA-256 of its plain text, as for items."""
        return content_hash(self.text)


def read_documents(folder: Path) -> list[Document]:
    """Every .md file below a folder, sorted by path; the title is the first heading, or else the file's name."""
    return [_document(path) for path in sorted(folder.rglob("*.md"))]


def _document(path: Path) -> Document:
    text = path.read_text(encoding="utf-8").strip()
    first, _, rest = text.partition("\n")
    if first.startswith("# "):
        return Document(first[2:].strip(), f"{first[2:].strip()}. {rest.strip()}")
    return Document(path.stem.replace("_", " "), text)
