"""Where the versions of a table come from, as its commits say it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from resources.names import table_name
from resources.plain_text import counted
from xdrec_assets.pipeline import Pipeline

SHOWN = 3  # partitions named of a commit


@dataclass(frozen=True)
class Origin:
    """A version of a table, and what its commit says of where it comes from."""

    version: int
    at: datetime
    note: Mapping[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """The commit in words; what it does not say is left out."""
        head = f"version {self.version}, {self.at:%Y-%m-%d %H:%M:%S} UTC"
        if "rows" in self.note:
            head += f": {counted(self.note['rows'], 'row')}{self._partitions()}"
        elif self.version == 0:
            head += ": the table, without rows as yet"
        inputs = [f"{table} {version}" for table, version in self.note.get("inputs", {}).items()]
        said = {
            "run": self.note.get("run"),
            "code": self.note.get("code"),
            "made from": ", ".join(inputs),
            "took": self._cost(),
            "forgotten before": self.note.get("forgotten before"),
        }
        return "\n".join([head, *(f"  {name:<9}  {value}" for name, value in said.items() if value)])

    def _cost(self) -> str | None:
        if "seconds" not in self.note:
            return None
        peak = f", {self.note['peak_mb']:,.0f} MB at its peak" if "peak_mb" in self.note else ""
        return f"{self.note['seconds']:,.1f} s, {self.note['processor_seconds']:,.1f} s of processors{peak}"

    def _partitions(self) -> str:
        keys = self.note.get("partitions", [])
        if not keys:
            return " in all"
        return f" of {', '.join(keys)}" if len(keys) <= SHOWN else f" of {keys[0]} to {keys[-1]}"


def origins(pipeline: Pipeline, table: str, last: int) -> list[Origin]:
    """The last commits to a table, the newest first.

    Raises:
        ValueError: the name is no table's, or the table was never published.
    """
    delta = pipeline.lake.open(table_name(table))
    if delta is None:
        raise ValueError(
            f"{table} was never published; published tables: {', '.join(pipeline.lake.tables()) or 'none'}"
        )
    commits = delta.history(last)
    return [
        Origin(
            commit["version"],
            datetime.fromtimestamp(commit["timestamp"] / 1000, UTC),
            json.loads(commit.get("xdrec", "{}")),
        )
        for commit in commits
    ]
