"""Names that become paths, asset keys and SQL identifiers: lower-case words, nothing else."""

from __future__ import annotations

import re

NAME = re.compile(r"[a-z][a-z0-9_]*")


def name(value: str, of: str = "name") -> str:
    """The value itself, if it is a valid name.

    Raises:
        ValueError: it is not lower-case letters, digits and underscores, beginning with a letter.
    """
    if not NAME.fullmatch(value):
        raise ValueError(f"{of} {value!r} must match [a-z][a-z0-9_]*: it becomes a path and a key; rename it")
    return value


def table_name(value: str) -> str:
    """The value itself, if it is a valid table name such as `joined/items`.

    Raises:
        ValueError: a part between slashes is not a valid name.
    """
    for part in value.split("/"):
        name(part, of=f"the part {part!r} of table name")
    return value
