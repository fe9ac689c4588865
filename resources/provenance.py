"""What a step is, what it has read and spent so far, for the commits that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from resources.spent import Spent


@dataclass(frozen=True)
class Step:
    """A run, the version of each table as one of its steps read it last, and what was spent since its last commit."""

    run: str
    read: dict[str, int] = field(default_factory=dict)
    spent: Spent = field(default_factory=Spent)


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


def note_committed() -> None:
    """What the current step spends from here on is its next commit's."""
    step = _step.get()
    if step is not None:
        step.spent.begin()


def provenance(table: str) -> dict[str, Any]:
    """What a commit to `table` says of its origin: the run, the versions of the other tables it has read, its cost.

    The cost is what the step has spent since its last commit, or since it began. Empty outside of a step.
    """
    step = _step.get()
    if step is None:
        return {}
    inputs = {name: version for name, version in sorted(step.read.items()) if name != table}
    return {"run": step.run, "inputs": inputs, **step.spent.figures()}
