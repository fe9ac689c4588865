"""Every physical line that lands ends in exactly one place; what loses or doubles one is seen; bad days are refused."""

import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_quality.audit import audit
from data_quality.contract import load_contract
from tests.worlds import ITEMS, SHOP, clean, event, land, lines, read, rows, world
from xdrec_assets.clean.accounts import clean_accounts, settled_days
from xdrec_assets.clean.cleaned import publish_cleaned
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.raw.accounts import raw_accounts
from xdrec_assets.raw.landed import publish_landed
from xdrec_assets.refusal import PartitionsRefused
from xdrec_assets.reprocess import reprocess
from xdrec_assets.set_apart import set_apart, texts

DAY, AT = "shop/events/2026-01-08.jsonl", "2026-01-08T12:00:00Z"
RAW, CLEAN, FILES = "raw/shop/events", "clean/shop/events", "raw/shop/files"
FEW = "quality: {few: 3}\n"
PARTS = ("n_header", "n_blank", "n_records", "n_rejected", "n_elsewhere", "n_continued", "n_other_days")
CSV = """
platform: shop
title: Shop
owner: team:shop
sources:
  events:
    files: shop/events/{day}.jsonl
    format: csv
    columns: {user_id: user, item_id: item, event_type: {constant: view}, occurred_at: at}
    event_types: {view: 1}
"""


def of_day(day: str, *records: dict[str, Any]) -> dict[str, str]:
    return {f"shop/events/2026-01-{day}.jsonl": lines(*records)}


def good(n: int, day: str = "08") -> list[dict[str, Any]]:
    return [event(f"u{i}", "pan", f"2026-01-{day}T12:00:00Z") for i in range(n)]


