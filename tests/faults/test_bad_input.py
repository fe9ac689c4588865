"""Whatever lands is said by its reason, costs what it must, and lets the rest of the file through."""

import gzip
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources import unpacked as unpacked_module
from resources.landing import Landing
from tests.worlds import compressed, land, world
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.raw.reading import read_source

FILE = "shop/events/2026-01-06"
PLATFORM = """
platform: shop
title: Shop
owner: team:shop
sources:
  events:
    files: "shop/events/{{day}}"
    format: {form}
    columns: {{user_id: user.id, item_id: item, event_type: {{constant: view}}, occurred_at: at}}
    event_types: {{view: 1}}
    {more}
"""
ENDS, DAMAGED = "the file breaks off here: ", "the file is damaged, also before this line: "
BINARY = "holds a NUL byte; text has none, unless it is UTF-16: convert the file to UTF-8"
NO_JSON, TWICE = "not valid JSON", "a key stands twice in one object"
OPEN_QUOTE = "a quote that does not close, or stands inside a field"
LEADS_OUT = "a link or a path that leads out of the landing area; land the file itself"


def good(n: int) -> bytes:
    """A line of JSON that is a record, known by its number."""
    return json.dumps({"n": n, "user": {"id": f"u{n}"}, "item": n * 7919 % 100_003}).encode()


def among(*bad: bytes) -> bytes:
    """Bad lines between a good one before and a good one after."""
    return b"\n".join([good(0), *bad, good(1)]) + b"\n"


def zipped(n_lines: int = 9_000) -> bytes:
    return gzip.compress(b"".join(good(n) + b"\n" for n in range(n_lines)))


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at:][1:]


def parquet(n: int = 2, **columns: Any) -> bytes:
    buffer = io.BytesIO()
    table = pa.table({"n": list(range(n)), **columns})
    pq.write_table(
        table, buffer, write_page_checksum=True, row_group_size=5000, use_dictionary=False, compression="none"
    )
    return buffer.getvalue()


class Case(NamedTuple):
    """What lands, how it is declared, how many records come through, and the line and reason of each that does not."""

    content: bytes | Callable[[Path], Any]
    n_good: int | tuple[int, int]  # or between two numbers
    reasons: list[tuple[int | None, str]]  # the reason's beginning; a line of None is any
    form: str = "jsonl"
    more: str = ""


