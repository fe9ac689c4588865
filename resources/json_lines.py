"""What makes a JSON line unfit to be read, beyond its grammar: too deep nesting, and NaN and Infinity as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

TOKEN = re.compile(r'"(?:[^"\\]++|\\.?)*+"?|[\[\]{}]|[-+]?\b(?:nan|inf(?:inity)?)\b', re.DOTALL | re.IGNORECASE)
MAYBE_NO_NUMBER = r"[:\[,]\s*[-+]?(?i:nan|inf)"


def sound_json(batches: Iterator[pa.RecordBatch], nesting: int) -> Iterator[pa.RecordBatch]:
    """The batches, with a problem on each line that nests deeper than `nesting` or holds a number that JSON lacks.

    DuckDB takes `NaN` as a value, and a user id of NaN would make one person of all that have none. Whether the line is
    JSON at all is not judged here. The batches have columns `line` and `problem`.
    """
    for batch in batches:
        line = batch.column("line")
        opened = pc.add(pc.count_substring(line, "{"), pc.count_substring(line, "["))
        suspects = pc.or_(pc.greater(opened, nesting), pc.match_substring_regex(line, MAYBE_NO_NUMBER))
        rows = pc.indices_nonzero(
            pc.and_(pc.fill_null(suspects, False), pc.is_null(batch.column("problem")))
        ).to_pylist()
        found = {row: problem for row in rows if (problem := json_problem(line[row].as_py(), nesting))}
        yield _with_problems(batch, found) if found else batch


def json_problem(text: str, nesting: int) -> str | None:
    """Why a text is unfit, or None.

    >>> json_problem('{"a": [[1]], "b": "[[[["}', nesting=2)
    'nested deeper than the limit of 2'
    >>> json_problem('{"a": -Infinity}', nesting=2)
    '-Infinity is no value of JSON; write null'
    """
    depth = 0
    for token in TOKEN.finditer(text):
        found = token.group()
        if found in "{[":
            depth += 1
            if depth > nesting:
                return f"nested deeper than the limit of {nesting}"
        elif found in "}]":
            depth -= 1
        elif not found.startswith('"'):
            return f"{found} is no value of JSON; write null"
    return None


def _with_problems(batch: pa.RecordBatch, found: dict[int, str]) -> pa.RecordBatch:
    problems = batch.column("problem").to_pylist()
    for row, problem in found.items():
        problems[row] = problem
    column = batch.schema.get_field_index("problem")
    return batch.set_column(column, batch.schema.field("problem"), pa.array(problems, pa.string()))
