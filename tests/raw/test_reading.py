"""Every format is read with file and line; every line is a record, rejected with its reason, or elsewhere's."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.worlds import compressed, land, read, rows, world
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.raw.reading import json_path, read_source

RECORD, FILE = "raw/shop/events", "shop/events/2026-01-06"
RECORDS = [{"user": "u1", "item": "pän", "n": "1"}, {"user": "u2", "item": "wok", "n": "2"}]
WRITTEN = {
    "jsonl": "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS),
    "csv": "user,item,n\nu1,pän,1\nu2,wok,2\n",
}


def shop(form: str = "jsonl", more: str = "", files: str = "shop/events/{day}", name: str = "shop") -> str:
    return f"""
platform: {name}
title: Shop
owner: team:shop
sources:
  events:
    files: "{files}"
    format: {form}
    columns: {{user_id: user, item_id: item, event_type: {{constant: view}}, occurred_at: at}}
    event_types: {{view: 1}}
    {more}
"""


def raw(tmp_path: Path, content: str | bytes | pa.Table, form: str = "jsonl", more: str = "") -> list[dict[str, Any]]:
    """What one landed file is read as."""
    return read_rows(world(tmp_path, {FILE: content}, {"shop": shop(form, more)}))


def read_rows(pipeline: Pipeline) -> list[dict[str, Any]]:
    (platform,) = pipeline.folder.platforms
    with pipeline.engine.session() as session:
        args = (pipeline.landing, pipeline.folder, platform, "events", pipeline.day_partitions())
        read_source(session, *args)
        return sorted(session.arrow("raw.read").to_pylist(), key=lambda row: row["source_line"])


def records(read: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    return [(row["source_line"], json.loads(row["record"])) for row in read if row["reason"] is None]


def reasons(read: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(row["source_line"], row["reason"]) for row in read if row["reason"] is not None]


@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_texts_are_read_with_file_and_line(tmp_path: Path, form: str, compression: str) -> None:
    read = raw(tmp_path, compressed(WRITTEN[form].encode(), compression), form, f"compression: {compression}")
    first = 2 if form == "csv" else 1
    assert records(read) == [(first, RECORDS[0]), (first + 1, RECORDS[1])]
    assert {(row["source_file"], row["day"]) for row in read} == {(FILE, date(2026, 1, 6))}


def test_parquet_is_read_with_file_and_row(tmp_path: Path) -> None:
    noon = datetime(2026, 1, 6, 12, tzinfo=UTC)
    table = pa.table({"user": ["u1", "u2"], "seen": [1, None], "tags": [["a"], []], "at": [noon, noon]})
    assert records(raw(tmp_path, table, "parquet")) == [
        (1, {"user": "u1", "seen": 1, "tags": ["a"], "at": "2026-01-06 12:00:00+00"}),
        (2, {"user": "u2", "seen": None, "tags": [], "at": "2026-01-06 12:00:00+00"}),
    ]


def test_a_parquet_file_without_rows_is_empty(tmp_path: Path) -> None:
    assert records(raw(tmp_path, pa.table({"user": pa.array([], pa.string())}), "parquet")) == []


@pytest.mark.parametrize("content", [b"", b"not Parquet at all", b"PAR1broken inside PAR1"])
def test_an_unreadable_parquet_file_is_one_rejected_line(tmp_path: Path, content: bytes) -> None:
    ((line, reason),) = reasons(raw(tmp_path, content, "parquet"))
    assert line == 1
    assert reason.startswith("not readable as Parquet: ")


def test_records_keep_every_byte_of_their_line(tmp_path: Path) -> None:
    line = '{ "b":1.50,  "a" : "\\u00e4", "a2":1e2 }'
    read = raw(tmp_path, line + "\r\n")
    assert [(row["record"], row["line"]) for row in read] == [(line, None)]


def test_what_is_no_json_object_is_rejected_with_its_line(tmp_path: Path) -> None:
    lines = ['{"a": 1}', '{"a": ', "[1]", '"text"', "null", "{'a': 1}", '{"a": 1} {"b": 2}', '{"a": "\\ud800"}']
    read = raw(tmp_path, "\n".join(lines))
    assert [line for line, _ in records(read)] == [1]
    broken, listed = "not valid JSON", "JSON, but not an object"
    assert reasons(read) == [(n, listed if n in (3, 4, 5) else broken) for n in range(2, 9)]
    assert [row["line"] for row in read if row["reason"]] == lines[1:]


def test_deep_nesting_is_no_harm(tmp_path: Path) -> None:
    read = raw(tmp_path, '{"a":' * 500 + "1" + "}" * 500 + '\n{"a": 1}\n')
    assert len(records(read)) + len(reasons(read)) == 2


def test_a_byte_order_mark_and_carriage_returns_are_no_data(tmp_path: Path) -> None:
    bom = b"\xef\xbb\xbf"
    csv = bom + b"user,item,n\r\nu1,p\xc3\xa4n,1\r\n\r\nu2,wok,2\r\n"
    assert records(raw(tmp_path / "csv", csv, "csv")) == [(2, RECORDS[0]), (4, RECORDS[1])]
    assert records(raw(tmp_path / "jsonl", bom + b'{"n": "1"}\r\n', "jsonl")) == [(1, {"n": "1"})]


def test_quotes_of_csv_are_taken_off(tmp_path: Path) -> None:
    csv = 'user,item\n"u,1","say ""hi"""\n,"only item"\n"",\nu3,"two\n\nlines"\nu4,plain\n'
    assert records(raw(tmp_path, csv, "csv")) == [
        (2, {"user": "u,1", "item": 'say "hi"'}),
        (3, {"user": "", "item": "only item"}),
        (4, {"user": "", "item": ""}),
        (5, {"user": "u3", "item": "two\n\nlines"}),
        (8, {"user": "u4", "item": "plain"}),
    ]


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "^"])
def test_any_character_may_stand_between_fields(tmp_path: Path, delimiter: str) -> None:
    lines = [["user", "item"], ["u1", "a, b"], ["", f'"x{delimiter}y"']]
    csv = "".join(delimiter.join(fields) + "\n" for fields in lines)
    read = raw(tmp_path, csv, "csv", f"csv: {{delimiter: {json.dumps(delimiter)}}}")
    assert records(read) == [(2, {"user": "u1", "item": "a, b"}), (3, {"user": "", "item": f"x{delimiter}y"})]