def republish(pipeline: Pipeline, table: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Publish other rows of a table behind the pipeline's back."""
    found = pipeline.lake.open(table).to_pyarrow_table().drop_columns(["bucket"])
    changed = change(found)
    days = pipeline.day_partitions()
    pipeline.lake.publish(table, changed.to_reader, pipeline.folder.layout, days)


LOST: list[Callable[[pa.Table], pa.Table]] = [
    lambda table: table.slice(1),
    lambda table: pa.concat_tables([table, table.slice(0, 1)]),
]


# Physical lines


@pytest.mark.parametrize(
    ("content", "counts"),
    [
        (b"", (0, 0, 0, 0, 0)),
        (b"\n \n\t\r\n", (3, 0, 3, 0, 0)),
        (b'{"user": "u"}\n\n{"user": "u"}', (3, 0, 1, 2, 0)),
        (b'\xef\xbb\xbf{"a": 1}\r\n\xc2\xa0\n\xe3\x80\x80\nbroken\n', (4, 0, 2, 1, 1)),
        ("ä\nà\n".encode() * 40_000, (80_000, 0, 0, 0, 80_000)),
    ],
)
def test_lines_of_a_file_are_counted_from_its_bytes(tmp_path: Path, content: bytes, counts: tuple[int, ...]) -> None:
    pipeline = world(tmp_path, {DAY: content}, {"shop": SHOP + "quality: {most_bad_share: 1}\n"})
    read(pipeline)
    assert rows(pipeline, FILES, "n_physical_lines", "n_header", "n_blank", "n_records", "n_rejected") == [counts]
    assert rows(pipeline, FILES, "file_sha256") == [hashlib.sha256(content).hexdigest()]


def test_a_csv_record_of_several_lines_is_accounted_for_by_each_of_them(tmp_path: Path) -> None:
    text = 'user,item,at\n\nu1,"one\n\ntwo\n",2026-01-08\n   \nu2,pan,2026-01-08\n'
    pipeline = world(tmp_path, {DAY: text}, {"shop": CSV})
    read(pipeline)
    (found,) = rows(pipeline, FILES)
    assert (found["n_physical_lines"], *(found[part] for part in PARTS)) == (8, 1, 2, 2, 0, 0, 3, 0)


def test_an_empty_file_and_a_header_alone_have_a_row_of_their_own(tmp_path: Path) -> None:
    files = {"shop/events/2026-01-08.jsonl": "", "shop/events/2026-01-09.jsonl": "user,item,at\n"}
    pipeline = world(tmp_path, files, {"shop": CSV})
    read(pipeline)
    counts = rows(pipeline, FILES, "day", "n_physical_lines", "n_header", "n_lines")
    assert counts == [(date(2026, 1, 8), 0, 0, 0), (date(2026, 1, 9), 1, 1, 0)]


def test_a_dump_is_accounted_for_on_each_of_its_days(tmp_path: Path) -> None:
    dump = {"shop": SHOP.replace("shop/events/{day}.jsonl", "dump")}
    text = lines(*good(3, "06"), *good(2, "09")) + "\nbroken\n"
    pipeline = world(tmp_path, {"dump": text}, dump)
    read(pipeline)
    found = sorted(rows(pipeline, FILES, "day", "n_physical_lines", *PARTS))
    assert [row[0].day for row in found] == [5, 6, 9]
    assert [(row[1], sum(row[2:])) for row in found] == [(7, 7)] * 3
    assert [row[-1] for row in found] == [5, 3, 4]


def test_a_file_that_breaks_off_is_accounted_for_up_to_there(tmp_path: Path) -> None:
    whole = gzip.compress("".join(f'{{"n": {n * 7919 % 100_003}}}\n' for n in range(9_000)).encode())
    platform = {"shop": SHOP.replace("format: jsonl", "format: jsonl\n    compression: gzip")}
    cut = whole[: len(whole) // 2]
    pipeline = world(tmp_path, {DAY: cut}, platform)
    read(pipeline)
    (found,) = rows(pipeline, FILES)
    assert found["n_physical_lines"] == found["n_records"] + 1 > 1_000
    assert found["file_sha256"] == hashlib.sha256(cut).hexdigest()


PIECES = [
    b"\n",
    b"\r\n",
    b'"',
    b",",
    b"u,i,t",
    b"\xff",
    b" ",
    b"\x00",
    "　".encode(),
    b"\xc2",
    b"\xa0",
    b"\xef\xbb\xbf",
]


@pytest.fixture(scope="module")
def csv_shop(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return world(tmp_path_factory.mktemp("csv"), {}, {"shop": CSV + "quality: {most_bad_share: 1}\n"})


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)))
def test_every_physical_line_is_in_one_place_whatever_lands(csv_shop: Pipeline, content: bytes) -> None:
    land(csv_shop, {DAY: content})
    (platform,) = csv_shop.folder.platforms
    day = [csv_shop.folder.partition(date(2026, 1, 8))]
    list(publish_landed(csv_shop, platform, day))
    (found,) = rows(csv_shop, FILES)
    assert found["n_physical_lines"] == sum(found[part] for part in PARTS)
    assert found["n_physical_lines"] - content.count(b"\n") in (0, 1)
    assert raw_accounts(csv_shop, platform, day)[RAW].ok


def test_a_reader_that_loses_a_line_publishes_nothing(tmp_path: Path) -> None:
    pipeline = world(tmp_path, {DAY: lines(*good(3))})
    read(pipeline)
    contract = load_contract(FILES)
    (row,) = rows(pipeline, FILES)
    assert row.pop("bucket")
    for n_lines, is_published in ((3, True), (4, False), (2, False)):
        with duckdb.connect() as con:
            con.register("files", pa.Table.from_pylist([{**row, "n_physical_lines": n_lines}], contract.arrow_schema()))
            verdict = audit(con, "files", contract)
        assert verdict.passed == is_published
        assert [result.rule for result in verdict.blocking] == ["every_physical_line_accounted_for"] * (
            not is_published
        )


# Accounts of what was published


