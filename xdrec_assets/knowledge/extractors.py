"""Where the triples of an as-of date come from: an extractor each for items and outside graphs, and more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from xdrec_assets.joined.past import Past
from xdrec_assets.knowledge.extraction import from_documents
from xdrec_assets.knowledge.outside.sources import files_known, read_known
from xdrec_assets.knowledge.triples import SCHEMA, triples_from_items
from xdrec_assets.pipeline import Pipeline


@dataclass(frozen=True)
class Extractor:
    """Something that finds triples in what was known before an as-of date."""

    name: str
    made_from: Callable[[Pipeline, Past], Any]
    """What its triples depend on beyond the past itself, as parts of a fingerprint: cheap to say."""
    triples: Callable[[Pipeline, Past], pa.Table]
    """Its triples, of schema SCHEMA, in any order and number."""


def _items(pipeline: Pipeline, past: Past) -> pa.Table:
    return triples_from_items(past.items)


def _nothing_more(pipeline: Pipeline, past: Past) -> None:
    """Items depend on the past alone."""


def _outside(pipeline: Pipeline, past: Past) -> pa.Table:
    read = read_known(pipeline, past.history.as_of)
    return pa.concat_tables([SCHEMA.empty_table(), *(each.triples for each in read.values())])


def _files(pipeline: Pipeline, past: Past) -> Any:
    return files_known(pipeline, past.history.as_of)


def extractors() -> list[Extractor]:
    """All of them, in the order in which their triples are counted."""
    return [
        Extractor("items", _nothing_more, _items),
        Extractor("outside sources", _files, _outside),
        Extractor("mentions in documents", from_documents.linked_from, from_documents.linked),
        Extractor("text generator", from_documents.generated_from, from_documents.generated),
    ]
