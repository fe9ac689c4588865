"""From documents and joined tables to answers, topics and interests; what is not new is not done again."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from resources.partitions import Partition
from tests.embeddings.worlds import publish as publish_texts
from tests.knowledge.extraction.shops import AS_OF, LATER, NAMES, WRITER, LettersEncoder, answer, topic_world
from tests.knowledge.extraction.writers import let_write
from tests.resources.generation.tiny import tiny_generator
from tests.worlds import event, join, land, lines, rows
from xdrec_assets.knowledge.extraction.asking import GENERATED, REFUSED
from xdrec_assets.knowledge.extraction.interests import INTERESTS
from xdrec_assets.knowledge.extraction.published import publish_generated, publish_topics
from xdrec_assets.knowledge.extraction.topics import ITEM_TOPICS
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication


def published(pipeline: Pipeline, partition: Partition = AS_OF) -> dict[str, Publication]:
    return {each.table: each for each in publish_topics(pipeline, partition)}


def generated(pipeline: Pipeline) -> list[Publication]:
    return list(publish_generated(pipeline))


def without_people(table: Sequence[dict]) -> list[tuple]:
    return sorted((row["source"], row["label"], row["n_events"]) for row in table)


def test_items_have_topics_and_people_interests_without_any_generator(tmp_path, base: Path, monkeypatch) -> None:
    writers = let_write(monkeypatch, answer)
    pipeline = topic_world(base, tmp_path)
    done = published(pipeline)
    topics, interests = rows(pipeline, ITEM_TOPICS), rows(pipeline, INTERESTS)
    assert {row["item_id"] for row in topics} == set(NAMES)
    assert {row["topic"] for row in topics} <= {0, 1} and all(row["label"] for row in topics)
    assert len({row["person_id"] for row in interests}) == 2 and {row["source"] for row in interests} == {"topics"}
    assert done[ITEM_TOPICS].shown.preview is not None and done[INTERESTS].figures["people"] == 2
    assert writers == []


def test_nothing_is_done_where_nothing_changed_and_a_later_date_is_another(tmp_path, base: Path) -> None:
    pipeline = topic_world(base, tmp_path)
    published(pipeline)
    assert all(each.audit is None for each in published(pipeline).values())
    assert all(each.audit is not None for each in published(pipeline, LATER).values())


def test_topics_and_interests_know_nothing_of_the_future(tmp_path, base: Path, monkeypatch) -> None:
    pipeline = topic_world(base, tmp_path)
    published(pipeline)
    before = rows(pipeline, ITEM_TOPICS), rows(pipeline, INTERESTS)
    land(pipeline, {"shop/events/2026-01-12.jsonl": lines(event("u2", "teas", "2026-01-12T09:00:00Z", "buy"))})
    land(pipeline, {"shop/items/2026-01-13.jsonl": lines({"sku": "new", "name": "a new thing"})})
    join(pipeline)
    monkeypatch.setattr("xdrec_assets.embeddings.filling.text_encoder", lambda *_: LettersEncoder())
    publish_texts(pipeline)
    published(pipeline)
    key = "person_id"
    assert sorted(map(str, rows(pipeline, ITEM_TOPICS))) == sorted(map(str, before[0]))
    assert sorted(rows(pipeline, INTERESTS), key=lambda row: row[key]) == sorted(before[1], key=lambda row: row[key])


def test_a_generator_names_topics_and_interests_once(tmp_path, base: Path, monkeypatch) -> None:
    writers = let_write(monkeypatch, answer)
    pipeline = topic_world(base, tmp_path, f"generator: {WRITER % ''}")
    done = published(pipeline)
    assert set(rows(pipeline, ITEM_TOPICS, "label")) == {"Hot drinks"}
    assert without_people(rows(pipeline, INTERESTS)) == [("generated", "brewing", 1)] * 2
    assert done[INTERESTS].figures["left for the next run"] == 0
    assert len(writers) == 1
    n_asked = sum(len(writer.asked) for writer in writers)
    published(pipeline)
    published(pipeline, LATER)
    assert sum(len(writer.asked) for writer in writers) - n_asked <= 3  # topics of that day, and the one with news


def test_who_was_not_asked_about_has_topics_until_the_next_run(tmp_path, base: Path, monkeypatch) -> None:
    let_write(monkeypatch, answer)
    pipeline = topic_world(base, tmp_path, f"generator: {WRITER % ', topics: false, per_run: 1'}")
    done = published(pipeline)
    assert done[INTERESTS].figures["left for the next run"] == 1
    assert sorted(set(rows(pipeline, INTERESTS, "source"))) == ["generated", "topics"]
    published(pipeline)
    assert set(rows(pipeline, INTERESTS, "source")) == {"generated"}
    assert all(each.audit is None for each in published(pipeline).values())


def test_documents_are_asked_about_once(base: Path, tmp_path, monkeypatch) -> None:
    writers = let_write(monkeypatch, answer)
    pipeline = topic_world(base, tmp_path, f"generator: {WRITER % ', chunk_size: 1'}")
    assert {each.table for each in generated(pipeline) if each.n_rows} == {GENERATED, REFUSED}
    (row,) = rows(pipeline, GENERATED)
    assert json.loads(row["answer"])["facts"][0]["tail"] == "drink"
    assert rows(pipeline, REFUSED, "raw") == ["What a nice cup!"]
    assert [each.audit for each in generated(pipeline)] == [None, None]
    land(pipeline, {"outside/Pan.md": "# Pan\nTea is a drink, a pan is none."})
    generated(pipeline)
    assert [len(writer.asked) for writer in writers] == [2, 1]


@pytest.mark.parametrize("knowledge", ["", f"generator: {WRITER % ', facts: false'}"])
def test_without_facts_asked_for_the_tables_are_empty(base: Path, tmp_path, monkeypatch, knowledge: str) -> None:
    writers = let_write(monkeypatch, answer)
    pipeline = topic_world(base, tmp_path, knowledge)
    generated(pipeline)
    assert rows(pipeline, GENERATED) == rows(pipeline, REFUSED) == [] == writers
    assert [each.audit for each in generated(pipeline)] == [None, None]


def test_a_model_that_writes_nonsense_leaves_the_keywords(base: Path, tmp_path) -> None:
    model = tiny_generator(tmp_path / "model", max_position_embeddings=4096)
    pipeline = topic_world(base, tmp_path, f"generator: {{model: {model}, device: cpu}}")
    done = published(pipeline)
    labels = set(rows(pipeline, ITEM_TOPICS, "label"))
    assert done[ITEM_TOPICS].figures["answers refused"] == len(labels) == 2
    refused = rows(pipeline, REFUSED)
    assert {row["model"] for row in refused} == {"model"} and all(row["reason"] for row in refused)
    assert all(each.audit is None for each in published(pipeline).values())