def test_accounts_hold_on_a_world_of_every_kind_of_line(tmp_path: Path) -> None:
    late, bad = event("u2", "wok", "2026-01-08T01:00:00Z"), event("u3", "pan", "soon")
    files = of_day("08", *good(3), *good(3), bad) | of_day("10", late, *good(1)) | of_day("09", *good(1, "10"))
    pipeline = world(tmp_path, files)
    (platform,) = pipeline.folder.platforms
    days = pipeline.day_partitions()
    raw = {p.table: p.accounts for p in publish_landed(pipeline, platform, days)}
    cleaned = {p.table: p.accounts for p in publish_cleaned(pipeline, platform, days)}
    assert raw[RAW] is not None
    assert (raw[RAW].ok, raw[RAW].n_rows) == (True, 3)
    assert cleaned[CLEAN] is not None
    assert cleaned[CLEAN].ok
    assert cleaned[CLEAN].n_rows == 10
    assert [cleaned[f"clean/shop/{beside}"] for beside in ("quarantined", "duplicates")] == [None, None]


@pytest.mark.parametrize("change", LOST, ids=["lost", "doubled"])
@pytest.mark.parametrize("table", [RAW, "raw/shop/rejected", "raw/shop/files"])
def test_a_published_raw_row_that_is_lost_or_doubled_is_seen(
    tmp_path: Path, table: str, change: Callable[[pa.Table], pa.Table]
) -> None:
    pipeline = world(tmp_path, {DAY: lines(*good(3)) + "broken\n"})
    read(pipeline)
    (platform,) = pipeline.folder.platforms
    republish(pipeline, table, change)
    found = raw_accounts(pipeline, platform, pipeline.day_partitions())[RAW]
    assert not found.ok
    assert "shop/events/2026-01-08.jsonl" in found.text()


@pytest.mark.parametrize("change", LOST, ids=["lost", "doubled"])
@pytest.mark.parametrize("table", [CLEAN, "clean/shop/quarantined", "clean/shop/duplicates"])
def test_a_published_clean_row_that_is_lost_or_doubled_is_seen(
    tmp_path: Path, table: str, change: Callable[[pa.Table], pa.Table]
) -> None:
    pipeline = world(tmp_path, of_day("08", *good(3), *good(1), event("u3", "pan", "soon")))
    clean(pipeline)
    (platform,) = pipeline.folder.platforms
    assert clean_accounts(pipeline, platform, [date(2026, 1, 8)])[CLEAN].ok
    republish(pipeline, table, change)
    found = clean_accounts(pipeline, platform, [date(2026, 1, 8)])[CLEAN]
    assert not found.ok
    assert "shop/events/2026-01-08.jsonl of 2026-01-08: 5 in" in found.text()


@pytest.mark.parametrize("numbers", [[1, 2, 4], [3, 3]])
def test_a_row_in_place_of_another_is_seen(tmp_path: Path, numbers: list[int]) -> None:
    pipeline = world(tmp_path, of_day("08", *good(3)))
    clean(pipeline)

    def other_lines(table: pa.Table) -> pa.Table:
        at, cut = table.schema.get_field_index("source_line"), table.slice(0, len(numbers))
        return cut.set_column(at, table.schema.field(at), pa.array(numbers, pa.int64()))

    republish(pipeline, CLEAN, other_lines)
    (platform,) = pipeline.folder.platforms
    assert not clean_accounts(pipeline, platform, [date(2026, 1, 8)])[CLEAN].ok


def test_days_whose_records_wait_for_a_partition_are_not_held_to_account(tmp_path: Path) -> None:
    pipeline = world(tmp_path, of_day("08", *good(3), *good(1, "06")))
    read(pipeline)
    (platform,) = pipeline.folder.platforms
    one = [pipeline.folder.partition(date(2026, 1, 8))]
    (events, *_) = publish_cleaned(pipeline, platform, one)
    assert events.accounts is not None
    assert (events.accounts.ok, events.accounts.n_rows) == (True, 0)


def test_a_day_is_settled_when_all_partitions_are_made_that_its_records_can_be_in(tmp_path: Path) -> None:
    days = world(tmp_path, {}).day_partitions()[:6]  # 5 to 10 January
    first, last = date(2026, 1, 5), date(2026, 1, 14)
    assert settled_days(days, days, 3, first, last) == [date(2026, 1, day) for day in range(5, 10)]
    without_sixth = [p for p in days if p.key != "2026-01-06"]
    assert settled_days(days, without_sixth, 3, first, last) == []
    assert settled_days(days, days, 3, first, date(2026, 1, 10))[-1] == date(2026, 1, 10)