def test_a_stray_quote_of_csv_costs_its_line_alone(tmp_path: Path) -> None:
    read = raw(tmp_path, 'user,item\nu1,5" screen\nu2,"open\nu3,wok\nu4,pan\n', "csv")
    assert [record["user"] for _, record in records(read)] == ["u3", "u4"]
    assert reasons(read) == [(n, "a quote that does not close, or stands inside a field") for n in (2, 3)]
    assert [row["line"] for row in read if row["reason"]] == ['u1,5" screen', 'u2,"open']


def test_csv_fields_are_as_many_as_the_header_says(tmp_path: Path) -> None:
    read = raw(tmp_path, "user,item\nu1\nu2,pan\nu3,wok,extra\n", "csv")
    assert records(read) == [(3, {"user": "u2", "item": "pan"})]
    assert reasons(read) == [(2, "1 fields, the header has 2"), (4, "3 fields, the header has 2")]


def test_a_header_may_be_given_or_quoted(tmp_path: Path) -> None:
    given_header = raw(tmp_path / "given", "u1,pan\n", "csv", "csv: {header: [user, item]}")
    assert records(given_header) == [(1, {"user": "u1", "item": "pan"})]
    quoted = raw(tmp_path / "quoted", '"user","item, or its name"\nu1,pan\n', "csv")
    assert records(quoted) == [(2, {"user": "u1", "item, or its name": "pan"})]


def test_a_header_that_says_a_name_twice_rejects_its_lines(tmp_path: Path) -> None:
    read = raw(tmp_path, "user,item,user\nu1,pan,u2\n", "csv")
    assert reasons(read) == [(2, "the header has a name twice: user,item,user")]


def test_a_header_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    read = raw(tmp_path, b"us\xffer,item\nu1,pan\n", "csv")
    assert reasons(read) == [(1, "not UTF-8 at byte 2"), (2, "the header line cannot be read")]


def test_a_header_alone_is_no_record(tmp_path: Path) -> None:
    read = raw(tmp_path, "user,item\n", "csv")
    assert (records(read), reasons(read)) == ([], [])


