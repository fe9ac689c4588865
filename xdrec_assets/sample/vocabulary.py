"""The words the simulated platforms are written with: topics, areas of life, templates, kept as YAML files."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
import yaml

PLATFORMS = ("music", "news", "shop", "video")  # sorted, as everywhere
_NOT_TOPICS = ("areas.yaml", "templates.yaml")


@dataclass(frozen=True)
class Words:
    """What one platform says about one topic."""

    things: tuple[str, ...]
    tags: tuple[str, ...]
    zh_things: tuple[str, ...]
    category: str


@dataclass(frozen=True)
class Topic:
    """Something people care about on every platform, in each platform's own words."""

    key: str
    name: str
    zh_name: str
    area: str
    zh_area: str
    related: tuple[str, ...]
    article: tuple[str, ...]
    words: Mapping[str, Words]


@dataclass(frozen=True)
class Templates:
    """How one platform writes its titles and descriptions, and who makes its items."""

    relation: str
    makers: tuple[str, ...]
    zh_makers: tuple[str, ...]
    styles: tuple[str, ...]
    titles: tuple[str, ...]
    descriptions: tuple[str, ...]
    also: str
    zh_titles: tuple[str, ...]
    zh_descriptions: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """All topics, in a fixed order, and all templates."""

    topics: tuple[Topic, ...]
    templates: Mapping[str, Templates]
    levels: tuple[str, ...]
    zh_levels: tuple[str, ...]
    places: tuple[str, ...]
    zh_places: tuple[str, ...]

    def only(self, n_topics: int, rng: np.random.Generator) -> "Vocabulary":
        """Return the vocabulary of a smaller world: `n_topics` topics drawn at random, in the same order."""
        chosen = np.sort(rng.permutation(len(self.topics))[:n_topics])
        return Vocabulary(
            topics=tuple(self.topics[i] for i in chosen),
            templates=self.templates,
            levels=self.levels,
            zh_levels=self.zh_levels,
            places=self.places,
            zh_places=self.zh_places,
        )


def load_vocabulary() -> Vocabulary:
    """Read every YAML file of the vocabulary; each but areas.yaml and templates.yaml holds topics."""
    folder = resources.files(__package__) / "vocabulary"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    texts = {name: _read(folder.joinpath(name).read_text("utf-8")) for name in names}
    areas, templates = (texts[name] for name in _NOT_TOPICS)
    entries = {key: entry for name in names if name not in _NOT_TOPICS for key, entry in texts[name].items()}
    return Vocabulary(
        topics=tuple(_topic(key, entries[key], areas) for key in sorted(entries)),
        templates={platform: _templates(templates[platform]) for platform in PLATFORMS},
        **{name: tuple(templates[name]) for name in ("levels", "zh_levels", "places", "zh_places")},
    )


def _read(text: str) -> Any:
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe, and in C


def _topic(key: str, entry: dict[str, Any], areas: dict[str, Any]) -> Topic:
    area = areas[entry["area"]]
    return Topic(
        key=key,
        name=entry["name"],
        zh_name=entry["zh"],
        area=area["name"],
        zh_area=area["zh"],
        related=tuple(entry["related"]),
        article=tuple(entry["article"]),
        words={platform: _words(entry[platform], area[platform]) for platform in PLATFORMS},
    )


def _words(entry: dict[str, list[str]], category: str) -> Words:
    return Words(
        things=tuple(entry["things"]), tags=tuple(entry["tags"]), zh_things=tuple(entry["zh"]), category=category
    )


def _templates(entry: dict[str, Any]) -> Templates:
    values: dict[str, Any] = {key: value if isinstance(value, str) else tuple(value) for key, value in entry.items()}
    return Templates(**values)
