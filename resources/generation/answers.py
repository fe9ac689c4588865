"""Answers of a language model as checked data: JSON of a given form, or a refusal that says why not."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from resources.generation.generator import Generated, Progress, TextGenerator
from resources.plain_text import plain_text

M = TypeVar("M", bound=BaseModel)
FENCED = re.compile(r"```(?:json)?\s*(?P<inner>.*?)\s*```", re.DOTALL)
THOUGHT = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
SHOWN = 300  # characters kept of a refused answer


@dataclass(frozen=True)
class Answer(Generic[M]):
    """An answer that has the form asked for."""

    value: M
    n_tokens: int = 0


@dataclass(frozen=True)
class Refusal:
    """An answer that is not used, and the reason."""

    reason: str
    raw: str = ""
    """The beginning of what the model wrote."""
    n_tokens: int = 0


def ask(
    generator: TextGenerator,
    prompts: Sequence[str],
    schema: type[M],
    max_tokens: int,
    on_progress: Progress | None = None,
) -> list[Answer[M] | Refusal]:
    """Each prompt's answer, in their order, as the schema or as a refusal."""
    written = generator.generate(prompts, max_tokens, on_progress)
    return [checked(one, schema) for one in written]


def checked(written: Generated, schema: type[M]) -> Answer[M] | Refusal:
    """What a model wrote as the schema, or a refusal."""
    refuse = _refusing(written)
    if written.text is None or not written.is_whole:
        return refuse(written.reason or "the model wrote nothing")
    try:
        value = schema.model_validate(json.loads(_json_part(written.text)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the answer"
        more = f", and {error.error_count() - 1} more" if error.error_count() > 1 else ""
        return refuse(f"{where}: {first['msg']}{more}")
    except (ValueError, RecursionError) as error:
        return refuse(f"no JSON: {error}")
    return Answer(value, written.n_tokens)


def _json_part(text: str) -> str:
    """The answer without a thought before it and a code fence around it; other words around it are not forgiven."""
    text = THOUGHT.sub("", text).strip()
    found = FENCED.fullmatch(text)
    return found["inner"] if found else text


def _refusing(written: Generated) -> Callable[[str], Refusal]:
    return lambda reason: Refusal(plain_text(reason)[:SHOWN], plain_text(written.text or "")[:SHOWN], written.n_tokens)
