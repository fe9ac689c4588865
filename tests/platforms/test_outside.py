"""An outside source is declared like a platform; what is wrong in it is said with file, key and fix."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml

from data_quality.yaml_model import YamlError
from tests.worlds import PLATFORMS, SETTINGS, SHOP, land
from xdrec_assets.platforms.folder import PlatformFolder, read_folder
from xdrec_assets.platforms.outside import FORMATS, OutsideSource

GRAPH = """
source: graph
title: A graph
owner: team:graph
kind: triples
files: graph/*.nt.gz
format: ntriples
compression: gzip
confidence: 0.9
known_from: 2026-01-10
languages: [en, zh]
prefixes: ["http://e/"]
relations: {"http://e/cast": has_cast}
items: "item:{platform}/{item_id}"
links: {shop: graph/shop.link.gz}
"""
ARTICLES = """
source: articles
title: Articles
owner: team:articles
kind: documents
files: articles.jsonl
format: json_lines
columns: {title: about.name, text: body}
"""


def folder(path: Path, graph: str = GRAPH, file: str = "graph.yaml") -> PlatformFolder:
    land(path, {"settings.yaml": SETTINGS, "shop.yaml": SHOP, f"outside/{file}": graph})
    return read_folder(path)


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., str]:
    def said(graph: str, file: str = "graph.yaml") -> str:
        with pytest.raises(YamlError) as error:
            folder(tmp_path, graph, file)
        return str(error.value).removeprefix(f"{tmp_path}/outside/")

    return said


def test_sources_are_read_in_order_of_name_and_none_need_be(tmp_path: Path) -> None:
    land(tmp_path, {"outside/articles.yaml": ARTICLES})
    assert [source.source for source in folder(tmp_path).outside] == ["articles", "graph"]
    land(tmp_path / "none", {"settings.yaml": SETTINGS, "shop.yaml": SHOP})
    assert read_folder(tmp_path / "none").outside == ()


def test_a_source_is_known_after_its_day(tmp_path: Path) -> None:
    (graph,) = folder(tmp_path).outside
    assert [graph.is_known(date(2026, 1, day)) for day in (9, 10, 11)] == [False, False, True]
    always = folder(tmp_path, GRAPH.replace("known_from: 2026-01-10\n", "")).outside[0]
    assert always.is_known(date(1990, 1, 1))


WRONG = [
    ("kind: triples", "kind: facts", "kind: found 'facts'; Input should be 'triples' or 'documents'"),
    ("format: ntriples", "format: turtle", "format: found 'turtle'; Input should be 'tsv', 'recbole', 'ntriples'"),
    ("format: ntriples", "format: markdown", "format: found markdown, triples are tsv, recbole, ntriples"),
    ("source: graph", "source: dbpedia", "source: found 'dbpedia', expected 'graph', the file's name"),
    ("source: graph", "source: ../x", "source: found '../x'; source '../x' must match"),
    ("owner: team:graph", "owner: me", "owner: found 'me'; an owner is team:name or an e-mail address"),
    ("graph/*.nt.gz", "/etc/passwd", "files: found '/etc/passwd'; files are below the landing root"),
    ("graph/*.nt.gz", "../x", "files: found '../x'; files are below the landing root"),
    ("graph/*.nt.gz", "file:///x", "files: found 'file:///x'; a URL begins with s3://"),
    ("graph/*.nt.gz", "s3://key:secret@bucket/x", "credentials do not belong into a path"),
    ("confidence: 0.9", "confidence: 1.5", "confidence: found 1.5; Input should be less than or equal to 1"),
    ("confidence: 0.9", "confidence: 0", "confidence: found 0; Input should be greater than 0"),
    ("known_from: 2026-01-10", "known_from: soon", "known_from: found 'soon'; Input should be a valid date"),
    ("[en, zh]", "[English]", "languages: found ['English']; 'English': a language is its short name"),
    ('["http://e/"]', '[""]', "an empty prefix takes nothing off; take it out"),
    ("has_cast}", "' '}", "a relation has a name in printable letters on both sides"),
    ("item:{platform}/{item_id}", "item:{item}", "write {platform} and {item_id} once each"),
    ("item:{platform}/{item_id}", "{item_id}{platform}{item_id}", "write {platform} and {item_id} once each"),
    ("{shop: graph", "{radio: graph", "links: found radio, expected platforms of this folder, shop; correct the name"),
    ("{shop: graph/", "{shop: ../", "links: found {'shop': '../shop.link.gz'}; files are below the landing root"),
    ("title: A graph\n", "", "title: missing; add it"),
    (
        "title: A graph\n",
        "titel: A\ntitle: A graph\n",
        "titel: unknown key; remove it or use a known one (source, title",
    ),
    ("title: A graph\n", "title: A graph\ncolumns: {title: x}\n", "json_lines alone has columns; take them out"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), WRONG)
def test_what_is_wrong_is_said(refused: Callable[..., str], right: str, wrong: str, said: str) -> None:
    assert right in GRAPH
    message = refused(GRAPH.replace(right, wrong))
    assert message.startswith("graph.yaml: ") and said in message


def test_documents_have_no_keys_of_triples(refused: Callable[..., str]) -> None:
    said = refused(ARTICLES + "links: {shop: x}\nprefixes: [a]\n", "articles.yaml")
    assert "links, prefixes: triples alone have these; take them out" in said


def test_items_is_no_name_of_a_source(refused: Callable[..., str]) -> None:
    assert "items are what the platforms' own items say" in refused(
        GRAPH.replace("graph\n", "items\n", 1), "items.yaml"
    )


def test_every_folder_s_sources_are_what_their_files_say() -> None:
    folders = [path.parent for path in PLATFORMS.glob("*/settings.yaml")]
    found = {folder.name: [source.source for source in read_folder(folder).outside] for folder in folders}
    assert found["sample"] == ["encyclopaedia", "facts"]


def test_what_a_source_says_survives_being_written_down(tmp_path: Path) -> None:
    for source in (*folder(tmp_path).outside,):
        assert OutsideSource.model_validate_json(source.model_dump_json(exclude_unset=True)) == source


def test_every_key_is_described() -> None:
    page = (PLATFORMS.parents[1] / "docs" / "outside_sources.md").read_text(encoding="utf-8")
    assert [key for key in OutsideSource.model_fields if f"`{key}`" not in page] == []
    formats = [each for kind in FORMATS.values() for each in kind]
    assert [each for each in formats if f"\n- `{each}`" not in page] == []


def test_the_page_s_examples_are_sources() -> None:
    page = (PLATFORMS.parents[1] / "docs" / "outside_sources.md").read_text(encoding="utf-8")
    examples = [
        OutsideSource.model_validate(yaml.safe_load(text)) for text in re.findall(r"```yaml\n(.*?)```", page, re.S)
    ]
    assert [example.source for example in examples] == ["dbpedia", "forum"]
