"""Titles, descriptions, categories and tags of the items, written from the vocabulary's templates."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xdrec_assets.sample.streams import Stream, stream
from xdrec_assets.sample.vocabulary import PLATFORMS, Vocabulary

_MAKERS_PER_TOPIC = 3
_ATTEMPTS = 12


@dataclass(frozen=True)
class Texts:
    """One entry per item in each list; `language` is en or zh; `maker` is the brand, channel, artist or author."""

    title: list[str]
    description: list[str]
    categories: list[list[str]]
    tags: list[list[str]]
    language: list[str]
    maker: list[str]


def makers_of(vocabulary: Vocabulary, platform: str, topic: int) -> tuple[str, ...]:
    """Return the few makers who work on a topic; neighbours in the list of topics share some."""
    pool = vocabulary.templates[platform].makers
    return tuple(pool[(2 * topic + i) % len(pool)] for i in range(_MAKERS_PER_TOPIC))


def write_texts(
    vocabulary: Vocabulary, platform: np.ndarray, topic: np.ndarray, second: np.ndarray, is_zh: np.ndarray, seed: int
) -> Texts:
    """Write every item's texts; no two items of a platform share a title.

    The arrays have shape (n_items,): platform and topics as indices, `second` equal to `topic` where there is none.
    """
    rng = stream(seed, Stream.TEXTS)
    texts = Texts([], [], [], [], [], [])
    taken: dict[int, set[str]] = {p: set() for p in range(len(PLATFORMS))}
    for p, t, s, zh in zip(platform.tolist(), topic.tolist(), second.tolist(), is_zh.tolist(), strict=True):
        writer = _Writer(vocabulary, PLATFORMS[p], t, s, zh, rng)
        texts.title.append(writer.title(taken[p]))
        texts.description.append(writer.description())
        texts.categories.append([vocabulary.topics[t].words[PLATFORMS[p]].category])
        texts.tags.append(writer.tags())
        texts.language.append("zh" if zh else "en")
        texts.maker.append(writer.maker)
        taken[p].add(texts.title[-1])
    return texts


class _Writer:
    """Fills the templates of one platform for one item."""

    def __init__(
        self, vocabulary: Vocabulary, platform: str, topic: int, second: int, is_zh: bool, rng: np.random.Generator
    ) -> None:
        self._main, self._second = vocabulary.topics[topic], vocabulary.topics[second]
        self._words, self._second_words = self._main.words[platform], self._second.words[platform]
        self._templates = vocabulary.templates[platform]
        self._levels = vocabulary.zh_levels if is_zh else vocabulary.levels
        self._places = vocabulary.zh_places if is_zh else vocabulary.places
        self._things = self._words.zh_things if is_zh else self._words.things
        self._is_zh, self._rng = is_zh, rng
        self.maker = self._any(self._templates.zh_makers if is_zh else makers_of(vocabulary, platform, topic))
        self._thing = self._any(self._things)

    def title(self, taken: set[str]) -> str:
        """Return a title that is not among `taken`: another wording if need be, at last a number."""
        for _ in range(_ATTEMPTS):
            self._thing = self._any(self._things)
            title = self._fill(self._any(self._templates.zh_titles if self._is_zh else self._templates.titles))
            if title not in taken:
                return title
        return next(numbered for n in range(2, 10_000) if (numbered := f"{title} No. {n}") not in taken)

    def description(self) -> str:
        templates = self._templates
        text = self._fill(self._any(templates.zh_descriptions if self._is_zh else templates.descriptions))
        if self._is_zh or self._second is self._main:
            return text
        return f"{text} {templates.also.format(second=self._any(self._second_words.things))}"

    def tags(self) -> list[str]:
        if self._is_zh:
            return [self._main.zh_name, self._main.zh_area]
        chosen = self._rng.permutation(len(self._words.tags))[:2]
        tags = [self._words.tags[i] for i in sorted(chosen)]
        return tags if self._second is self._main else [*tags, self._any(self._second_words.tags)]

    def _fill(self, template: str) -> str:
        return template.format(
            thing=self._thing,
            Thing=self._thing[:1].upper() + self._thing[1:],
            other=self._any([thing for thing in self._things if thing != self._thing]),
            tag=self._any(self._words.tags),
            maker=self.maker,
            style=self._any(self._templates.styles),
            place=self._any(self._places),
            level=self._any(self._levels),
            topic=self._main.zh_name,
        )

    def _any(self, choices: Sequence[str]) -> str:
        return choices[int(self._rng.random() * len(choices))]
