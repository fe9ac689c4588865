"""CSV records that run over several lines: put a quoted line break back inside its field (RFC 4180, rule 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

MOST_LINES = 50  # of one record; an open quote further from its end is taken for a broken line


def field_pattern(delimiter: str) -> str:
    """A regular expression for one field with the delimiter before it.

    Its matches make up a whole valid line that has a delimiter put in front; so none of them is empty, which regular
    expression engines would treat differently.
    """
    cut = re.escape(delimiter)
    return f'{cut}(?:"(?:[^"]|"")*"|[^"{cut}]*)'


def join_quoted(batches: Iterator[pa.RecordBatch], delimiter: str, n_fields: int) -> Iterator[pa.RecordBatch]:
    """Join the lines of each record whose quoted field holds line breaks; it stands at its first line.

    Lines are joined only where that makes a record of `n_fields` fields, so that one stray quote costs one line, never
    the lines after it. The batches have columns `line` and `problem` (string) and `source_line` (int); the other
    columns are kept. A line with a problem is joined to no other.
    """
    record = _Record(delimiter, re.compile(field_pattern(delimiter)), n_fields)
    rest: pa.RecordBatch | None = None
    for batch in batches:
        if rest is not None:
            batch = pa.concat_batches([rest, batch])
        done, rest = _joined(batch, record, is_last=False)
        yield done
    if rest is not None:
        yield _joined(rest, record, is_last=True)[0]


@dataclass(frozen=True)
class _Record:
    """What a whole record looks like."""

    delimiter: str
    field: re.Pattern[str]
    n_fields: int

    def matches(self, text: str) -> bool:
        pieces = self.field.findall(self.delimiter + text)
        return len(pieces) == self.n_fields and "".join(pieces) == self.delimiter + text


def _joined(batch: pa.RecordBatch, record: _Record, *, is_last: bool) -> tuple[pa.RecordBatch, pa.RecordBatch | None]:
    """The batch with its records joined; and the end of it that may go on in the next batch."""
    quotes = pc.fill_null(pc.count_substring(batch.column("line"), '"'), 0)
    opens = [at for at, odd in enumerate(pc.equal(pc.bit_wise_and(quotes, 1), 1).to_pylist()) if odd]
    if not opens:
        return batch, None
    lines: list[str] = batch.column("line").to_pylist()
    numbers: list[int] = batch.column("source_line").to_pylist()
    is_sound = pc.is_null(batch.column("problem")).to_pylist()
    end, at, gone = len(lines), 0, set[int]()
    for position, first in enumerate(opens):
        if first < at:
            continue
        if not is_last and first + MOST_LINES > len(lines):
            end = first
            break
        for last in opens[position + 1 : position + 2]:
            if numbers[last] - numbers[first] >= MOST_LINES or not all(is_sound[first : last + 1]):
                continue
            text = _with_empty_lines(lines[first : last + 1], numbers[first : last + 1])
            if record.matches(text):
                lines[first], at = text, last + 1
                gone.update(range(first + 1, last + 1))
    return _taken(batch, lines, [row for row in range(end) if row not in gone]), batch.slice(end) if end < len(
        lines
    ) else None


def _with_empty_lines(lines: Sequence[str], numbers: Sequence[int]) -> str:
    """The lines in one text; where line numbers are left out, the lines were empty."""
    gaps = (number - before for before, number in pairwise(numbers))
    return lines[0] + "".join("\n" * gap + line for gap, line in zip(gaps, lines[1:], strict=True))


def _taken(batch: pa.RecordBatch, lines: Sequence[str], rows: Sequence[int]) -> pa.RecordBatch:
    kept = batch.take(pa.array(rows, pa.int64()))
    column = batch.schema.get_field_index("line")
    return kept.set_column(column, batch.schema.field("line"), pa.array([lines[row] for row in rows], pa.string()))