def test_a_duplicate_names_the_record_that_stands(tmp_path: Path) -> None:
    pipeline = world(tmp_path, of_day("08", *good(1)) | of_day("09", *good(1)))
    clean(pipeline)
    found = rows(pipeline, "clean/shop/duplicates", "source_file", "source_line", "kept_file", "kept_line", "landed_on")
    assert found == [("shop/events/2026-01-09.jsonl", 1, "shop/events/2026-01-08.jsonl", 1, date(2026, 1, 9))]


def test_what_is_set_apart_carries_the_checksum_of_its_file(tmp_path: Path) -> None:
    content = lines(event("u3", "pan", "soon")) + "broken\n"
    pipeline = world(tmp_path, {DAY: content})
    clean(pipeline)
    digest = hashlib.sha256(content.encode()).hexdigest()
    assert rows(pipeline, "raw/shop/rejected", "line", "source_line", "reason", "file_sha256") == [
        ("broken", 2, "not valid JSON", digest)
    ]
    assert rows(pipeline, "clean/shop/quarantined", "source_line", "file_sha256") == [(1, digest)]


# Partitions refused as a whole


def test_a_day_of_broken_lines_is_refused_and_the_others_are_published(tmp_path: Path) -> None:
    pipeline = world(tmp_path, of_day("08", *good(9)), {"shop": SHOP + FEW})
    read(pipeline)
    land(
        pipeline, {DAY: lines(*good(5)) + "broken\n" * 4} | of_day("09", *good(2, "09")) | of_day("07", *good(1, "07"))
    )
    (platform,) = pipeline.folder.platforms
    with pytest.raises(PartitionsRefused) as refused:
        list(publish_landed(pipeline, platform, pipeline.day_partitions()))
    said = str(refused.value)
    assert "2026-01-08: bad_share of events: expected at most 20% of the lines rejected or quarantined" in said
    assert f"4 of 9 lines break it; found 4 with 'not valid JSON', first in line 6 of {DAY}" in said
    assert "shop.yaml" in said
    landed = [day.day for day in rows(pipeline, RAW, "day")]
    assert (landed.count(7), landed.count(8), landed.count(9)) == (1, 9, 2)
    assert rows(pipeline, "raw/shop/rejected") == []


def test_a_few_bad_lines_refuse_nothing_however_few_the_good_ones_are(tmp_path: Path) -> None:
    pipeline = world(tmp_path, {DAY: "broken\n" * 3 + lines(*good(1))}, {"shop": SHOP + FEW})
    read(pipeline)
    assert len(rows(pipeline, "raw/shop/rejected")) == 3


def test_a_day_of_unusable_records_is_refused_when_it_is_cleaned(tmp_path: Path) -> None:
    bad = [event(f"u{i}", "pan", "soon") for i in range(3)]
    pipeline = world(tmp_path, of_day("08", *good(9), *bad[:1]) | of_day("09", *good(2, "09")), {"shop": SHOP + FEW})
    clean(pipeline)
    land(pipeline, {DAY: lines(*good(9), *bad) + "broken\n"} | of_day("09", *good(3, "09")))
    read(pipeline)
    (platform,) = pipeline.folder.platforms
    with pytest.raises(
        PartitionsRefused,
        match=r"2026-01-08: .* 4 of 13 lines .* no instant.*, first in line 10 of .*, which has 'soon'",
    ):
        list(publish_cleaned(pipeline, platform, pipeline.day_partitions()))
    days = [day.day for day in rows(pipeline, CLEAN, "day")]
    assert (days.count(8), days.count(9)) == (9, 3)
    assert len(rows(pipeline, "clean/shop/quarantined")) == 1


# Columns that change


