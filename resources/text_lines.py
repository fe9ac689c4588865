"""Cut the bytes of a text file into lines, none of them longer in memory than its limit."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from resources.limits import Limits
from resources.unpacked import BrokenOff

KEPT_BYTES = 1000  # of a line that is too long
LINES = pa.schema(
    [
        ("source_file", pa.string()),
        ("source_line", pa.int64()),  # from 1, as an editor counts
        ("line", pa.string()),
        ("problem", pa.string()),  # why the line cannot be read, or null
    ]
)

Cut = tuple[list[bytes], dict[int, str]]  # whole lines, and what is wrong with some of them, by their place


def text_lines(path: str, chunks: Iterator[bytes], limits: Limits) -> Iterator[pa.RecordBatch]:
    """The lines of a file in order, as batches of schema LINES; blank lines and byte order marks stay out.

    A line that is too long comes with its beginning, one that is not UTF-8 with its bytes escaped, both with a problem.
    A file that breaks off, or passes a limit, gives what came before, then one line that says so.
    """
    number = 0
    for lines, problems in _within(limits.rows, _cut(chunks, limits.line_bytes)):
        if number == 0 and lines:
            if lines[0].startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
                problems.setdefault(0, "UTF-16, expected UTF-8; convert the file")
            lines[0] = lines[0].removeprefix(BOM_UTF8)
        yield _batch(path, number, lines, problems)
        number += len(lines)


def one_problem(path: str, number: int, problem: str, line: str | None = None) -> pa.RecordBatch:
    """One line that cannot be read, and why."""
    row = {"source_file": path, "source_line": number, "line": line, "problem": problem}
    return pa.RecordBatch.from_pylist([row], schema=LINES)


def too_long(n_bytes: int, most: int) -> str:
    """What is said of a line that is longer than its limit."""
    return f"the line has {n_bytes:,} bytes, the limit is {most:,}; only its beginning is kept"


def _within(rows: int, found: Iterator[Cut]) -> Iterator[Cut]:
    """The lines up to a number of them; then, where more follow, one that says so."""
    before = 0
    for lines, problems in found:
        if before + len(lines) > rows:
            left = rows - before
            yield lines[:left], {at: problem for at, problem in problems.items() if at < left}
            yield (
                [lines[left][:KEPT_BYTES]],
                {0: f"the file goes on past the limit of {rows:,} lines; they are left out"},
            )
            return
        before += len(lines)
        yield lines, problems


def _cut(chunks: Iterator[bytes], most: int) -> Iterator[Cut]:
    """Lists of whole lines; last, if the file breaks off, what was left of a line with the reason."""
    rest, n_rest = b"", 0  # of the line begun: its bytes, or where it is too long its first ones; how many it has
    try:
        for chunk in chunks:
            first, *others = chunk.split(b"\n")
            n_rest += len(first)
            rest = rest + first if n_rest <= most else (rest + first)[:KEPT_BYTES]
            if not others:
                continue
            lines, problems = [rest, *others[:-1]], {} if n_rest <= most else {0: too_long(n_rest, most)}
            if max(map(len, lines)) > most:
                for at, line in enumerate(lines):
                    if len(line) > most:
                        problems[at], lines[at] = too_long(len(line), most), line[:KEPT_BYTES]
            yield lines, problems
            rest, n_rest = others[-1][: most if len(others[-1]) <= most else KEPT_BYTES], len(others[-1])
    except BrokenOff as end:
        yield [rest[:KEPT_BYTES] if n_rest > most else rest], {0: str(end)}
        return
    if rest:
        yield [rest], {} if n_rest <= most else {0: too_long(n_rest, most)}


def _batch(path: str, before: int, lines: list[bytes], cut: dict[int, str]) -> pa.RecordBatch:
    texts, problems = _decoded(lines)
    problems |= cut
    kept = [at for at, text in enumerate(texts) if (text and not text.isspace()) or at in problems]
    columns: list[Any] = [
        pa.DictionaryArray.from_arrays(pa.array([0] * len(kept), pa.int32()), [path]).cast(pa.string()),
        pa.array([before + at + 1 for at in kept], pa.int64()),
        pa.array([texts[at] for at in kept], pa.string()),
        pa.array([problems.get(at) for at in kept], pa.string()) if problems else pa.nulls(len(kept), pa.string()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=LINES)


def _decoded(lines: list[bytes]) -> tuple[list[str], dict[int, str]]:
    """Texts of the lines, and problems by their place; whole chunks decode at once when all is well."""
    whole = b"\n".join(lines)
    try:
        texts = [text.removesuffix("\r") for text in whole.decode("utf-8").split("\n")] if lines else []
        return texts, {at: NUL for at, line in enumerate(lines) if b"\0" in line} if b"\0" in whole else {}
    except UnicodeDecodeError:
        found = ((at, _encoding_problem(line)) for at, line in enumerate(lines))
        return [_escaped(line) for line in lines], {at: problem for at, problem in found if problem}


NUL = "holds a NUL byte; text has none, unless it is UTF-16: convert the file to UTF-8"


def _escaped(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", errors="backslashreplace")


def _encoding_problem(line: bytes) -> str | None:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"not UTF-8 at byte {error.start}"
    return NUL if b"\0" in line else None