GZIP, ZSTD, ROWS = "compression: gzip", "compression: zstd", "limits: {rows: 100}"
CSV_GOOD = b"n,user,item\n0,u0,pan\n"
CASES = {
    # compression
    "gzip cut short": Case(zipped()[:-5_000], (1_000, 8_999), [(None, ENDS + "Compressed file ended")], more=GZIP),
    "gzip without its last byte": Case(zipped(50)[:-1], 50, [(51, ENDS + "Compressed file ended")], more=GZIP),
    "gzip of a wrong checksum": Case(flipped(zipped(50), -6), 50, [(51, DAMAGED + "CRC check failed")], more=GZIP),
    "gzip of a wrong length": Case(flipped(zipped(50), -2), 50, [(51, DAMAGED + "Incorrect length")], more=GZIP),
    "gzip with garbage behind it": Case(zipped(50) + b"garbage", 50, [(51, ENDS + "Not a gzipped file")], more=GZIP),
    "gzip that is none": Case(among(), 0, [(1, ENDS + "Not a gzipped file")], more=GZIP),
    "gzip of nothing, not even a header": Case(b"", 0, [], more=GZIP),
    "gzip with zeros behind it": Case(zipped(50) + b"\0" * 512, 50, [], more=GZIP),
    "zstd cut short": Case(
        compressed(gzip.decompress(zipped(30_000)), "zstd")[:-9_000],
        (1_000, 29_999),
        [(None, ENDS + "Truncated")],
        more=ZSTD,
    ),
    "zstd that is none": Case(among(), 0, [(1, ENDS)], more=ZSTD),
    # limits
    "a bomb of rows": Case(
        gzip.compress(b'{"n":0}\n' * 300_000),
        100,
        [(101, "the file goes on past the limit of 100 lines")],
        more=f"{GZIP}\n    {ROWS}",
    ),
    "a bomb of blank lines": Case(
        gzip.compress(b"\n" * 3_000_000),
        0,
        [(101, "the file goes on past the limit of 100 lines")],
        more=f"{GZIP}\n    {ROWS}",
    ),
    "a bomb of one line": Case(
        gzip.compress(among(b'{"x":"' + Random(0).randbytes(4_500_000).hex().encode() + b'"}'), 1),
        2,
        [(2, "the line has 9,000,008 bytes, the limit is 1,048,576; only its beginning is kept")],
        more=GZIP,
    ),
    "a bomb by ratio": Case(
        gzip.compress(b'{"n":0}\n' * 300_000),
        (1, 299_999),
        [(None, "the file unpacks to more than 200 times")],
        more=GZIP,
    ),
    "a bomb of zstd by ratio": Case(
        compressed(b'{"n":0}\n' * 300_000, "zstd"),
        (1, 299_999),
        [(None, "the file unpacks to more than 200 times")],
        more=ZSTD,
    ),
    "a file of too many bytes": Case(
        b"\n".join(good(n) for n in range(9)),
        2,
        [(3, "the file goes on past the limit of 100 bytes")],
        more="limits: {bytes: 100}",
    ),
    "an oversized field": Case(
        among(json.dumps({"item": "x" * 2_000}).encode()),
        2,
        [(2, "the line has 2,012 bytes, the limit is 1,024")],
        more="limits: {line_bytes: 1024}",
    ),
    "an oversized field at the end": Case(
        among().rstrip() + b"x" * 2_000,
        1,
        [(2, "the line has ")],
        more="limits: {line_bytes: 1024}",
    ),
    "nesting past the limit": Case(
        among(b'{"a":' * 33 + b"1" + b"}" * 33, b'{"a":' * 32 + b"1" + b"}" * 32),
        3,
        [(2, "nested deeper than the limit of 32")],
    ),
    "nesting without end": Case(among(b'{"a":' + b"[" * 100_000), 2, [(2, "nested deeper than the limit of 32")]),
    "brackets within a text": Case(among(json.dumps({"a": "[{" * 99 + '\\"' * 99}).encode()), 3, []),
    "quotes that never close": Case(among(b'{"a": "' + b'[\\"' * 99_000), 2, [(2, NO_JSON)]),
    # bytes
    "invalid UTF-8": Case(among(b'{"a": "\xff\xfe"}'), 2, [(2, "not UTF-8 at byte 7")]),
    "overlong UTF-8": Case(among(b'{"a": "\xc0\xaf"}'), 2, [(2, "not UTF-8 at byte 7")]),
    "Latin-1": Case(among('{"a": "Bär"}'.encode("latin-1")), 2, [(2, "not UTF-8 at byte 8")]),
    "UTF-16 with its mark": Case(
        b"\xff\xfe" + among().decode().encode("utf-16-le"),
        0,
        [(1, "UTF-16, expected UTF-8; convert the file"), (2, BINARY), (3, BINARY)],
    ),
    "UTF-16 without a mark": Case(among().decode().encode("utf-16-be"), 0, [(1, BINARY), (2, BINARY)]),
    "a NUL byte": Case(among(b'{"a": "\x00"}'), 2, [(2, BINARY)]),
    "a NUL byte in CSV": Case(CSV_GOOD + b"1,u\x001,pan\n2,u2,wok\n", 2, [(3, BINARY)], "csv"),
    "an escaped NUL is a character": Case(among(b'{"item": "\\u0000"}'), 3, []),
    "a byte order mark": Case(b"\xef\xbb\xbf" + among(), 2, []),
    "a byte order mark within": Case(among(b"\xef\xbb\xbf" + good(7)), 2, [(2, NO_JSON)]),
    "carriage returns alone": Case(good(0) + b"\r" + good(1) + b"\n" + good(2), 1, [(1, NO_JSON)]),
    "a control character in a text": Case(among(b'{"a": "\x07"}'), 2, [(2, NO_JSON)]),
    # JSON
    "half a surrogate pair": Case(among(b'{"a": "\\ud800"}'), 2, [(2, NO_JSON)]),
    "a key that stands twice": Case(among(b'{"item": "a", "item": "b"}'), 2, [(2, TWICE)]),
    "a key that stands twice inside": Case(among(b'{"user": {"id": "a", "id": "b"}}'), 2, [(2, TWICE)]),
    "a key that stands twice among many": Case(
        among(json.dumps({f"k{n}": n for n in range(60)}).encode()[:-1] + b', "k7": 0}'), 2, [(2, TWICE)]
    ),
    "NaN": Case(among(b'{"user": {"id": NaN}}'), 2, [(2, "NaN is no value of JSON; write null")]),
    "Infinity": Case(among(b'{"a": [-Infinity]}'), 2, [(2, "-Infinity is no value of JSON; write null")]),
    "NaN within a text": Case(among(b'{"a": ", NaN", "b": ": inf"}'), 3, []),
    "single quotes": Case(among(b"{'a': 1}"), 2, [(2, NO_JSON)]),
    "a list, a text, a number, null": Case(
        among(b"[]", b'"a"', b"1", b"null"), 2, [(n, "JSON, but not an object") for n in (2, 3, 4, 5)]
    ),
    "two objects in a line": Case(among(good(5) + good(6)), 2, [(2, NO_JSON)]),
    "an object over two lines": Case(among(b'{"a":', b"1}"), 2, [(2, NO_JSON), (3, NO_JSON)]),
    "a number of a thousand digits": Case(among(b'{"a": ' + b"9" * 1000 + b"}", b'{"a": 1e999}'), 4, []),
    "nothing": Case(b"", 0, []),
    "nothing but space": Case(b" \n\t\n\r\n\n", 0, []),
    # CSV
    "a quote that stays open": Case(CSV_GOOD + b'1,"u1,pan\n2,u2,wok\n', 2, [(3, OPEN_QUOTE)], "csv"),
    "a quote inside a field": Case(CSV_GOOD + b'1,u1,5" pan\n2,u2,wok\n', 2, [(3, OPEN_QUOTE)], "csv"),
    "fields too few and too many": Case(
        CSV_GOOD + b"1,u1\n2,u2,wok,more\n3,u3,pot\n",
        2,
        [(3, "2 fields, the header has 3"), (4, "4 fields, the header has 3")],
        "csv",
    ),
    "a header alone": Case(b"n,user,item\n", 0, [], "csv"),
    "a header that says a name twice": Case(b"n,user,n\n1,u,2\n", 0, [(2, "the header has a name twice")], "csv"),
    "a header that is not UTF-8": Case(
        b"n,us\xffer\n1,u\n", 0, [(1, "not UTF-8 at byte 4"), (2, "the header line cannot be read")], "csv"
    ),
    "a header of too many columns": Case(
        b"," * 2_000 + b"\n1,u\n",
        0,
        [(1, "no header: 2,001 columns, the limit is 2,000"), (2, "the header line cannot be read")],
        "csv",
    ),
    "a header of one huge field": Case(
        b"x" * 200_000 + b"\n1,u\n", 0, [(1, "no header: field larger"), (2, "the header line cannot be read")], "csv"
    ),
    # Parquet
    "Parquet of no bytes": Case(b"", 0, [(1, "not readable as Parquet: ")], "parquet"),
    "Parquet that is text": Case(among(), 0, [(1, "not readable as Parquet: ")], "parquet"),
    "Parquet cut short": Case(parquet(9_000)[:-200], 0, [(1, "not readable as Parquet: ")], "parquet"),
    "Parquet with a page damaged": Case(
        flipped(parquet(9_000), 60_000), (4_096, 5_000), [(None, "not readable as Parquet: ")], "parquet"
    ),
    "Parquet without rows": Case(parquet(0), 0, [], "parquet"),
    "Parquet of too many rows": Case(
        parquet(9_000),
        100,
        [(101, "not readable as Parquet: it goes on past the limit of 100 rows")],
        "parquet",
        ROWS,
    ),
    "Parquet of too many bytes": Case(
        parquet(9_000),
        0,
        [(1, "not readable as Parquet: it has ")],
        "parquet",
        "limits: {bytes: 1000}",
    ),
    "Parquet with an oversized field": Case(
        parquet(3, item=["pan", "x" * 2_000, "wok"]),
        2,
        [(2, "the line has 2,017 bytes, the limit is 1,024; only its beginning is kept")],
        "parquet",
        "limits: {line_bytes: 1024}",
    ),
    # what stands at the path
    "a folder at the path": Case(Path.mkdir, 0, [(1, "a folder where a file is expected; land one file, or ")]),
    "a folder where Parquet is expected": Case(
        Path.mkdir, 0, [(1, "not readable as Parquet: a folder where a file is expected")], "parquet"
    ),
    "a pipe at the path": Case(os.mkfifo, 0, [(1, "a pipe, a socket or a device where a file is expected")]),
    "a device at the path": Case(lambda path: path.symlink_to("/dev/zero"), 0, [(1, LEADS_OUT)]),
    "a link out of the landing area": Case(lambda path: path.symlink_to("/etc/hostname"), 0, [(1, LEADS_OUT)]),
    "a link that leads nowhere": Case(lambda path: path.symlink_to("nowhere"), 0, []),
}