def schema(tmp_path: Path, second: list[dict[str, Any]], more: str = FEW, platform: str = SHOP) -> list[str]:
    """What is said of a second day's columns, after a first day of five views with stars."""
    first = [{**record, "stars": 4} for record in good(5)]
    pipeline = world(tmp_path, of_day("08", *first), {"shop": platform + more})
    read(pipeline)
    land(pipeline, of_day("09", *second))
    (shop,) = pipeline.folder.platforms
    done = {p.table: p.audit for p in publish_landed(pipeline, shop, pipeline.day_partitions())}
    return [result.text() for result in done[RAW].warnings if result.rule == "schema"]


def renamed(old: str, new: str) -> list[dict[str, Any]]:
    return [{new if key == old else key: value for key, value in {**row, "stars": 4}.items()} for row in good(5, "09")]


def test_a_needed_column_that_is_gone_refuses_the_day(tmp_path: Path) -> None:
    with pytest.raises(PartitionsRefused, match=r"2026-01-09: schema of events: expected the mapped columns .*: item"):
        schema(tmp_path, renamed("item", "sku"))


def test_how_a_change_of_columns_is_handled_is_the_platform_files_to_say(tmp_path: Path) -> None:
    with_coupon = [{**row, "coupon": "c"} for row in renamed("", "")]
    text = FEW.replace("}", ", schema_change: {removed: warn, added: ignore}}")
    (said,) = schema(tmp_path / "warn", renamed("item", "sku"), text)
    assert said.endswith("found shop/events/2026-01-09.jsonl: item")
    with pytest.raises(PartitionsRefused, match=r"no column that no file of late had.*: coupon"):
        schema(tmp_path / "added", with_coupon, text.replace("added: ignore", "added: refuse"))


def test_added_and_retyped_columns_and_missing_ratings_are_warned_of(tmp_path: Path) -> None:
    assert schema(tmp_path / "same", renamed("", "")) == []
    (added,) = schema(tmp_path / "added", [{**row, "coupon": "c"} for row in renamed("", "")])
    assert added.endswith("expected no column that no file of late had, 5 of 5 records break it; "
                          "found shop/events/2026-01-09.jsonl: coupon")  # fmt: skip
    (retyped,) = schema(tmp_path / "retyped", [{**row, "stars": "four"} for row in renamed("", "")])
    assert retyped.endswith("stars is text, was number")
    (unrated,) = schema(tmp_path / "unrated", good(5, "09"))
    assert unrated.endswith("found shop/events/2026-01-09.jsonl: stars")


def test_a_column_that_only_late_records_have_is_not_gone(tmp_path: Path) -> None:
    second = [*good(1500, "09"), {**good(1, "09")[0], "stars": 5}]
    assert schema(tmp_path, second) == []


def test_a_few_records_tell_nothing_of_columns(tmp_path: Path) -> None:
    assert schema(tmp_path, renamed("item", "sku")[:3]) == []


# Processing again


def test_a_corrected_platform_file_recovers_what_was_set_apart_and_touches_nothing_else(tmp_path: Path) -> None:
    unknown = [event(f"u{i}", "pan", AT, "love") for i in range(2)]
    files = of_day("08", *good(3), *unknown) | of_day("12", *good(2, "12"))
    pipeline = world(tmp_path, files)
    clean(pipeline)
    (platform,) = pipeline.folder.platforms
    same = reprocess(pipeline, platform, date.min, date.max)
    assert (same.n_partitions, same.n_made, same.n_recovered) == (1, 0, 0)
    assert "2 quarantined records stay" in same.text("shop")
    assert "Correct the platform file" in same.text("shop")
    stood = pipeline.lake.fingerprints(CLEAN, ["2026-01-12"])
    corrected = world(tmp_path, {}, {"shop": SHOP.replace("skip: 0", "skip: 0, love: 1")})
    (platform,) = corrected.folder.platforms
    done = reprocess(corrected, platform, date.min, date.max)
    assert (done.quarantined, done.n_recovered, done.n_made) == ((2, 0), 2, 1)
    assert len(rows(corrected, CLEAN)) == 7
    assert corrected.lake.fingerprints(CLEAN, ["2026-01-12"]) == stood
    assert reprocess(corrected, platform, date.min, date.max).text("shop") == "shop: nothing is set apart in these days"


