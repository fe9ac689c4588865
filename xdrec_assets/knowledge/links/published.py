"""Publish the links between items of different platforms as of a date."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from resources.fingerprint import fingerprint
from resources.partitions import Partition
from xdrec_assets.embeddings.families import serving
from xdrec_assets.embeddings.reading import text_vectors
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.knowledge.links.item_links import item_links
from xdrec_assets.knowledge.links.previews import links_preview, twins_preview
from xdrec_assets.knowledge.links.similarity_plot import similarity_plot
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, Shown, publish_as_of, stale, unchanged

LINKS = "knowledge/item_links"


def publish_item_links(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """The nearest items of each item on every other platform, by what their texts mean, and which of them are twins.

    All links are computed anew where anything changed: every new text moves the whitening of its platform, and with it
    all similarities.
    """
    past = load_past(pipeline, partition.first)
    made_from = _made_from(pipeline, past)
    if not stale(pipeline, [LINKS], {partition.key: made_from}):
        yield from unchanged(pipeline, LINKS)
        return
    texts = text_vectors(pipeline, serving(pipeline), past.items["content_hash"])
    rows = item_links(past.history, past.items, texts, pipeline.settings.knowledge.links)
    dated = rows.add_column(0, "as_of", pa.repeat(pa.scalar(partition.first, pa.date32()), rows.num_rows))
    with pipeline.engine.session() as session:
        yield publish_as_of(
            pipeline, session, LINKS, dated, partition, made_from, link_figures(rows), _shown(rows, past.items)
        )


def link_figures(links: pa.Table) -> dict[str, float | int | str]:
    """How many links there are of each kind between which platforms, and how many pairs of twins; both ways as one."""
    once = links.filter(pc.less(links["platform"], links["other_platform"]))
    counted = links.group_by(["platform", "other_platform", "kind"]).aggregate([([], "count_all")])
    figures: dict[str, float | int | str] = {"twins": int(pc.sum(once["is_twin"]).as_py() or 0)}
    counted = counted.sort_by([(name, "ascending") for name in ("platform", "other_platform", "kind")])  # nulls last
    for row in counted.to_pylist():
        figures[f"{row['platform']} → {row['other_platform']}: {row['kind'] or 'by chance'}"] = row["count_all"]
    return figures


def _shown(links: pa.Table, items: pa.Table) -> Shown:
    picture = similarity_plot(links)
    return Shown(
        preview=pa.concat_tables([twins_preview(links, items), links_preview(links, items)]),
        pictures={"similarity of the nearest": picture} if picture else {},
    )


def _made_from(pipeline: Pipeline, past: Past) -> int:
    texts, settings = serving(pipeline), pipeline.settings.knowledge.links
    return fingerprint(
        past.digest,
        vars(texts.family),
        texts.filled.n_missing,
        settings.model_dump(mode="json"),
        pipeline.code_of("embeddings", "knowledge"),
    )
