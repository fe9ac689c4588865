"""Questions to a text generator: a prompt, what it is filled with, and what its answers must look like."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from resources.generation.answers import Refusal
from resources.generation.prompts import Prompt

PROMPTS = Path(__file__).parent / "prompts"

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Content:
    """What the fields of a prompt are filled with."""

    fields: Mapping[str, str | Sequence[str]]

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the fields, under which the answer is kept."""
        return hashlib.sha256(json.dumps(self.fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Question(Generic[M]):
    """A prompt and the form of its answers."""

    prompt: Prompt
    schema: type[M]
    max_tokens: int
    check: Callable[[M, Content], M | Refusal] | None = None
    """What an answer must be beyond its form; may leave out parts of it."""

    @cached_property
    def digest(self) -> str:
        """By this a change of the question shows: of its words, of the form of its answers, of their length."""
        form = json.dumps(self.schema.model_json_schema(), sort_keys=True)
        return hashlib.sha256(f"{self.prompt.digest} {form} {self.max_tokens}".encode()).hexdigest()[:16]


def question(
    name: str, schema: type[M], max_tokens: int, check: Callable[[M, Content], M | Refusal] | None = None
) -> Question[M]:
    """The question of a prompt file."""
    return Question(Prompt.read(PROMPTS / f"{name}.md"), schema, max_tokens, check)