def test_a_partition_that_was_refused_as_a_whole_comes_to_stand(tmp_path: Path) -> None:
    unknown = [event(f"u{i}", "pan", AT, "love") for i in range(4)]
    pipeline = world(tmp_path, of_day("08", *good(3), *unknown), {"shop": SHOP + FEW})
    read(pipeline)
    (platform,) = pipeline.folder.platforms
    eighth = date(2026, 1, 8)
    with pytest.raises(PartitionsRefused, match="which has 'love'"):
        reprocess(pipeline, platform, eighth, eighth)
    corrected = world(tmp_path, {}, {"shop": SHOP.replace("skip: 0", "skip: 0, love: 1") + FEW})
    (platform,) = corrected.folder.platforms
    done = reprocess(corrected, platform, eighth, eighth)
    assert (done.n_made, done.n_new, len(rows(corrected, CLEAN))) == (1, 1, 7)
    assert "1 partition made, 1 of them for the first time" in done.text("shop")


def test_a_day_of_broken_lines_that_was_refused_is_read_when_it_is_corrected(tmp_path: Path) -> None:
    pipeline = world(tmp_path, {DAY: "broken\n" * 4}, {"shop": SHOP + FEW})
    (platform,) = pipeline.folder.platforms
    with pytest.raises(PartitionsRefused):
        reprocess(pipeline, platform, date.min, date.max)
    land(pipeline, {DAY: lines(*good(3))})
    assert reprocess(pipeline, platform, date.min, date.max).n_new > 0
    assert len(rows(pipeline, CLEAN)) == 3


def test_what_is_set_apart_is_shown_with_its_raw_line(tmp_path: Path) -> None:
    bad = [event(f"u{i}", "pan", AT, "love") for i in range(2)]
    content = lines(*good(1), *bad) + "bro\u202eken\n"
    pipeline = world(tmp_path, {DAY: content, **of_day("09", event("u9", "pan", "soon"))})
    clean(pipeline)
    (platform,) = pipeline.folder.platforms
    said = list(texts("shop", set_apart(pipeline, platform, date.min, date.max, n_examples=1)))
    digest = hashlib.sha256(content.encode()).hexdigest()
    assert said[:2] == [
        "shop: 2 records of events quarantined, 2026-01-08: event_type is not among those of the platform file",
        f"  line 2 of {DAY} (sha256 {digest}), found 'love'\n    {json.dumps(bad[0])}",
    ]
    assert f"  line 4 of {DAY} (sha256 {digest})\n    broken" in said
    assert len(said) == 6
    only = set_apart(pipeline, platform, date(2026, 1, 9), date(2026, 1, 9))
    assert [(row.why[:11], row.n_rows) for row in only] == [("occurred_at", 1)]
    assert list(texts("shop", [])) == ["shop: nothing is set apart in these days"]


def test_a_corrected_file_is_read_again(tmp_path: Path) -> None:
    pipeline = world(tmp_path, {DAY: lines(*good(2)) + '{"user": "u9", \n'})
    clean(pipeline)
    (platform,) = pipeline.folder.platforms
    land(pipeline, {DAY: lines(*good(3))})
    assert reprocess(pipeline, platform, date(2026, 1, 9), date.max).n_partitions == 0
    done = reprocess(pipeline, platform, date(2026, 1, 8), date(2026, 1, 8))
    assert (done.rejected, done.n_recovered) == ((1, 0), 1)
    assert len(rows(pipeline, CLEAN)) == 3


def test_items_are_held_to_account_as_well(tmp_path: Path) -> None:
    items = {"shop/items/2026-01-08.jsonl": json.dumps({"sku": "pan"}) + "\n" + json.dumps({"sku": ""}) + "\n"}
    pipeline = world(tmp_path, items, {"shop": SHOP + ITEMS})
    read(pipeline)
    (platform,) = pipeline.folder.platforms
    done = {p.table: p.accounts for p in publish_cleaned(pipeline, platform, pipeline.day_partitions())}
    assert done["clean/shop/items"] is not None
    assert done["clean/shop/items"].ok
