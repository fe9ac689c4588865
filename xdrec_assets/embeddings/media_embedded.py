"""Publish the vectors of the pictures and sounds that items name: once per content, unchanged files unread."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa

from data_quality.contract import load_contract
from resources.encoding.media_files import BrokenFile, MediaLimits, MediumName, find_media, read_media
from resources.encoding.media_network import MediaEncoder
from resources.encoding.media_spec import MediaSpec
from resources.encoding.model_files import find_model_files
from resources.fingerprint import fingerprint
from resources.landing import LandedFile
from xdrec_assets.embeddings.families import Family
from xdrec_assets.embeddings.item_media import (
    FILES,
    QUARANTINED,
    VECTORS,
    EncodedFiles,
    encode_files,
    in_chunks,
    quarantined,
)
from xdrec_assets.joined.joining import WHOLE, bind_joined
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.progress import working
from xdrec_assets.publishing import Publication, publish, stale, unchanged

TABLES = (FILES, *VECTORS.values(), QUARANTINED)


@dataclass(frozen=True)
class Wanted:
    """A medium that shall be encoded: by what, and the files that items name."""

    medium: MediumName
    spec: MediaSpec
    family: Family
    files: Sequence[LandedFile]
    broken: dict[str, str]
    """Why the others are not read, by path; what cannot be encoded is added."""


def publish_item_media(pipeline: Pipeline) -> Iterator[Publication]:
    """Encode the pictures and sounds for which the settings name an encoder; add their vectors.

    Files that stand as they were read are left alone, and so are contents that have a vector. What is encoded is
    published chunk by chunk, so that a kill loses one at most; the quarantine comes last, and with it the knowledge
    that nothing is left to do.
    """
    specs = media_specs(pipeline)
    if not specs:
        yield from unchanged(pipeline, *TABLES)
        return
    named = named_media(pipeline)
    wanted = [_wanted(pipeline, medium, spec, named) for medium, spec in specs.items()]
    made_from = {WHOLE: _made_from(pipeline, wanted)}
    published: set[str] = set()
    if stale(pipeline, [QUARANTINED], made_from):
        for one in wanted:
            for publication in _publish_medium(pipeline, one):
                published.add(publication.table)
                yield publication
        rows = quarantined(named, {one.medium: one.broken for one in wanted}, _quarantine(pipeline), pipeline.today)
        published.add(QUARANTINED)
        with pipeline.engine.session() as session:
            session.bind_rows("embeddings.built", rows)
            yield publish(pipeline, session, QUARANTINED, "embeddings.built", fingerprints=made_from)
    yield from unchanged(pipeline, *(table for table in TABLES if table not in published))


def media_vectors(pipeline: Pipeline, medium: MediumName, as_of: date) -> pa.Table:
    """The vectors of items' pictures or sounds as of a date: platform, item_id, vector; none without an encoder.

    An item has the file that it named then, and the file the content it had when it was last read before the date.
    """
    spec = media_specs(pipeline).get(medium)
    if spec is None:
        return pa.table({"platform": pa.array([], pa.string()), "item_id": pa.array([], pa.string()), "vector": NONE})
    with pipeline.engine.session() as session:
        bind_joined(pipeline, session, "items")
        session.bind("embeddings.media_files", [FILES], load_contract(FILES).arrow_schema())
        session.bind("embeddings.media_vectors", [VECTORS[medium]], load_contract(VECTORS[medium]).arrow_schema())
        family = vars(_family(pipeline, medium, spec))
        return session.query("embeddings/media_of_items", {"medium": medium, "as_of": as_of, **family}).to_arrow_table()


def media_specs(pipeline: Pipeline) -> dict[MediumName, MediaSpec]:
    """The encoder of each medium that has one in the settings."""
    settings = pipeline.settings.embeddings
    specs: dict[MediumName, MediaSpec | None] = {"image": settings.image_encoder, "audio": settings.audio_encoder}
    return {medium: spec for medium, spec in specs.items() if spec is not None}


def named_media(pipeline: Pipeline) -> pa.Table:
    """The files that items name now: platform, item_id, medium, file."""
    with pipeline.engine.session() as session:
        bind_joined(pipeline, session, "items")
        return session.query("embeddings/named_media").to_arrow_table()


def limits_of(pipeline: Pipeline) -> MediaLimits:
    """What a media file may hold, as the settings say."""
    settings = pipeline.settings.embeddings
    return MediaLimits(settings.media_bytes, settings.media_pixels, settings.media_seconds)


def _wanted(pipeline: Pipeline, medium: MediumName, spec: MediaSpec, named: pa.Table) -> Wanted:
    """Look up the files of a medium, each once."""
    found, broken, limits = [], {}, limits_of(pipeline)
    for path in sorted({row["file"] for row in named.to_pylist() if row["medium"] == medium}):
        try:
            found.append(find_media(pipeline.landing, path, limits))
        except BrokenFile as reason:
            broken[path] = str(reason)
    return Wanted(medium, spec, _family(pipeline, medium, spec), found, broken)


def _family(pipeline: Pipeline, medium: MediumName, spec: MediaSpec) -> Family:
    """What the vectors are kept under; of sound the seconds read are part of it, since they decide what a vector is."""
    files = find_model_files(spec.model)
    seconds = f" {pipeline.settings.embeddings.media_seconds:g} s" if medium == "audio" else ""
    return Family(files.model, files.revision, spec.variant + seconds)


def _made_from(pipeline: Pipeline, wanted: Sequence[Wanted]) -> int:
    stood = [
        [one.medium, str(one.family), [(f.path, f.n_bytes, f.modified_at) for f in one.files], one.broken]
        for one in wanted
    ]
    items, limits = pipeline.lake.state("joined/items"), vars(limits_of(pipeline))
    return fingerprint(pipeline.code_of("embeddings"), items, limits, stood)


def _publish_medium(pipeline: Pipeline, wanted: Wanted) -> Iterator[Publication]:
    """Encode what is new of a medium; reasons of what cannot be are added to `wanted.broken`."""
    known, before = _known(pipeline, wanted)
    stood = {path: (n_bytes, at) for path, (n_bytes, at, content_hash) in before.items() if content_hash in known}
    todo = [file for file in wanted.files if stood.get(file.path) != (file.n_bytes, file.modified_at)]
    if not todo:
        return
    encoder, began, n_done = _encoder(pipeline, wanted), time.monotonic(), 0
    with working(VECTORS[wanted.medium], "files") as on_progress:
        parts = encode_files(
            todo,
            lambda file: read_media(pipeline.landing, file),
            encoder,
            wanted.medium,
            wanted.family,
            known,
            datetime.now(UTC),
            on_progress,
        )
        for chunk in in_chunks(parts, pipeline.settings.embeddings.chunk_size):
            n_done += chunk.n_files
            wanted.broken.update(chunk.broken)
            speed = round(n_done / (time.monotonic() - began), 1)
            ran = {"model": wanted.family.model, "ran as": encoder.ran_as}
            yield from _publish_chunk(pipeline, wanted.medium, chunk, {"files a second": speed, **ran})


def _publish_chunk(
    pipeline: Pipeline, medium: MediumName, chunk: EncodedFiles, ran: dict[str, float | int | str]
) -> Iterator[Publication]:
    """Vectors first, and then that their files were read: a kill in between reads these files once more."""
    counts = {"files encoded": chunk.vectors.num_rows, "files broken": len(chunk.broken)}
    for table, rows, figures in ((VECTORS[medium], chunk.vectors, {**counts, **ran}), (FILES, chunk.files, {})):
        if rows.num_rows:
            with pipeline.engine.session() as session:
                session.bind_rows("embeddings.built", rows)
                yield publish(pipeline, session, table, "embeddings.built", append=True, figures=figures)


def _known(pipeline: Pipeline, wanted: Wanted) -> tuple[set[str], dict[str, tuple[int, datetime, str]]]:
    """The contents that have a vector; and files as they were last read: size, time of change and hash by path."""
    table = VECTORS[wanted.medium]
    with pipeline.engine.session() as session:
        session.bind("embeddings.media_vectors", [table], load_contract(table).arrow_schema())
        session.bind("embeddings.media_files", [FILES], load_contract(FILES).arrow_schema())
        encoded = session.query("embeddings/encoded_media", vars(wanted.family)).to_arrow_table()
        read = session.query("embeddings/read_media", {"medium": wanted.medium}).to_arrow_table().to_pylist()
    files = {row["file"]: (row["n_bytes"], row["modified_at"], row["content_hash"]) for row in read}
    return set(encoded["content_hash"].to_pylist()), files


def _quarantine(pipeline: Pipeline) -> pa.Table:
    with pipeline.engine.session() as session:
        session.bind("embeddings.media_quarantined", [QUARANTINED], load_contract(QUARANTINED).arrow_schema())
        return session.arrow("embeddings.media_quarantined")


def _encoder(pipeline: Pipeline, wanted: Wanted) -> MediaEncoder:
    from resources.encoding.pictures import PictureEncoder
    from resources.encoding.sounds import SoundEncoder

    settings = pipeline.settings.embeddings
    files, limits = find_model_files(wanted.spec.model), limits_of(pipeline)
    if wanted.medium == "image":
        return PictureEncoder.load(files, wanted.spec, limits, settings.device, settings.network)
    return SoundEncoder.load(files, wanted.spec, limits, settings.device, settings.network)


NONE = pa.array([], pa.list_(pa.float32()))
