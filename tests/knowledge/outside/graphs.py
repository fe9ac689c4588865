"""Files of facts in a landing area of their own, and what is read of them."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from resources.landing import Landing
from tests.worlds import Content, land
from xdrec_assets.knowledge.outside.linking import read_links
from xdrec_assets.knowledge.outside.reading import ReadTriples, read_triples
from xdrec_assets.platforms.outside import OutsideSource, files_of, link_files_of

PLATFORMS = ["films", "shop"]


def source(**more: Any) -> OutsideSource:
    """A source of facts."""
    said = {"source": "graph", "title": "Graph", "owner": "team:graph", "kind": "triples", "files": "g/*"}
    return OutsideSource.model_validate({**said, "format": "tsv", **more})


def read(root: Path, landed: dict[str, Content], **more: Any) -> ReadTriples:
    """What is read of a source whose files have just landed."""
    land(root, landed)
    landing, declared = Landing(str(root)), source(**more)
    links = dict(zip(declared.links, link_files_of(landing, declared), strict=True))
    linked = read_links(landing, declared, links)
    return read_triples(landing, declared, files_of(landing, declared), PLATFORMS, linked)


def facts(found: ReadTriples) -> list[tuple[str, str, str]]:
    """Head, relation and tail of what was read."""
    return list(zip(*(found.triples[name].to_pylist() for name in ("head", "relation", "tail")), strict=True))


def bad(found: ReadTriples) -> list[tuple[str, int, str]]:
    """File, line and rule of what was set apart."""
    names = ("source_file", "source_line", "rule")
    return list(zip(*(found.quarantined[name].to_pylist() for name in names), strict=True))


def lines(*texts: str) -> pa.StringArray:
    """Lines of a file."""
    return pa.array(texts, pa.string())
