"""The outside sources of facts of a platform folder, as far as they were known before a date."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from resources.landing import LandedFile, Landing
from xdrec_assets.knowledge.outside.linking import read_links
from xdrec_assets.knowledge.outside.reading import ReadTriples, read_triples
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.platforms.outside import OutsideSource, files_of, link_files_of

Files = tuple[LandedFile, ...]


def files_known(pipeline: Pipeline, as_of: date) -> list[tuple[str, Files]]:
    """Each source that was known before a date, as its YAML file says it, with its files and those of its links.

    Raises:
        ValueError: nothing landed of one.
    """
    sources = [each for each in pipeline.folder.outside if each.kind == "triples" and each.is_known(as_of)]
    return [
        (
            each.model_dump_json(exclude_unset=True),
            (*files_of(pipeline.landing, each), *link_files_of(pipeline.landing, each)),
        )
        for each in sources
    ]


def read_known(pipeline: Pipeline, as_of: date) -> dict[str, ReadTriples]:
    """What each source says that was known before a date, by its name."""
    platforms = tuple(platform.platform for platform in pipeline.folder.platforms)
    read = [_read(pipeline.landing, said, files, platforms) for said, files in files_known(pipeline, as_of)]
    return {each.source: each for each in read}


@lru_cache(maxsize=4)
def _read(landing: Landing, said: str, files: Files, platforms: tuple[str, ...]) -> ReadTriples:
    """What a source says, read once for all dates of a process while its files stand as they are."""
    source = OutsideSource.model_validate_json(said)
    n_links = len(source.links)
    own, of_links = files[: len(files) - n_links], files[len(files) - n_links :]
    linked = read_links(landing, source, dict(zip(source.links, of_links, strict=True)))
    return read_triples(landing, source, own, platforms, linked)
