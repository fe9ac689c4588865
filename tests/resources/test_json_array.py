"""One JSON array of objects: records over several lines, one a line, and what cannot be read."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources.json_array import AFTER_END, LOST, NO_ARRAY, NOT_CLOSED, array_records
from resources.landing import Landing
from resources.tally import Tally

Row = tuple[int, str, str | None]
RECORDS = [{"a": 1, "b": ["]", "}, {"], "c": {"d": '"'}}, {"a": 2}, {}]


def read(tmp_path: Path, content: str | bytes, most_bytes: int = 1 << 20) -> tuple[list[Row], Tally]:
    (tmp_path / "a.json").write_bytes(content.encode() if isinstance(content, str) else content)
    landing, tally = Landing(str(tmp_path)), Tally()
    file = landing.find("a.json")
    assert file is not None
    rows = [
        row
        for batch in array_records(landing.lines(file, "none", tally), tally, most_bytes)
        for row in batch.to_pylist()
    ]
    n_continued = sum(row["line"].count("\n") for row in rows)
    assert tally.n_lines == len(rows) + n_continued + tally.n_header + (tally.n_blank or 0)
    return [(row["source_line"], row["line"], row["problem"]) for row in rows], tally


@pytest.mark.parametrize("indent", [None, 0, 4])
def test_what_json_writes_is_read_again(tmp_path: Path, indent: int | None) -> None:
    content = json.dumps(RECORDS, indent=indent)
    if indent is None:
        content = "[" + ",\n".join(map(json.dumps, RECORDS)) + "]"
    rows, _ = read(tmp_path, content)
    assert [json.loads(line) for _, line, _ in rows] == RECORDS
    assert {problem for *_, problem in rows} == {None}


def test_a_record_stands_where_it_begins_and_brackets_are_a_header(tmp_path: Path) -> None:
    rows, tally = read(tmp_path, '[\n\n {\n "a": 1\n },\n {"a": 2}\n\n]\n')
    assert rows == [(3, '{\n"a": 1\n}', None), (6, '{"a": 2}', None)]
    assert tally.n_header == 2


def test_commas_may_stand_in_front(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, '[{"a": 1}\n,{"a": 2}\n,\n{"a": 3}]')
    assert [line for _, line, _ in rows] == ['{"a": 1}', '{"a": 2}', '{"a": 3}']


def test_what_is_no_array_says_so_once_for_each_line(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, '{"a": 1}\n{"a": 2}\n')
    assert [problem for *_, problem in rows] == [NO_ARRAY, NO_ARRAY]


def test_what_follows_the_end_is_set_apart(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, '[{"a": 1}]\n{"a": 2}\n')
    assert [problem for *_, problem in rows] == [None, AFTER_END]


def test_a_file_that_ends_within_a_record_says_so(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, '[\n{"a": 1},\n{\n"a": 2,\n')
    assert [(line, problem) for line, _, problem in rows] == [(2, None), (3, NOT_CLOSED)]


def test_after_a_line_that_cannot_be_read_the_rest_is_left_out(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, b'[\n{"a": 1},\n{\n"a": "\xff"\n},\n{"a": 3}\n]\n')
    assert [(line, problem) for line, _, problem in rows] == [
        (2, None),
        (3, "not UTF-8 at byte 6"),
        (4, "not UTF-8 at byte 6"),
        (5, LOST),
        (6, LOST),
        (7, LOST),
    ]


def test_a_record_has_a_limit(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, "[\n{\n" + '"a": 1,\n' * 20 + "}]\n", most_bytes=100)
    assert rows[0][2] == "the record has more than 100 bytes" and rows[-1][2] == LOST


def test_an_empty_array_has_no_records(tmp_path: Path) -> None:
    assert read(tmp_path, "[]")[0] == []
    assert read(tmp_path, "[\n]\n")[0] == []


def test_a_record_that_does_not_end_keeps_all_of_its_lines(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, "[[\n,")
    assert [(line, problem) for _, line, problem in rows] == [("[\n,", "the file ends within a record")]


PIECES = [b"\n", b"[", b"]", b"{", b"}", b",", b'"', b"\\", b'{"a": "b"}', b"x", b"\xff", b" ", b"\r", b"[\n", b"\n]\n"]
JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
def test_lines_are_conserved_whatever_lands(tmp_path: Path, content: bytes) -> None:
    read(tmp_path, content)  # which counts them


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(st.dictionaries(st.text(max_size=3), JSON, max_size=3), max_size=4), indent=st.integers(0, 4))
def test_whatever_objects_are_written_are_read_again(tmp_path: Path, records: list[object], indent: int) -> None:
    rows, _ = read(tmp_path, json.dumps(records, indent=indent))
    assert [json.loads(line) for _, line, _ in rows] == records
