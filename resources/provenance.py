"""What a step is and what it has read so far, for the commits that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Step:
    """A run, and the version of each table as one of its steps read it last."""

    run: str
    read: dict[str, int] = field(default_factory=dict)


_step: ContextVar[Step | None] = ContextVar("step", default=None)


@contextmanager
def step_of(run: str) -> Iterator[None]:
    """Everything that is read and committed inside is a step of this run."""
    token = _step.set(Step(run))
    try:
        yield
    finally:
        _step.reset(token)


def note_read(table: str, version: int) -> None:
    """Keep in mind that the current step, if there is one, has read a version of a table."""
    step = _step.get()
    if step is not None:
        step.read[table] = version


def provenance(table: str) -> dict[str, Any]:
    """What a commit to `table` says of its origin: the run, and the versions of the other tables it has read.

    Empty outside of a step.
    """
    step = _step.get()
    if step is None:
        return {}
    inputs = {name: version for name, version in sorted(step.read.items()) if name != table}
    return {"run": step.run, "inputs": inputs}
