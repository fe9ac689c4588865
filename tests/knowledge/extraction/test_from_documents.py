"""Outside documents known before a date become triples of that date, by linking and by a text generator."""

from pathlib import Path

from tests.knowledge.extraction.shops import AS_OF, LATER, SOURCE, WRITER, answer, topic_world
from tests.knowledge.extraction.writers import let_write
from tests.worlds import rows
from xdrec_assets.knowledge.extraction.published import publish_generated
from xdrec_assets.knowledge.triples_published import TRIPLES, publish_triples
from xdrec_assets.pipeline import Pipeline


def facts(pipeline: Pipeline, source: str) -> list[tuple]:
    columns = ("head", "relation", "tail", "evidence")
    return sorted(tuple(row[name] for name in columns) for row in rows(pipeline, TRIPLES) if row["source"] == source)


def test_triples_have_mentions_and_generated_facts(base: Path, tmp_path, monkeypatch) -> None:
    let_write(monkeypatch, answer)
    pipeline = topic_world(base, tmp_path, f"generator: {WRITER % ''}")
    list(publish_triples(pipeline, AS_OF))
    mentions = [("Clay", "mentions", "shop/green tea pot", "A green tea pot is made of clay.")]
    mentions.append(("Tea", "mentions", "drink", "Tea is a drink."))
    assert facts(pipeline, "document mentions") == mentions
    assert facts(pipeline, "text generator") == []
    list(publish_generated(pipeline))
    list(publish_triples(pipeline, AS_OF))
    assert facts(pipeline, "text generator") == [("Tea", "kind_of", "drink", "Tea is a drink.")]
    assert all(each.audit is None for each in publish_triples(pipeline, AS_OF))


def test_documents_that_were_not_known_by_then_are_not_read(base: Path, tmp_path) -> None:
    pipeline = topic_world(base, tmp_path, "", f"{SOURCE}known_from: 2026-01-12\n")
    for partition in (AS_OF, LATER):
        list(publish_triples(pipeline, partition))
    found = [row["as_of"] for row in rows(pipeline, TRIPLES) if row["source"] == "document mentions"]
    assert found == [LATER.first] * 2
