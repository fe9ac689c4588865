"""Publish the triples of an as-of date, with every line of the outside sources accounted for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from data_quality.verdict import RuleResult
from resources.fingerprint import fingerprint
from resources.partitions import Partition
from xdrec_assets.embeddings.documents import QUARANTINED as UNUSED
from xdrec_assets.embeddings.texts_in_use import harmless, read_sources
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.knowledge.extractors import Extractor, extractors
from xdrec_assets.knowledge.outside.reading import ReadTriples
from xdrec_assets.knowledge.outside.sources import read_known
from xdrec_assets.knowledge.triples import SCHEMA, distinct
from xdrec_assets.knowledge.triples_preview import triples_preview
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, Shown, publish_as_of, stale, unchanged

TRIPLES, QUARANTINED = "knowledge/triples", "knowledge/quarantined"
EXPECTED = "lines in = triples + duplicates + quarantined + passed over, of each outside source"


def publish_triples(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """Publish what all extractors find, each fact once per source, and the lines of outside sources set apart."""
    past, found = load_past(pipeline, partition.first), extractors()
    made_from = _made_from(pipeline, past, found)
    if not stale(pipeline, [TRIPLES, QUARANTINED], {partition.key: made_from}):
        yield from unchanged(pipeline, TRIPLES, QUARANTINED)
        return
    tables = {each.name: each.triples(pipeline, past) for each in found}
    rows = distinct(pa.concat_tables([SCHEMA.empty_table(), *tables.values()]))
    outside = read_known(pipeline, partition.first)
    apart = [each.quarantined for each in outside.values()]
    apart += [each.quarantined for each in read_sources(pipeline, partition.first)]
    quarantined = pa.concat_tables([UNUSED.empty_table(), *apart])
    figures = figures_of(tables, rows, outside)
    shown = Shown(preview=triples_preview(rows, past.items))
    with pipeline.engine.session() as session:
        found_of = pa.array(harmless(session, quarantined["found"].to_pylist()), pa.string())
        quarantined = quarantined.set_column(UNUSED.get_field_index("found"), "found", found_of)
        done = publish_as_of(pipeline, session, TRIPLES, _dated(rows, partition), partition, made_from, figures, shown)
        yield replace(done, accounts=accounts_of(rows, outside))
        yield publish_as_of(pipeline, session, QUARANTINED, _dated(quarantined, partition), partition, made_from)


def figures_of(tables: Mapping[str, pa.Table], rows: pa.Table, outside: Mapping[str, ReadTriples]) -> dict[str, int]:
    """What the asset shows of a publication: the facts by extractor, and where the lines of outside sources went."""
    figures = {f"from {name}": table.num_rows for name, table in tables.items()}
    if outside:
        figures["lines of outside sources"] = sum(read.n_lines for read in outside.values())
        figures["of which passed over"] = sum(read.n_passed_over for read in outside.values())
        figures["of which quarantined"] = sum(read.quarantined.num_rows for read in outside.values())
    figures["said twice"] = sum(table.num_rows for table in tables.values()) - rows.num_rows
    return figures


def accounts_of(rows: pa.Table, outside: Mapping[str, ReadTriples]) -> RuleResult:
    """Whether every line of every outside source is in one place: the rows published of it are counted here."""
    counted = rows.group_by("source").aggregate([([], "count_all")])
    published = dict(zip(*(counted[name].to_pylist() for name in ("source", "count_all")), strict=True))
    wrong = []
    for source, read in outside.items():
        n_out = published.get(source, 0) + n_repeated(read.triples) + read.quarantined.num_rows + read.n_passed_over
        if n_out != read.n_lines:
            wrong.append(f"{source}: {read.n_lines:,} in, {n_out:,} out")
    n_lines = sum(read.n_lines for read in outside.values())
    return RuleResult("accounts", None, "block", not wrong, len(wrong), n_lines, EXPECTED, tuple(wrong), of="lines")


def n_repeated(triples: pa.Table) -> int:
    """How many triples of a source say what another one of it has said."""
    counts = triples.group_by(["head", "relation", "tail"]).aggregate([([], "count_all")])["count_all"]
    return pc.sum(pc.subtract(counts, 1)).as_py() or 0


def _made_from(pipeline: Pipeline, past: Past, found: list[Extractor]) -> int:
    documents = [[each.content_hash for each in read.documents] for read in read_sources(pipeline, past.history.as_of)]
    parts = [[each.name, each.made_from(pipeline, past)] for each in found]
    return fingerprint(past.digest, documents, parts, pipeline.code_of("knowledge", "platforms"))


def _dated(rows: pa.Table, partition: Partition) -> pa.Table:
    return rows.add_column(0, "as_of", pa.repeat(pa.scalar(partition.first, pa.date32()), rows.num_rows))