def test_a_cut_file_keeps_what_came_before(tmp_path: Path) -> None:
    whole = compressed("".join(f'{{"n": {n * 7919 % 100_003}}}\n' for n in range(9_000)).encode(), "gzip")
    read = raw(tmp_path, whole[: len(whole) // 2], more="compression: gzip")
    ((line, reason),) = reasons(read)
    assert reason.startswith("the file breaks off here: Compressed file ended")
    assert [n for n, _ in records(read)] == list(range(1, line))
    assert line > 1_000


def test_one_file_of_two_platforms_is_accounted_for_by_both(tmp_path: Path) -> None:
    lines = [
        '{"site": "food"}',
        '{"site": "tools"}',
        '{"site": "garden"}',
        "{}",
        '{"site": null}',
        "broken",
        '{"site": "food"}',
    ]
    wheres = {"food": "where: {site: food}", "tools": "where: {site: tools}"}
    platforms = {name: shop(more=where, files="both/{day}", name=name) for name, where in wheres.items()}
    pipeline = world(tmp_path, {"both/2026-01-06": "\n".join(lines)}, platforms)
    read(pipeline)
    counts = ("n_lines", "n_records", "n_rejected", "n_elsewhere")
    assert rows(pipeline, "raw/food/files", *counts) == [(7, 2, 3, 2)]
    assert rows(pipeline, "raw/tools/files", *counts) == [(7, 1, 3, 3)]
    assert rows(pipeline, "raw/food/events", "source_line") == [1, 7]
    missing = 'says not whose it is: no value at $."site"'
    assert rows(pipeline, "raw/food/rejected", "line", "reason") == [
        ("{}", missing),
        ('{"site": null}', missing),
        ("broken", "not valid JSON"),
    ]


def test_a_dump_is_split_by_the_day_it_happened(tmp_path: Path) -> None:
    ats = ["2026-01-07T10:00:00Z", "2026-01-05T10:00:00Z", "2026-01-07T23:59:59Z", "nonsense", "2030-01-01T00:00:00Z"]
    text = "".join(json.dumps({"at": at}) + "\n" for at in ats)
    pipeline = world(tmp_path, {"dump": text}, {"shop": shop(files="dump")})
    read(pipeline)
    days = [date(2026, 1, day) for day in (7, 5, 7, 5, 5)]  # what says no day that can be is filed under the first
    assert rows(pipeline, RECORD, "landed_on") == days
    counts = rows(pipeline, "raw/shop/files", "day", "n_lines", "n_records")
    assert sorted(counts) == [(date(2026, 1, 5), 3, 3), (date(2026, 1, 7), 2, 2)]


def test_a_dump_is_read_once_for_all_days(tmp_path: Path) -> None:
    text = "".join(json.dumps({"at": f"2026-01-{day:02}T10:00:00Z"}) + "\n" for day in range(5, 15))
    pipeline = world(tmp_path, {"dump": text}, {"shop": shop(files="dump")})
    (platform,) = pipeline.folder.platforms
    with pipeline.engine.session() as session:
        args = (pipeline.landing, pipeline.folder, platform, "events", pipeline.day_partitions())
        assert [arrival.file.path for arrival in read_source(session, *args)] == ["dump"]
        assert session.count("raw.read") == 10


def test_a_months_file_is_filed_under_the_days_it_tells_of(tmp_path: Path) -> None:
    text = "".join(json.dumps({"user": "u", "item": "i", "at": f"2026-01-{day:02}T10:00:00Z"}) + "\n" for day in (6, 9))
    pipeline = world(tmp_path, {"shop/2026-01": text}, {"shop": shop(files="shop/{month}")})
    assert [row["day"] for row in read_rows(pipeline)] == [date(2026, 1, 6), date(2026, 1, 9)]


def test_files_of_days_outside_the_folder_are_left_alone(tmp_path: Path) -> None:
    pipeline = world(tmp_path, {"shop/events/2026-01-15": "{}", "shop/events/2026-01-04": "{}"}, {"shop": shop()})
    assert read_rows(pipeline) == []


def test_a_landing_area_may_be_a_url(tmp_path: Path) -> None:
    root = (tmp_path / "landing").as_uri()
    pipeline = world(tmp_path, {FILE: WRITTEN["jsonl"]}, {"shop": shop()}, XDREC_LANDING=root)
    assert records(read_rows(pipeline)) == [(1, RECORDS[0]), (2, RECORDS[1])]


def test_dots_of_a_path_reach_inside_and_quotes_stay_within() -> None:
    assert json_path("user.id") == '$."user"."id"'
    assert json_path('a"b') == '$."a\\"b"'


@pytest.fixture(scope="module")
def one_of_each(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pipeline]:
    forms = {"jsonl": "where: {a: b}", "csv": "csv: {header: [a, c]}"}
    return {form: world(tmp_path_factory.mktemp(form), {}, {"shop": shop(form, more)}) for form, more in forms.items()}


PIECES = [
    b"\n",
    b"\r\n",
    b'"',
    b",",
    b'{"a": "b"}',
    b'{"a": "c"}',
    b"{}",
    b"x",
    b"\xff",
    b"\\",
    b" ",
    b"\x00",
    "ä".encode(),
    b'""',
]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)))
def test_lines_are_conserved_whatever_lands(one_of_each: dict[str, Pipeline], form: str, content: bytes) -> None:
    pipeline = one_of_each[form]
    land(pipeline, {FILE: content})
    with pipeline.engine.session() as session:
        (platform,) = pipeline.folder.platforms
        read_source(session, pipeline.landing, pipeline.folder, platform, "events", pipeline.day_partitions()[1:2])
        found = session.arrow("raw.read").to_pylist()
    decoded = [line.decode(errors="backslashreplace") for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    n_lines = sum(bool(line.strip()) for line in decoded)
    held = [row["line"] or row["record"] for row in found]
    assert sum(sum(bool(line.strip()) for line in text.split("\n")) for text in held) == n_lines
    for row in found:
        assert (row["record"] is None) == (row["reason"] is not None)
        assert not (row["is_elsewhere"] and row["reason"])
