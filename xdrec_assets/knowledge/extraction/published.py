"""Publish what was read out of texts: a text generator's answers, topics of items, and interests of people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from resources.fingerprint import fingerprint
from resources.generation.generator import model_and_revision
from resources.partitions import Partition
from xdrec_assets.embeddings.families import serving
from xdrec_assets.embeddings.reading import text_vectors
from xdrec_assets.embeddings.texts_in_use import documents
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.knowledge.extraction.asking import GENERATED, REFUSED, Answers, Asker, added, quietly
from xdrec_assets.knowledge.extraction.generated_triples import facts_content, facts_question
from xdrec_assets.knowledge.extraction.interests import INTERESTS, instead, topic_interests
from xdrec_assets.knowledge.extraction.naming import (
    generated_interests,
    interests_question,
    name_contents,
    name_question,
    people_contents,
    renamed,
)
from xdrec_assets.knowledge.extraction.topic_numbers import former_date, former_topics, lasting_numbers
from xdrec_assets.knowledge.extraction.topics import ITEM_TOPICS, Topics, item_topics_table, topics_of, topics_preview
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, Shown, publish_as_of, stale, unchanged


def publish_generated(pipeline: Pipeline) -> Iterator[Publication]:
    """Ask for the facts of outside documents that were not asked about, as many as the settings allow in one run.

    Names of topics and interests are added to these tables by the steps that need them.
    """
    generator, published = pipeline.settings.knowledge.generator, set()
    for publication in _first_versions(pipeline):
        published.add(publication.table)
        yield publication
    if generator is not None and generator.facts:
        characters = pipeline.settings.knowledge.extraction.characters
        contents = [facts_content(document, characters) for document in documents(pipeline)]
        for publication in Asker(pipeline, generator).answers(facts_question(), contents):
            published.add(publication.table)
            yield publication
    yield from unchanged(pipeline, *sorted({GENERATED, REFUSED} - published))


def _first_versions(pipeline: Pipeline) -> Iterator[Publication]:
    """Tables that rows are added to begin empty, and may stay so."""
    for table in (GENERATED, REFUSED):
        if pipeline.lake.version(table) is None:
            with pipeline.engine.session() as session:
                yield added(pipeline, session, table, [])


def publish_topics(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """Cluster items into topics, name these, and say what people are interested in, as of a date."""
    past, settings = load_past(pipeline, partition.first), pipeline.settings.knowledge
    if not stale(pipeline, [ITEM_TOPICS, INTERESTS], {partition.key: _topics_from(pipeline, past, 0)}):
        yield from unchanged(pipeline, ITEM_TOPICS, INTERESTS)
        return
    history, texts, titles = past.history, _texts(past, "text"), _texts(past, "title")
    vectors = text_vectors(pipeline, serving(pipeline), past.items["content_hash"])
    topics = topics_of(history, texts, vectors, settings.topics)
    former = former_topics(pipeline, ITEM_TOPICS, former_date(pipeline, history.as_of), past.items)
    topics = replace(topics, numbers=lasting_numbers(topics.clusters.of_row, former))
    asker = Asker(pipeline, settings.generator) if settings.generator else None
    topics, asked = _named(asker, topics, titles)
    interests = topic_interests(history, topics, settings.half_life_days, settings.topics.interests)
    interests, asked_people = _generated(asker, past, titles, interests)
    made_from = _topics_from(pipeline, past, asked.n_left + asked_people.n_left)
    figures = {"topics": len(topics.labels), **(asked.figures if settings.generator else {})}
    of_people: dict[str, int] = {"people": pc.count_distinct(interests["person_id"]).as_py()}
    of_people |= asked_people.figures if settings.generator else {}
    shown = Shown(preview=topics_preview(topics, titles, history))
    with pipeline.engine.session() as session:
        rows = item_topics_table(history, topics)
        yield publish_as_of(pipeline, session, ITEM_TOPICS, rows, partition, made_from, figures, shown)
        yield publish_as_of(pipeline, session, INTERESTS, interests, partition, made_from, of_people)


def _named(asker: Asker | None, topics: Topics, titles: Sequence[str]) -> tuple[Topics, Answers[Any]]:
    """Topics under the names that a text generator gives them, where one is asked."""
    if asker is None or not asker.settings.topics:
        return topics, Answers()
    contents = name_contents(topics, titles)
    found = quietly(asker.answers(name_question(), contents))
    return renamed(topics, contents, found.of_hash), found


def _generated(
    asker: Asker | None, past: Past, titles: Sequence[str], interests: pa.Table
) -> tuple[pa.Table, Answers[Any]]:
    """Interests that a text generator gives in the place of topics, for people whom it was asked about."""
    if asker is None or not asker.settings.interests:
        return interests, Answers()
    settings = asker.pipeline.settings.knowledge
    people = people_contents(past.history, titles, settings.topics.recent)
    found = quietly(asker.answers(interests_question(), [content for _, content in people.values()]))
    half_life, count = settings.half_life_days, settings.topics.interests
    return instead(interests, generated_interests(past.history, people, found.of_hash, half_life, count)), found


def _texts(past: Past, column: str) -> list[str]:
    return list(pc.fill_null(past.items[column], "").to_pylist())


def _topics_from(pipeline: Pipeline, past: Past, n_left: int) -> int:
    settings, family = pipeline.settings.knowledge, serving(pipeline)
    texts = [str(family.family), family.filled.n_missing, _texts(past, "title")]
    options = [settings.topics.model_dump(mode="json"), settings.half_life_days, n_left, _asks(pipeline)]
    former = former_date(pipeline, past.history.as_of)
    options += [pipeline.lake.fingerprints(ITEM_TOPICS, [former.isoformat()])] if former else []
    return fingerprint(past.digest, texts, options, pipeline.code_of("embeddings", "knowledge"))


def _asks(pipeline: Pipeline) -> list[str]:
    """Which text generator is asked what; nothing is loaded."""
    generator = pipeline.settings.knowledge.generator
    if generator is None:
        return []
    what = [name for name in ("topics", "interests") if getattr(generator, name)]
    questions = [each().digest for each in (name_question, interests_question)]
    return [*model_and_revision(generator), generator.variant, *what, *questions]