def put(pipeline: Pipeline, content: bytes | Callable[[Path], Any]) -> None:
    if isinstance(content, bytes):
        land(pipeline, {FILE: content})
    else:
        path = Path(pipeline.places.landing) / FILE
        path.parent.mkdir(parents=True)
        content(path)


def shop(form: str = "jsonl", more: str = "") -> dict[str, str]:
    return {"shop": PLATFORM.format(form=form, more=more)}


def read_rows(pipeline: Pipeline) -> list[dict[str, Any]]:
    (platform,) = pipeline.folder.platforms
    with pipeline.engine.session() as session:
        read_source(session, pipeline.landing, pipeline.folder, platform, "events", pipeline.day_partitions()[1:2])
        return sorted(session.arrow("raw.read").to_pylist(), key=lambda row: row["source_line"])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_bad_input_is_said_and_the_rest_comes_through(
    tmp_path: Path, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacked_module, "HARMLESS_BYTES", 1 << 16)
    pipeline = world(tmp_path, {}, shop(case.form, case.more))
    put(pipeline, case.content)
    read = read_rows(pipeline)
    rejected = [(row["source_line"], row["reason"]) for row in read if row["record"] is None]
    assert len(rejected) == len(case.reasons), rejected
    for (line, reason), (expected_line, beginning) in zip(rejected, case.reasons, strict=True):
        assert reason.startswith(beginning)
        assert expected_line in (None, line)
    low, high = case.n_good if isinstance(case.n_good, tuple) else (case.n_good, case.n_good)
    assert low <= len(read) - len(rejected) <= high
    numbers = [json.loads(row["record"]).get("n") for row in read if row["record"] and len(row["record"]) < 999]
    assert [n for n in numbers if n] == sorted(n for n in numbers if n)


