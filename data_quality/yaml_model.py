"""Read one YAML file into one pydantic model; what is wrong in it is said with the file, the key and the fix."""

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

M = TypeVar("M", bound=BaseModel)
MOST_NODES = 100_000


class YamlError(ValueError):
    """A YAML file does not say what its model expects."""


class Model(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def read_yaml(path: Path, model: type[M]) -> M:
    """The model that a YAML file describes.

    Raises:
        YamlError: the file cannot be read, is no YAML, says a key twice, or breaks the model.
    """
    try:
        text = path.read_text(encoding="utf-8")
        said_twice, content = _read(text)
    except RecursionError as error:
        raise YamlError(f"{path}: nested without end, perhaps by an alias of itself; write it out") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise YamlError(f"{path}: cannot be read as YAML: {error}; correct the file") from error
    if said_twice is not None:
        raise YamlError(f"{path}: the key {said_twice} stands twice; keep one of the two")
    if not isinstance(content, dict):
        raise YamlError(f"{path}: found {type(content).__name__}, expected keys and values; correct the file")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise YamlError(f"{path}: {complaints(error, model)}") from error


def _read(text: str) -> tuple[str | None, Any]:
    """The first key that stands twice, if any, and the content; safe loading, in C where it was built with it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        if sum(1 for _ in islice(_nodes(node), MOST_NODES + 1)) > MOST_NODES:
            raise yaml.YAMLError(f"more than {MOST_NODES:,} keys and values, aliases followed")
        return _first_repeated_key(node), None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def complaints(error: ValidationError, model: type[BaseModel]) -> str:
    """What pydantic found wrong, one clause per key: the key, what was found, what to do."""
    return "; ".join(_complaint(dict(found), model) for found in error.errors(include_url=False))


def _complaint(found: dict[str, Any], model: type[BaseModel]) -> str:
    key = ".".join(str(part) for part in found["loc"]) or "(the whole file)"
    if found["type"] == "extra_forbidden":
        known = f" ({', '.join(model.model_fields)})" if len(found["loc"]) == 1 else ""
        unquoted = "; a text with a comma inside {} needs quotes" if found["input"] is None else ""
        return f"{key}: unknown key; remove it or use a known one{known}{unquoted}"
    if found["type"] == "missing":
        return f"{key}: missing; add it"
    if found["type"] == "secret":
        return f"{key}: {found['msg']}"
    return f"{key}: found {found['input']!r:.200}; {found['msg'].removeprefix('Value error, ')}"


def _nodes(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """All nodes, those behind aliases each time: a few lines of aliases can stand for billions."""
    if node is not None:
        yield node
    if isinstance(node, yaml.CollectionNode):
        for child in chain.from_iterable(node.value) if isinstance(node, yaml.MappingNode) else node.value:
            yield from _nodes(child)


def _first_repeated_key(node: yaml.Node | None) -> str | None:
    """YAML itself silently keeps the last of two equal keys."""
    return next(_repeated_keys(node), None)


def _repeated_keys(node: yaml.Node | None) -> Iterator[str]:
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _repeated_keys(child)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, child in node.value:
            name = f"{key.value} (line {key.start_mark.line + 1})"
            if key.value in seen:
                yield name
            seen.add(key.value)
            yield from _repeated_keys(child)
