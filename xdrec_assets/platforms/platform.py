"""A platform, as its one YAML file describes it."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator, model_validator

from data_quality.yaml_model import Model
from resources.names import name
from xdrec_assets.platforms.feedback import Feedback
from xdrec_assets.platforms.quality import Quality
from xdrec_assets.platforms.source import Source

BESIDE = {"rejected", "files", "quarantined", "duplicates"}  # tables that every platform has beside its sources'

OWNER = re.compile(r"team:[\w. -]+|[\w.+-]+@[\w-]+(\.[\w-]+)+")


def _team_or_address(owner: str) -> str:
    if not OWNER.fullmatch(owner):
        raise ValueError("an owner is team:name or an e-mail address")
    return owner


Owner = Annotated[str, AfterValidator(_team_or_address)]


class Platform(Model):
    """A shop, a video site, a music app: who owns it and what it lands."""

    platform: Annotated[str, Field(description="the file's name; becomes a path and a key")]
    title: Annotated[str, Field(description="what people call it")]
    owner: Annotated[Owner, Field(description="team:name or an e-mail address, shown in the web UI")]
    user_namespace: Annotated[str, Field(description="platforms that share user ids share this")] = ""
    born: Annotated[date | None, Field(description="first day on which anything can have happened there")] = None
    sources: Annotated[dict[str, Source], Field(description="events, items, links, and what else lands")]
    quality: Annotated[Quality, Field(description="when a partition of landed files is refused")] = Quality()
    feedback: Annotated[
        Feedback | None,
        # left out of dumps, by which raw and clean tables see that they must be made again: none depends on it
        Field(exclude=True, description="which events say what became of what was shown"),
    ] = None

    @field_validator("platform")
    @classmethod
    def _platform_is_a_name(cls, value: str) -> str:
        return name(value, of="platform")

    @field_validator("user_namespace")
    @classmethod
    def _namespace_is_a_name(cls, value: str) -> str:
        return name(value, of="user_namespace")

    @field_validator("sources")
    @classmethod
    def _sources_are_names(cls, sources: dict[str, Source]) -> dict[str, Source]:
        for source in sources:
            if name(source, of="source") in BESIDE:
                raise ValueError(f"source {source!r} is the name of a table that every platform has; rename it")
        if "events" not in sources:
            raise ValueError("no events; a platform has at least sources.events")
        return sources

    @model_validator(mode="before")
    @classmethod
    def _default_namespace(cls, given: object) -> object:
        if isinstance(given, dict) and not given.get("user_namespace"):
            return {**given, "user_namespace": given.get("platform", "")}
        return given

    @model_validator(mode="after")
    def _feedback_is_of_its_events(self) -> Platform:
        known = self.sources["events"].event_types
        if self.feedback and known:  # a log with SQL of its own names its types there
            self.feedback.check_types(known)
        return self

    @property
    def has_items(self) -> bool:
        """Whether it lands item texts."""
        return "items" in self.sources

    @property
    def has_links(self) -> bool:
        """Whether it lands identity links."""
        return "links" in self.sources

    def canonical_tables(self) -> list[str]:
        """The canonical tables it fills, in order."""
        return [table for table in ("events", "items", "links") if table in self.sources]


def raw_tables(platform: Platform) -> list[str]:
    """The raw tables of a platform: one per source, and what every platform has."""
    return [f"raw/{platform.platform}/{table}" for table in (*platform.sources, "rejected", "files")]


def clean_tables(platform: Platform) -> list[str]:
    """The clean tables of a platform, what broke a rule and what was said twice included."""
    beside = ("quarantined", "duplicates")
    return [f"clean/{platform.platform}/{table}" for table in (*platform.canonical_tables(), *beside)]


def is_accounted(table: str) -> bool:
    """Whether every line or row behind a table is in one place: of what sources give, is joined, is read of graphs."""
    stage, *_, last = table.split("/")
    return table == "knowledge/triples" or (stage in ("raw", "clean", "joined") and last not in BESIDE)
