"""Records of several lines are put together; a stray quote costs one line."""

import pyarrow as pa

from resources.csv_lines import MOST_LINES, join_quoted
from resources.landing import LINES


def joined(*batches: list[str | None], n_fields: int = 2, delimiter: str = ",") -> list[tuple[int, str]]:
    """Line numbers and texts after joining; None stands for an empty line, which is not among the batches."""
    number, tables = 0, []
    for lines in batches:
        numbered = [(number + at, line) for at, line in enumerate(lines, 1) if line is not None]
        number += len(lines)
        rows = [{"source_file": "f", "source_line": n, "line": line, "problem": None} for n, line in numbered]
        tables.append(pa.RecordBatch.from_pylist(rows, schema=LINES))
    found = [batch.to_pylist() for batch in join_quoted(iter(tables), delimiter, n_fields)]
    return [(row["source_line"], row["line"]) for rows in found for row in rows]


def test_a_quoted_line_break_is_put_back() -> None:
    assert joined(['a,"one', 'two"', "b,three"]) == [(1, 'a,"one\ntwo"'), (3, "b,three")]


def test_an_empty_line_within_quotes_is_put_back() -> None:
    assert joined(['a,"one', None, None, 'two"']) == [(1, 'a,"one\n\n\ntwo"')]


def test_a_record_may_go_on_in_the_next_batch() -> None:
    assert joined(['a,"one'], ['two"', "b,three"]) == [(1, 'a,"one\ntwo"'), (3, "b,three")]


def test_a_stray_quote_costs_one_line() -> None:
    lines = ['a,5" screen', "b,two", 'c,"three', 'four"']
    assert joined(lines) == [(1, lines[0]), (2, lines[1]), (3, 'c,"three\nfour"')]


def test_two_lines_with_stray_quotes_are_not_one_record() -> None:
    lines = ['a,"x', "b,y", 'c",z']
    assert joined(lines) == [(1, lines[0]), (2, lines[1]), (3, lines[2])]


def test_an_open_quote_far_from_its_end_is_a_broken_line() -> None:
    lines = ['a,"open', *["b,x"] * MOST_LINES, 'closed"']
    assert [line for _, line in joined(lines)] == lines


def test_empty_lines_count_among_those_of_a_record() -> None:
    lines = ['a,"open', *[None] * MOST_LINES, 'closed"']
    assert [line for _, line in joined(lines)] == ['a,"open', 'closed"']


def test_a_line_with_a_problem_is_joined_to_none() -> None:
    rows = [
        {"source_file": "f", "source_line": 1, "line": 'a,"one', "problem": None},
        {"source_file": "f", "source_line": 2, "line": 'tw\\xff"', "problem": "not UTF-8 at byte 2"},
    ]
    batch = pa.RecordBatch.from_pylist(rows, schema=LINES)
    assert [row for found in join_quoted(iter([batch]), ",", 2) for row in found.to_pylist()] == rows
