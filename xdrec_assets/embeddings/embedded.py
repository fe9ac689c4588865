"""Publish the vectors of texts: the language model's once per distinct content, the word vectors as of a date."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, replace

from data_quality.contract import load_contract
from resources.encoding.spec import EncoderSpec
from resources.engine import Session
from resources.fingerprint import fingerprint
from resources.partitions import Partition
from xdrec_assets.embeddings.chosen_encoder import encoder_spec
from xdrec_assets.embeddings.collection import collect_unused
from xdrec_assets.embeddings.families import (
    FAMILIES,
    RETIRED,
    SERVING,
    Family,
    Filled,
    Standing,
    families_table,
    family_of,
    is_expired,
    read_families,
    turned,
)
from xdrec_assets.embeddings.filling import fill, lacking
from xdrec_assets.embeddings.item_texts import QUARANTINED, TEXTS
from xdrec_assets.embeddings.item_words import item_words
from xdrec_assets.embeddings.quantised_texts import QUANTISED, publish_quantised
from xdrec_assets.embeddings.reading import WORDS, bind_vectors
from xdrec_assets.embeddings.texts_in_use import bind_texts, documents
from xdrec_assets.joined.joining import WHOLE
from xdrec_assets.joined.past import load_past
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, publish, publish_as_of, stale, unchanged

OF_STEP = (TEXTS, QUARANTINED, QUANTISED, FAMILIES)


def publish_item_texts(pipeline: Pipeline) -> Iterator[Publication]:
    """Encode the texts of items and outside documents that the wanted family lacks, and say which family serves.

    What is stored is never encoded again; where nothing that it is made from has changed, nothing is looked at. A new
    family fills beside the one that serves, which is kept up with new texts until the new one is complete and takes its
    place. In the end small files become few, and vectors that nobody needs are collected.
    """
    before = _kept_families(pipeline)
    wanted = family_of(encoder_spec(pipeline))
    if _is_up_to_date(pipeline, before, wanted):
        yield from unchanged(pipeline, *OF_STEP)
        return
    published = set()
    for publication in _published(pipeline, before, wanted):
        published.add(publication.table)
        yield publication
    yield from unchanged(pipeline, *(table for table in OF_STEP if table not in published))


def publish_item_words(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """Word vectors (TF-IDF with SVD) of the texts known before a date, fitted on just those."""
    past, settings = load_past(pipeline, partition.first), pipeline.settings.embeddings
    made_from = fingerprint(
        past.digest, settings.words, settings.words_size, settings.seed, pipeline.code_of("embeddings")
    )
    if not stale(pipeline, [WORDS], {partition.key: made_from}):
        yield from unchanged(pipeline, WORDS)
        return
    described = past.items.filter(past.items["text"].is_valid())
    rows = item_words(partition.first, described, settings.words_size, settings.seed, settings.words)
    with pipeline.engine.session() as session:
        yield publish_as_of(pipeline, session, WORDS, rows, partition, made_from)


def _published(pipeline: Pipeline, before: Sequence[Standing], wanted: Family) -> Iterator[Publication]:
    yield from _first_versions(pipeline)
    with pipeline.engine.session() as session:
        bind_texts(pipeline, session)
        filled = yield from _fill(pipeline, session, before, wanted)
        after = turned(before, wanted, filled, pipeline.today)
        pipeline.lake.fold(TEXTS)
        collect_unused(pipeline, session, after)
    yield from publish_quantised(pipeline, next((each for each in after if each.state == SERVING), None))
    yield _publish_families(pipeline, after, wanted)


def _kept_families(pipeline: Pipeline) -> list[Standing]:
    """The families of the last run, without those that have been out of use for too long."""
    keep_days = pipeline.settings.embeddings.keep_retired_days
    return [each for each in read_families(pipeline) if not is_expired(each, pipeline.today, keep_days)]


def _fill(
    pipeline: Pipeline, session: Session, before: Sequence[Standing], wanted: Family
) -> Generator[Publication, None, dict[Family, tuple[EncoderSpec, Filled]]]:
    """Fill the family that serves, then the wanted one if it is another; how far each is."""
    settings = pipeline.settings.embeddings
    to_fill = {each.family: each.encoder for each in before if each.state == SERVING} | {wanted: encoder_spec(pipeline)}
    sizes = {each.family: each.filled.size for each in before}
    left, filled = settings.texts_per_run, {}
    for family, encoder in to_fill.items():
        n_before = pipeline.lake.count(TEXTS)
        if family == wanted or _is_there(family, encoder):
            found = yield from fill(pipeline, session, family, encoder, left)
        else:
            looked = lacking(pipeline, session, family)
            found = Filled(None, looked.n_texts, looked.n_missing)
        left = None if left is None else left - (pipeline.lake.count(TEXTS) - n_before)
        filled[family] = encoder, replace(found, size=found.size or sizes.get(family) or _size(pipeline, family))
    return filled


def _is_there(family: Family, encoder: EncoderSpec) -> bool:
    """Whether the encoder of a family can still be had; its folder may be gone, or hold other weights."""
    try:
        return family_of(encoder) == family
    except ValueError:
        return False


def _size(pipeline: Pipeline, family: Family) -> int | None:
    with pipeline.engine.session() as session:
        bind_vectors(pipeline, session)
        found = session.query("embeddings/size", asdict(family)).fetchall()
    return int(found[0][0]) if found else None


def _first_versions(pipeline: Pipeline) -> Iterator[Publication]:
    """Tables that rows are added to begin empty, and may stay so."""
    for table in (TEXTS, QUARANTINED, QUANTISED):
        if pipeline.lake.version(table) is None:
            with pipeline.engine.session() as session:
                name = table.replace("/", ".")
                session.bind_rows(name, load_contract(table).arrow_schema().empty_table())
                yield publish(pipeline, session, table, name, append=True)


def _is_up_to_date(pipeline: Pipeline, before: Sequence[Standing], wanted: Family) -> bool:
    lacks = any(each.filled.n_missing for each in before if each.state != RETIRED)
    return not lacks and not stale(pipeline, [FAMILIES], {WHOLE: _made_from(pipeline, before, wanted)})


def _publish_families(pipeline: Pipeline, after: Sequence[Standing], wanted: Family) -> Publication:
    with pipeline.engine.session() as session:
        session.bind_rows("embeddings.families", families_table(after))
        fingerprints = {WHOLE: _made_from(pipeline, after, wanted)}
        return publish(pipeline, session, FAMILIES, "embeddings.families", fingerprints=fingerprints)


def _made_from(pipeline: Pipeline, families: Sequence[Standing], wanted: Family) -> int:
    """What the step sees: while this stands there is nothing to do."""
    stand = [pipeline.lake.version(table) is not None for table in (TEXTS, QUARANTINED, QUANTISED)]
    read = [document.content_hash for document in documents(pipeline)]
    settings = pipeline.settings.embeddings
    kept = families_table(families).to_pylist()
    wants = [asdict(wanted), settings.encoder.model_dump(), settings.quantised]
    return fingerprint(pipeline.lake.state("joined/items"), stand, read, kept, wants, pipeline.code_of("embeddings"))
