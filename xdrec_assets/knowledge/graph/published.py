"""Publish the entity vectors of an as-of date."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from data_quality.contract import load_contract
from resources.fingerprint import fingerprint
from resources.partitions import Partition
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.knowledge.graph.entity_vectors import ALL, encoded_scopes, entity_vectors_table
from xdrec_assets.knowledge.graph.reading import ENTITIES
from xdrec_assets.knowledge.graph.shown import figures_of, loss_plot, neighbours_preview
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.progress import working
from xdrec_assets.publishing import Publication, Shown, publish_as_of, stale, unchanged

TRIPLES = "knowledge/triples"


def publish_entity_vectors(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """Encode the graph of an as-of date; nothing is done where neither its facts nor what it learns from changed."""
    past, settings = load_past(pipeline, partition.first), pipeline.settings.knowledge.graph
    made_from = _made_from(pipeline, past, partition)
    if not stale(pipeline, [ENTITIES], {partition.key: made_from}):
        yield from unchanged(pipeline, ENTITIES)
        return
    triples, found = _triples(pipeline, past), []
    if settings.encoder != "none":
        with working(ENTITIES, "facts") as progress:
            found = list(encoded_scopes(past.history, triples, settings, progress=progress))
    schema = load_contract(ENTITIES).arrow_schema()
    tables = [entity_vectors_table(past.history, past.items["title"], triples, one) for one in found]
    preview = neighbours_preview(tables[0]) if found and found[0].scope == ALL else None
    pictures = {"loss": loss_plot(found)} if found else {}
    rows = pa.concat_tables([table.cast(schema) for table in tables]) if tables else schema.empty_table()
    figures, shown = figures_of(found, settings.encoder), Shown(preview=preview, pictures=pictures)
    with pipeline.engine.session() as session:
        yield publish_as_of(pipeline, session, ENTITIES, rows, partition, made_from, figures, shown)


def _made_from(pipeline: Pipeline, past: Past, partition: Partition) -> int:
    return fingerprint(
        past.digest,
        pipeline.lake.fingerprints(TRIPLES, [partition.key]),
        pipeline.settings.knowledge.graph.model_dump(mode="json"),
        pipeline.code_of("knowledge"),
    )


def _triples(pipeline: Pipeline, past: Past) -> pa.Table:
    with pipeline.engine.session() as session:
        session.bind("knowledge.rows", [TRIPLES], load_contract(TRIPLES).arrow_schema())
        return session.query("knowledge/as_of_rows", {"as_of": past.history.as_of}).to_arrow_table()
