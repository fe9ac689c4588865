"""Records of a file that is one JSON array: put the lines of each of its objects back together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from resources.tally import Tally
from resources.text_lines import LINES

STRING = re.compile(r'"(?:[^"\\]|\\.)*"?')
NO_ARRAY = "the file is no JSON array: expected [ at its beginning"
AFTER_END = "stands after the end of the array"
NOT_CLOSED = "the file ends within a record"
LOST = "left out: a line of the array before it could not be read"


def array_records(batches: Iterator[pa.RecordBatch], tally: Tally, most_bytes: int) -> Iterator[pa.RecordBatch]:
    """The objects of an array, each as one line that stands where it begins; batches of schema LINES in and out.

    A record ends at the end of a line, as `json.dump` writes it with an indent, and as arrays of one object a line
    have it; the space around its lines is left out. Lines that hold the array's own brackets alone are counted as the
    file's header. From a line that cannot be read on, where one record ends and the next begins is not known: the rest
    of the file comes with a problem.
    """
    array = _Array(most_bytes)
    for batch in batches:
        rows = [row for line in batch.to_pylist() for row in array.taken(line)]
        yield pa.RecordBatch.from_pylist(rows, schema=LINES)
    yield pa.RecordBatch.from_pylist(array.rest(), schema=LINES)
    tally.n_header = array.n_brackets


@dataclass
class _Array:
    """How far an array is read: brackets that are open, the lines of the record begun, and what went wrong."""

    most_bytes: int
    depth: int = 0
    n_brackets: int = 0
    n_bytes: int = 0
    begun: list[dict[str, Any]] = field(default_factory=list)
    problem: str | None = None

    def taken(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """What a further line of the file completes."""
        if self.problem or row["problem"]:
            yield from self.rest(row["problem"])
            self.problem = self.problem or LOST
            yield row if row["problem"] else {**row, "problem": self.problem}
            return
        text = row["line"].strip()
        if self.depth == 0:
            if not text.startswith("["):
                self.problem = NO_ARRAY
                yield {**row, "problem": NO_ARRAY}
                return
            self.depth, text = 1, text[1:].strip()
        yield from self._within({**row, "line": text})

    def rest(self, problem: str | None = None) -> list[dict[str, Any]]:
        """The record that was begun, with what became of it."""
        rows = [self._joined(problem or NOT_CLOSED)] if self.begun else []
        self.begun = []
        return rows

    def _within(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        text = row["line"]
        if not self.begun and text in ("", ",", "]", "],"):
            self.n_brackets += 1
            self._close(text)
            return
        self.begun.append(row)
        self.n_bytes += len(text.encode())
        bare = STRING.sub("", text)
        self.depth += sum(map(bare.count, "{[")) - sum(map(bare.count, "}]"))
        if self.n_bytes > self.most_bytes:
            yield from self.rest(f"the record has more than {self.most_bytes:,} bytes")
            self.problem = LOST
        elif self.depth <= 1:
            yield self._joined(None)
            self.begun, self.n_bytes = [], 0
            self._close("]" if self.depth < 1 else "")

    def _close(self, text: str) -> None:
        if text.startswith("]"):
            self.depth, self.problem = 1, AFTER_END

    def _joined(self, problem: str | None) -> dict[str, Any]:
        """The record begun, as one line: what is whole without the comma and the bracket that may stand behind it."""
        text = "\n".join(row["line"] for row in self.begun)
        if problem:
            return {**self.begun[0], "line": text, "problem": problem}
        text = text.removeprefix(",").strip()
        if self.depth < 1:
            text = text.removesuffix("]").strip()
        return {**self.begun[0], "line": text.removesuffix(",").strip(), "problem": None}
