"""Facts that outside documents state, as of a date: what they mention, and what a text generator reads out of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from resources.fingerprint import fingerprint
from xdrec_assets.embeddings.texts_in_use import documents
from xdrec_assets.joined.past import Past
from xdrec_assets.knowledge.extraction.asking import Asker
from xdrec_assets.knowledge.extraction.generated_triples import Facts, facts_content, facts_question, generated_triples
from xdrec_assets.knowledge.extraction.linked_triples import known_names, linked_triples
from xdrec_assets.knowledge.extraction.mentions import Names
from xdrec_assets.knowledge.outside.sources import read_known
from xdrec_assets.knowledge.triples import SCHEMA
from xdrec_assets.pipeline import Pipeline


def linked(pipeline: Pipeline, past: Past) -> pa.Table:
    """What the documents known before a date mention of what was known then; nothing where the settings say so."""
    settings = pipeline.settings.knowledge.extraction
    read = documents(pipeline, past.history.as_of) if settings.mentions else []
    if not read:
        return SCHEMA.empty_table()
    return linked_triples(read, names_known(pipeline, past), settings.least_confidence).triples


def linked_from(pipeline: Pipeline, past: Past) -> Any:
    """What mentions depend on beyond the past and the outside graphs."""
    read = documents(pipeline, past.history.as_of)
    titles = past.items["title"].to_pylist()
    settings = pipeline.settings.knowledge.extraction
    return [
        settings.mentions,
        settings.least_confidence,
        fingerprint([[each.title, each.text] for each in read], titles),
    ]


def generated(pipeline: Pipeline, past: Past) -> pa.Table:
    """The facts that a text generator has read so far out of the documents known before a date."""
    settings = pipeline.settings.knowledge.extraction
    read, facts = documents(pipeline, past.history.as_of), known_facts(pipeline, past)
    if not facts:
        return SCHEMA.empty_table()
    names = names_known(pipeline, past)
    return generated_triples(read, facts, names, settings.characters, settings.generated_confidence)


def generated_from(pipeline: Pipeline, past: Past) -> Any:
    """What generated facts depend on beyond the past: the answers themselves."""
    facts = known_facts(pipeline, past)
    settings = pipeline.settings.knowledge.extraction
    answers = {name: answer.model_dump(mode="json") for name, answer in sorted(facts.items())}
    return [settings.generated_confidence, fingerprint(answers)]


def known_facts(pipeline: Pipeline, past: Past) -> dict[str, Facts]:
    """A text generator's answers on the documents known before a date, by content; none where none is asked."""
    generator = pipeline.settings.knowledge.generator
    if generator is None or not generator.facts:
        return {}
    characters = pipeline.settings.knowledge.extraction.characters
    contents = [facts_content(each, characters) for each in documents(pipeline, past.history.as_of)]
    known = Asker(pipeline, generator).known(facts_question(), contents)
    return {name: facts for name, facts in known.items() if facts is not None}


def names_known(pipeline: Pipeline, past: Past) -> Names:
    """The names of documents, items, their tags and categories, and of the entities of outside graphs."""
    as_of = past.history.as_of
    titles = [each.title for each in documents(pipeline, as_of)]
    return known_names(past.items, titles, _labels(pipeline, past))


def _labels(pipeline: Pipeline, past: Past) -> Iterator[str]:
    """The entities of outside graphs that are no items, sorted."""
    items = set(pc.binary_join_element_wise(past.items["platform"], past.items["item_id"], "/").to_pylist())
    for read in read_known(pipeline, past.history.as_of).values():
        both = {*read.triples["head"].to_pylist(), *read.triples["tail"].to_pylist()}
        yield from sorted(both - items)
