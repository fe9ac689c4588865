"""An outside source of knowledge, as its one YAML file describes it: facts of a knowledge graph, or documents."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator, model_validator

from data_quality.yaml_model import Model
from resources.limits import Limits
from resources.names import name
from xdrec_assets.platforms.platform import Owner
from xdrec_assets.platforms.source import Path, below_landing

if TYPE_CHECKING:
    from resources.landing import LandedFile, Landing

FORMATS = {"triples": ("tsv", "recbole", "ntriples"), "documents": ("markdown", "json_lines")}
OF_TRIPLES = ("languages", "relations", "prefixes", "items", "links")
FIELDS = re.compile(r"\{(\w+)\}")


class DocumentColumns(Model):
    """Where a JSON line has what a document is about, and what it says."""

    title: Path = "title"
    text: Path = "text"


class OutsideSource(Model):
    """An encyclopaedia, a knowledge graph, a forum: who owns it and what it lands."""

    source: Annotated[str, Field(description="the file's name; the column source of what comes of it")]
    title: Annotated[str, Field(description="what people call it")]
    owner: Annotated[Owner, Field(description="team:name or an e-mail address")]
    kind: Annotated[Literal["triples", "documents"], Field(description="facts of a graph, or texts about things")]
    files: Annotated[str, Field(min_length=1, description="below the landing root; *, ? and ** stand for any names")]
    format: Annotated[
        Literal["tsv", "recbole", "ntriples", "markdown", "json_lines"],
        Field(description="triples: tsv, recbole (.kg), ntriples; documents: markdown, json_lines"),
    ]
    compression: Literal["none", "gzip", "zstd"] = "none"
    confidence: Annotated[float, Field(gt=0, le=1, description="how sure its facts are")] = 1.0
    known_from: Annotated[
        date | None, Field(description="as-of dates up to this day do not read it; none: it was always known")
    ] = None
    languages: Annotated[
        tuple[str, ...], Field(description="of texts in N-Triples; others are passed over, those of no language stay")
    ] = ("en",)
    relations: Annotated[
        dict[str, str], Field(description="relation as written: as the table is to have it; given, no other is read")
    ] = {}
    prefixes: Annotated[
        tuple[str, ...], Field(description="taken off the names of entities and relations: tag:, http://dbpedia.org/…")
    ] = ()
    items: Annotated[
        str | None, Field(description="how an entity is written that is an item: item:{platform}/{item_id}")
    ] = None
    links: Annotated[
        dict[str, str], Field(description="platform: file of item and entity, tab between them (RecBole's .link)")
    ] = {}
    columns: Annotated[DocumentColumns, Field(description="of JSON lines: title and text")] = DocumentColumns()
    limits: Annotated[Limits, Field(description="what a file may hold")] = Limits()

    @field_validator("source")
    @classmethod
    def _source_is_a_name(cls, value: str) -> str:
        if name(value, of="source") == "items":
            raise ValueError("items are what the platforms' own items say; name the source otherwise")
        return value

    @field_validator("files")
    @classmethod
    def _files_stay_below_landing(cls, files: str) -> str:
        return below_landing(files)

    @field_validator("links")
    @classmethod
    def _links_stay_below_landing(cls, links: dict[str, str]) -> dict[str, str]:
        return {name(platform, of="platform"): below_landing(file) for platform, file in links.items()}

    @field_validator("languages")
    @classmethod
    def _languages_are_tags(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [each for each in languages if not re.fullmatch("[a-z]{2,8}", each)]:
            raise ValueError(f"{', '.join(map(ascii, wrong))}: a language is its short name, such as en or zh")
        return languages

    @field_validator("relations")
    @classmethod
    def _relations_have_names(cls, relations: dict[str, str]) -> dict[str, str]:
        if not all(key.strip() and value.strip() and value.isprintable() for key, value in relations.items()):
            raise ValueError("a relation has a name in printable letters on both sides")
        return relations

    @field_validator("prefixes")
    @classmethod
    def _prefixes_say_something(cls, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        if not all(prefixes):
            raise ValueError("an empty prefix takes nothing off; take it out")
        return prefixes

    @field_validator("items")
    @classmethod
    def _items_have_platform_and_id(cls, items: str | None) -> str | None:
        if items is not None and sorted(FIELDS.findall(items)) != ["item_id", "platform"]:
            raise ValueError("write {platform} and {item_id} once each, as in item:{platform}/{item_id}")
        return items

    @model_validator(mode="after")
    def _format_fits_the_kind(self) -> OutsideSource:
        if self.format not in FORMATS[self.kind]:
            raise ValueError(f"format: found {self.format}, {self.kind} are {', '.join(FORMATS[self.kind])}")
        if self.kind == "documents" and (given := sorted(self.model_fields_set & set(OF_TRIPLES))):
            raise ValueError(f"{', '.join(given)}: triples alone have these; take them out")
        if self.format != "json_lines" and "columns" in self.model_fields_set:
            raise ValueError("columns: json_lines alone has columns; take them out")
        return self

    def is_known(self, as_of: date) -> bool:
        """Whether it was there before an as-of date."""
        return self.known_from is None or self.known_from < as_of


def files_of(landing: Landing, source: OutsideSource) -> tuple[LandedFile, ...]:
    """The files of an outside source as they landed, sorted by path.

    Raises:
        ValueError: none landed.
    """
    if found := tuple(landing.matching(source.files)):
        return found
    raise ValueError(_nothing(landing, source, "files", source.files))


def link_files_of(landing: Landing, source: OutsideSource) -> tuple[LandedFile, ...]:
    """The link files of an outside source, in the order of its platforms.

    Raises:
        ValueError: one did not land.
    """
    found = []
    for platform, path in source.links.items():
        file = landing.find(path)
        if file is None:
            raise ValueError(_nothing(landing, source, f"links.{platform}", path))
        found.append(file)
    return tuple(found)


def _nothing(landing: Landing, source: OutsideSource, key: str, path: str) -> str:
    return (
        f"outside/{source.source}.yaml: {key}: found nothing at {path} below {landing.root}, "
        "expected what the source landed; land it, correct the path, or take the source out"
    )
