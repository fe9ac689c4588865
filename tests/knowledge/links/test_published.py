"""Links are published with what people want to see of them, and only when something changed."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from resources.partitions import Partition
from tests.embeddings.worlds import ENCODER, LengthEncoder, publish
from tests.knowledge.links.test_previews import link
from tests.worlds import ITEMS, SETTINGS, SHOP, event, join, lines, rows, world
from xdrec_assets.knowledge.links.item_links import SCHEMA
from xdrec_assets.knowledge.links.published import link_figures, publish_item_links
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication

AS_OF, LATER = Partition.of_day(date(2026, 1, 12)), Partition.of_day(date(2026, 1, 14))
SOLD = SHOP + ITEMS.split("    text:")[0] + '    text: "{title}"\n'
CATALOGUES = {"shop": ("Acme kettle", "Blue lamp"), "store": ("Oak bench", "kettle, Acme")}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pipeline, Publication]:
    """Two shops that both list the kettle, seen by one person each, and later the lamp; as of two dates."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xdrec_assets.embeddings.filling.text_encoder", lambda spec, *_: LengthEncoder(spec.variant))
        pipeline = two_shops(tmp_path_factory.mktemp("shops"))
        publish(pipeline)
    first, _ = [*publish_item_links(pipeline, AS_OF), *publish_item_links(pipeline, LATER)]
    return pipeline, first


def two_shops(folder: Path) -> Pipeline:
    platforms = {name: SOLD.replace("shop", name).replace("Shop", name.title()) for name in CATALOGUES}
    files = {"store/items/2026-01-12.jsonl": lines({"sku": "store9", "name": "Blue Lamp"})}
    for name, titles in CATALOGUES.items():
        items = [{"sku": f"{name}{i}", "name": title} for i, title in enumerate(titles)]
        files[f"{name}/items/2026-01-06.jsonl"] = lines(*items)
        files[f"{name}/events/2026-01-06.jsonl"] = lines(event(f"{name} fan", f"{name}0", "2026-01-06T12:00:00Z"))
    pipeline = world(folder, files, platforms, f"{SETTINGS}embeddings: {{encoder: {ENCODER}}}\n")
    join(pipeline)
    return pipeline


def twins(pipeline: Pipeline, as_of: Partition) -> set[tuple[str, str]]:
    found = [row for row in rows(pipeline, "knowledge/item_links") if row["as_of"] == as_of.first and row["is_twin"]]
    return {(row["item_id"], row["other_item_id"]) for row in found}


def test_twins_are_published_and_shown(published: tuple[Pipeline, Publication]) -> None:
    _, done = published
    assert done.figures["twins"] == 1
    assert done.shown.preview is not None
    shown = done.shown.preview.to_pylist()[0]
    assert (shown["item"], shown["nearest item"], shown["kind"]) == ("Acme kettle", "kettle, Acme", "same_product")
    assert done.shown.pictures["similarity of the nearest"].startswith(b"\x89PNG")


def test_items_of_the_future_are_not_linked(published: tuple[Pipeline, Publication]) -> None:
    pipeline, _ = published
    assert twins(pipeline, AS_OF) == {("shop0", "store1"), ("store1", "shop0")}
    assert twins(pipeline, LATER) == twins(pipeline, AS_OF) | {("shop1", "store9"), ("store9", "shop1")}


def test_nothing_is_done_again_while_nothing_changes(published: tuple[Pipeline, Publication]) -> None:
    pipeline, _ = published
    version = pipeline.lake.version("knowledge/item_links")
    (again,) = publish_item_links(pipeline, AS_OF)
    assert (again.n_rows, again.version, pipeline.lake.version("knowledge/item_links")) == (0, version, version)


def test_links_are_counted_by_platforms_and_kind() -> None:
    links = [link(1, is_twin=True), link(2), link(3), link(1, is_twin=True, turned=True)]
    assert link_figures(pa.Table.from_pylist(links, SCHEMA)) == {
        "twins": 1,
        "shop → video: same_product": 1,
        "shop → video: by chance": 2,
        "video → shop: same_product": 1,
    }


def test_no_links_are_counted_as_none() -> None:
    assert link_figures(SCHEMA.empty_table()) == {"twins": 0}
