"""Outside documents: Markdown files and JSON lines, and what of them cannot be used."""

from pathlib import Path
from typing import Any

from resources.landing import Landing
from tests.worlds import Content, land, lines
from xdrec_assets.embeddings.documents import Document, ReadDocuments, read_documents
from xdrec_assets.platforms.outside import OutsideSource, files_of


def read(root: Path, files: dict[str, Content], **more: Any) -> ReadDocuments:
    said = {"source": "wiki", "title": "Wiki", "owner": "team:wiki", "kind": "documents", "files": "d/**"}
    source = OutsideSource.model_validate({**said, "format": "markdown", **more})
    land(root, files)
    landing = Landing(str(root))
    return read_documents(landing, source, files_of(landing, source))


def bad(found: ReadDocuments) -> list[tuple[int, str]]:
    return list(zip(found.quarantined["source_line"].to_pylist(), found.quarantined["rule"].to_pylist(), strict=True))


def test_the_heading_or_the_file_s_name_is_the_title(tmp_path: Path):
    files = {"d/b/cast_iron.md": "A metal.\n", "d/a.md": "# Green tea\n\nA drink.\n", "d/.c.md": "being written"}
    assert read(tmp_path, files).documents == (
        Document("Green tea", "Green tea. A drink.", "wiki", "d/a.md"),
        Document("cast iron", "A metal.", "wiki", "d/b/cast_iron.md"),
    )


def test_the_hash_is_of_the_plain_text():
    assert Document("t", "a  b\n").content_hash == Document("u", "a b", "wiki", "d/a.md").content_hash


def test_a_spoilt_line_costs_just_itself_and_an_empty_file_is_none(tmp_path: Path):
    found = read(tmp_path, {"d/a.md": b"# Tea\n\xff\nA drink.\n", "d/b.md": "\n"})
    assert [document.text for document in found.documents] == ["Tea. A drink."]
    assert bad(found) == [(2, "not UTF-8 at byte 0"), (1, "the file is empty, expected a text")]


def test_json_lines_are_documents_by_their_columns(tmp_path: Path):
    thread = {"topic": {"name": " Tea "}, "body": "Steep it."}
    columns = {"title": "topic.name", "text": "body"}
    found = read(tmp_path, {"d/a.jsonl.gz": lines(thread)}, format="json_lines", compression="gzip", columns=columns)
    assert found.documents == (Document("Tea", "Tea. Steep it.", "wiki", "d/a.jsonl.gz:1"),)


def test_json_lines_that_are_no_documents_are_set_apart(tmp_path: Path):
    content = '{"title": "a", "text": "b"}\n[1]\n{"title": "a", "text": 7}\n{"text": "b"}\n{broken\n{"title": NaN}\n'
    found = read(tmp_path, {"d/a": content}, format="json_lines")
    assert len(found.documents) == 1
    assert [line for line, _ in bad(found)] == [2, 3, 4, 5, 6]
    rules = [rule for _, rule in bad(found)]
    assert rules[:3] == ["no text at title", "no text at text", "no text at title"]
    assert rules[4] == "NaN is no value of JSON; write null"


def test_reading_twice_gives_the_same(tmp_path: Path):
    files: dict[str, Content] = {"d/a.md": "# Tea\nA drink.", "d/b.md": "x"}
    assert read(tmp_path, files).documents == read(tmp_path, files).documents