def test_a_nan_of_parquet_is_no_value(tmp_path: Path) -> None:
    """Files from pandas say so of what is missing; as a user id it would make one person of many."""
    pipeline = world(tmp_path, {FILE: pa.table({"user": [7.0, float("nan"), None]})}, shop("parquet"))
    assert [json.loads(row["record"])["user"] for row in read_rows(pipeline)] == [7.0, None, None]


def test_there_are_forty_kinds_and_more() -> None:
    assert len(CASES) >= 40


PIECES = [
    b"\n",
    b"\r\n",
    b'"',
    b",",
    good(0),
    b'{"n": NaN}',
    b'{"n": 1, "n": 2}',
    b"\xff\xfe",
    b"\x00",
    b"\\",
    b" ",
    b"[",
]
ANYTHING = st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Pipeline]:
    """A pipeline for each way to land text."""
    ways = [(form, compression) for form in ("jsonl", "csv") for compression in ("none", "gzip")]
    header = "csv: {header: [a, c]}"
    return {
        (form, compression): world(
            tmp_path_factory.mktemp(form), {}, shop(form, f"compression: {compression}\n    {header}")
        )
        for form, compression in ways
    }


def n_lines(content: bytes) -> int:
    """Lines with something on them, as read back from a record or from the account of what was rejected."""
    texts = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return sum(bool(text.decode(errors="backslashreplace").strip()) for text in texts)


@pytest.mark.parametrize("compression", ["none", "gzip"])
@pytest.mark.parametrize("form", ["jsonl", "csv"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=ANYTHING)
def test_lines_are_conserved_for_any_bytes(
    readers: dict[tuple[str, str], Pipeline], form: str, compression: str, content: bytes
) -> None:
    pipeline = readers[form, compression]
    land(pipeline, {FILE: compressed(content, compression)})
    held = [(row["line"] or row["record"]).encode() for row in read_rows(pipeline)]
    assert sum(map(n_lines, held)) == n_lines(content)


WHOLE = b"".join(good(n) + b"\n" for n in range(300))


def read_damaged(tmp_path: Path, content: bytes, compression: str) -> list[dict[str, Any]]:
    (tmp_path / "log").write_bytes(content)
    landing = Landing(str(tmp_path))
    file = landing.find("log")
    assert file is not None
    return [row for batch in landing.lines(file, compression) for row in batch.to_pylist()]


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), keep=st.integers(0, 10_000))
def test_a_cut_file_says_so_wherever_it_is_damaged_too(tmp_path: Path, compression: str, at: int, keep: int) -> None:
    packed = compressed(WHOLE, compression)
    found = read_damaged(tmp_path, flipped(packed, at % len(packed))[: 1 + keep % (len(packed) - 1)], compression)
    assert found[-1]["problem"].startswith("the file ")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000))
def test_no_flipped_bit_of_gzip_goes_unsaid(tmp_path: Path, at: int) -> None:
    packed = gzip.compress(WHOLE)
    found = read_damaged(tmp_path, flipped(packed, at % len(packed)), "gzip")
    is_same = [row["line"] for row in found] == WHOLE.decode().splitlines()
    assert is_same or found[-1]["problem"].startswith("the file ")
