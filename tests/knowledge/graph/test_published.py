"""Entity vectors are published by scope, shown by title, as of a date, and only when something changed."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from resources.partitions import Partition
from tests.worlds import ITEMS, SETTINGS, SHOP, event, join, land, lines, rows, world
from xdrec_assets.joined.past import load_past
from xdrec_assets.knowledge.graph.published import publish_entity_vectors
from xdrec_assets.knowledge.graph.reading import graph_vectors
from xdrec_assets.knowledge.triples_published import publish_triples
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication

AS_OF, LATER = Partition.of_day(date(2026, 1, 12)), Partition.of_day(date(2026, 1, 14))
SOLD = SHOP + ITEMS
GRAPH = "knowledge: {graph: {encoder: transe, size: 8, epochs: 4, check_every: 2, batch: 64, held_out: 0.1}}\n"


def opened(tmp_path: Path, *names: str) -> Pipeline:
    """Shops of 24 items each, in six categories and with four tags."""
    files = {}
    for name in names:
        items = [
            {"sku": f"{i:02d}", "name": f"{name} item {i}", "cats": f"c{i % 6}", "tags": f"t{i % 4}"} for i in range(24)
        ]
        files[f"{name}/items/2026-01-06.jsonl"] = lines(*items)
        files[f"{name}/events/2026-01-06.jsonl"] = lines(event(f"{name} fan", "03", "2026-01-06T12:00:00Z"))
    platforms = {name: SOLD.replace("shop", name).replace("Shop", name.title()) for name in names}
    pipeline = world(
        tmp_path,
        files,
        platforms,
        SETTINGS.replace("01-05", "01-06").replace("last: 2026-01-14", "last: 2026-01-12") + GRAPH,
    )
    join(pipeline)
    return pipeline


def publish(pipeline: Pipeline, as_of: Partition = AS_OF) -> Publication:
    list(publish_triples(pipeline, as_of))
    (done,) = publish_entity_vectors(pipeline, as_of)
    return done


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return opened(tmp_path_factory.mktemp("shops"), "shop", "store")


@pytest.fixture(scope="module")
def done(pipeline: Pipeline) -> Publication:
    return publish(pipeline)


def test_every_scope_is_published_and_shown(pipeline: Pipeline, done: Publication) -> None:
    found = rows(pipeline, "knowledge/entity_vectors")
    assert len(found) == (48 + 10) + 2 * (24 + 10)
    assert {row["scope"] for row in found} == {"all", "shop", "store"}
    assert {len(row["vector"]) for row in found} == {8}
    assert {row["title"] for row in found if row["entity"] == "store/07"} == {"store item 7"}
    assert done.figures["encoder"] == "transe"
    assert done.figures["all: held-out facts"] > 0
    assert done.shown.pictures["loss"].startswith(b"\x89PNG")
    assert "shop item 0" in done.shown.preview["item"].to_pylist()


def test_vectors_are_read_row_aligned(pipeline: Pipeline, done: Publication) -> None:
    vectors = graph_vectors(pipeline, load_past(pipeline, AS_OF.first))
    assert sorted(vectors) == ["all", "shop", "store"]
    assert {rows.shape for rows in vectors.values()} == {(48, 8)}
    assert vectors["all"].any(axis=1).all()
    np.testing.assert_array_equal(np.flatnonzero(vectors["store"].any(axis=1)), np.arange(24, 48))
    found = rows(pipeline, "knowledge/entity_vectors", "scope", "entity", "vector")
    (expected,) = [vector for scope, entity, vector in found if (scope, entity) == ("store", "store/05")]
    np.testing.assert_array_equal(vectors["store"][24 + 5], np.array(expected, np.float32))


def test_nothing_is_done_again_while_nothing_changes(pipeline: Pipeline, done: Publication) -> None:
    again = publish(pipeline)
    assert again.version == done.version
    assert again.audit is None


def test_no_encoder_publishes_no_rows_and_reads_as_nothing(pipeline: Pipeline, done: Publication) -> None:
    graph = pipeline.settings.knowledge.graph.model_copy(update={"encoder": "none"})
    knowledge = pipeline.settings.knowledge.model_copy(update={"graph": graph})
    without = replace(pipeline, settings=replace(pipeline.settings, knowledge=knowledge))
    past = load_past(without, LATER.first)
    assert graph_vectors(without, past)["all"].shape == (48, 0)
    assert publish(without, LATER).n_rows == 0
    assert graph_vectors(without, past)["shop"].shape == (48, 0)


def test_an_item_more_is_encoded_and_one_of_the_future_is_not(tmp_path: Path) -> None:
    pipeline = opened(tmp_path, "shop")
    first = publish(pipeline)
    for day, sku in (("2026-01-09", "99"), ("2026-01-12", "98")):
        land(pipeline, {f"shop/items/{day}.jsonl": lines({"sku": sku, "name": "New", "cats": "c1"})})
    join(pipeline)
    assert publish(pipeline).version > first.version
    entities = rows(pipeline, "knowledge/entity_vectors", "entity")
    assert "shop/99" in entities
    assert "shop/98" not in entities
