"""A text generator that needs no model: it answers by a function, and remembers what it was asked."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from resources.generation.generator import Generated, Progress
from xdrec_assets.knowledge.extraction.settings import GeneratorSettings

FENCED = re.compile(r"<<<DATA (\w+)\n(.*?)\n\1 DATA>>>", re.DOTALL)


@dataclass
class Writer:
    """Answers each prompt by what stands in its fences."""

    answer: Callable[[list[str]], str]
    model: str = "writer"
    revision: str = "1"
    variant: str = "by hand"
    how: str = "by hand"
    asked: list[list[str]] = field(default_factory=list)

    def generate(self, prompts: Sequence[str], max_tokens: int, on_progress: Progress | None = None) -> list[Generated]:
        """See TextGenerator."""
        read = [[inner for _, inner in FENCED.findall(prompt)] for prompt in prompts]
        self.asked += read
        if on_progress:
            on_progress(len(prompts), len(prompts), 10 * len(prompts))
        return [Generated(self.answer(fields), 10) for fields in read]


def settings(**more: object) -> GeneratorSettings:
    """Settings of a generator that is never reached."""
    return GeneratorSettings(model="writer", endpoint="https://nowhere.example/v1", revision="1", network=True, **more)


def let_write(monkeypatch: pytest.MonkeyPatch, answer: Callable[[list[str]], str]) -> list[Writer]:
    """Every generator that is loaded from here on, in order; each answers by this function."""
    loaded: list[Writer] = []

    def load(_: GeneratorSettings) -> Writer:
        loaded.append(Writer(answer))
        return loaded[-1]

    monkeypatch.setattr("xdrec_assets.knowledge.extraction.asking.text_generator", load)
    return loaded
