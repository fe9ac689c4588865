"""What tells of a private person does not get past raw: masked in texts, forgotten in raw after its time."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.worlds import ITEMS, LINKS, SETTINGS, SHOP, clean, event, join, land, lines, read, rows, world
from xdrec_assets.pipeline import SQL, Pipeline
from xdrec_assets.retention import retain
from xdrec_assets.staleness import stale_partitions

MASKED = {
    "write to anna.b+x@mail.example.org now": "write to [e-mail] now",
    "anna (at) example.com": "[e-mail]",
    "grüße@bücher.example": "[e-mail]",
    "DE89 3704 0044 0532 0130 00 please": "[account] please",
    "DE89370400440532013000": "[account]",
    "GB29 NWBK 6016 1331 9268 19": "[account]",
    "FR14 2004 1010 0505 0001 3M02 606": "[account]",
    "IT60X0542811101000000123456": "[account]",
    "NL91ABNA0417164300": "[account]",
    "at 192.168.10.254, or": "at [address], or",
    "2001:0db8:85a3:0000:0000:8a2e:0370:7334": "[address]",
    "2001:db8::1": "[address]",
    "4111 1111 1111 1111": "[card]",
    "4111-1111-1111-1111": "[card]",
    "3782 822463 10005": "[card]",
    "4111111111111111": "[number]",
    "123-45-6789": "[number]",
    "+49 (0)30 1234567": "[phone]",
    "+14155552671": "[phone]",
    "0049 30 1234567": "[phone]",
    "(415) 555-2671": "[phone]",
    "call 415-555-2671!": "call [phone]!",
    "030 1234567": "[phone]",
    "0171/1234567": "[phone]",
    "020 7946 0958": "[phone]",
    "01 23 45 67 89": "[phone]",
    "Tel.: 123 45 67": "[phone]",
}
UNTOUCHED = (
    "$1,299.00", "1999-2004", "2001: A Space Odyssey", "2026-01-05", "01/02/2003", "01-02-2003", "01.02.2003",
    "12 x 24 x 36 in", "iPhone 12 13 14", "Phone 12/13/14 case", "Model 14-2458-001", "B00004T2SG", "FG1905000000",
    "978-3-16-148410-0", "9783161484100", "4006381333931", "1,000,000", "10:30:45", "16:9", "Serial 12345678",
    "1984 1985 1986 1987", "007 001 002", "SK10 FULL SIZE CASE", "50 States @ 10", "Call 911 now", "std::vector",
)  # fmt: skip
KEEP = SETTINGS + "raw_keep_days: 5\n"
PLATFORM = {"shop": SHOP + ITEMS + LINKS}
DAYS = [date(2026, 1, 5) + timedelta(days=ahead) for ahead in range(10)]
ABOUT = "Anna, +49 30 1234567"


def logs(days: list[date]) -> dict[str, str]:
    item = {"sku": "i1", "name": "Cup by anna@example.org", "about": ABOUT, "cats": [ABOUT], "tags": ["a@b.example"]}
    links = {"member": "user-one", "platform": "shop", "id": "user-two"}
    found = {}
    for day in days:
        events = [event(f"user-{who}", "i1", f"{day}T10:00:00Z", id=f"{day}{who}") for who in ("one", "two")]
        found[f"shop/events/{day}.jsonl"] = lines(*events) + "broken line of user-one\n"
        found[f"shop/items/{day}.jsonl"] = lines(item)
        found[f"shop/links/{day}.jsonl"] = lines(links)
    return found


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute((SQL / "macros" / "masked.sql").read_text(encoding="utf-8"))
        yield con


def masked(con: duckdb.DuckDBPyConnection, text: str | None) -> str | None:
    return con.execute("select masked($text)", {"text": text}).fetchall()[0][0]


@pytest.mark.parametrize(("text", "left"), MASKED.items(), ids=list(MASKED))
def test_what_tells_of_a_person_is_masked(con: duckdb.DuckDBPyConnection, text: str, left: str) -> None:
    assert masked(con, text) == left


@pytest.mark.parametrize("text", UNTOUCHED)
def test_prices_years_and_product_numbers_stay(con: duckdb.DuckDBPyConnection, text: str) -> None:
    assert masked(con, text) == text


def test_no_text_is_still_no_text(con: duckdb.DuckDBPyConnection) -> None:
    assert masked(con, None) is None


def test_nothing_after_raw_tells_of_a_person(tmp_path: Path) -> None:
    pipeline = world(tmp_path, logs(DAYS[:2]), PLATFORM)
    join(pipeline)
    [item, _] = rows(pipeline, "clean/shop/items")
    assert (item["title"], item["description"]) == ("Cup by [e-mail]", "Anna, [phone]")
    assert item["text"] == "Cup by [e-mail]. Anna, [phone] Categories: Anna, [phone]. Tags: [e-mail]."
    assert (item["categories"], item["tags"]) == (["Anna, [phone]"], ["[e-mail]"])
    assert not found_in(tmp_path / "lake", b"user-one", b"user-two", b"anna@", b"1234567") - {"raw"}
    said = [
        str(value) for table in pipeline.lake.tables() if not table.startswith("raw") for value in rows(pipeline, table)
    ]
    assert not [text for text in said if "user-" in text or "anna@" in text or "1234567" in text]


def test_raw_records_are_forgotten_for_good_and_clean_stands(tmp_path: Path) -> None:
    pipeline = world(tmp_path, logs(DAYS), PLATFORM, KEEP)
    join(pipeline)
    before = clean_rows(pipeline)
    forgotten = retain(pipeline)
    assert forgotten == {"raw/shop/events": 8, "raw/shop/items": 4, "raw/shop/links": 4, "raw/shop/rejected": 4}
    assert {row["day"] for row in rows(pipeline, "raw/shop/events")} == set(DAYS[4:])
    assert {row["day"] for row in rows(pipeline, "raw/shop/files")} == set(DAYS)
    assert not found_in(tmp_path / "lake" / "platforms" / "raw", *(f"{day}one".encode() for day in DAYS[:4]))
    logs_of_raw = (tmp_path / "lake" / "platforms" / "raw").rglob("_delta_log/*.json")
    assert not [
        log for log in logs_of_raw if b"user-" in log.read_bytes()
    ]  # nor in a column's least and greatest value
    assert stale_partitions(pipeline, pipeline.day_partitions()) == []
    clean(pipeline)
    assert clean_rows(pipeline) == before


@pytest.mark.parametrize("sweep", [True, False], ids=["landing swept", "landing kept"])
def test_forgotten_days_stand_when_files_change_or_the_code_does(tmp_path: Path, sweep: bool) -> None:
    """Made again from what is left they would be empty."""
    pipeline = world(tmp_path, logs(DAYS), PLATFORM, KEEP)
    join(pipeline)
    before = clean_rows(pipeline)
    retain(pipeline)
    for file in sorted((tmp_path / "landing").rglob(f"*{DAYS[0]}*")):
        file.unlink() if sweep else file.write_text("")
    shop = pipeline.places.platforms / "shop.yaml"
    shop.write_text(
        shop.read_text().replace("title: Shop", "title: Store")
    )  # as new code: all is made from other things
    again = world(tmp_path, {}, {"shop": shop.read_text()}, KEEP)
    stale = {partition.first for partition in stale_partitions(again, again.day_partitions())}
    assert DAYS[0] not in stale and stale >= set(DAYS[4:])  # those in between are reopened, and stand
    clean(again)
    assert clean_rows(again) == before
    assert retain(again) == dict.fromkeys(retain(again), 0)


def test_what_is_not_yet_clean_is_not_forgotten(tmp_path: Path) -> None:
    pipeline = world(tmp_path, logs(DAYS), PLATFORM, KEEP)
    read(pipeline)
    assert retain(pipeline) == {}
    clean(pipeline)
    assert sum(retain(pipeline).values()) == 20


def test_a_late_event_after_forgetting_still_finds_its_day(tmp_path: Path) -> None:
    pipeline = world(tmp_path, logs(DAYS[:-1]), PLATFORM, KEEP)
    clean(pipeline)
    before = clean_rows(pipeline)
    retain(pipeline)
    late = event("user-one", "i1", f"{DAYS[-4]}T12:00:00Z", id="late")
    land(pipeline, {f"shop/events/{DAYS[-1]}.jsonl": lines(late)})
    clean(pipeline)
    after = clean_rows(pipeline)
    assert len(after) == len(before) + 1
    assert set(before) <= set(after)


def test_nothing_is_forgotten_without_the_setting(tmp_path: Path) -> None:
    pipeline = world(tmp_path, logs(DAYS[:1]), PLATFORM)
    clean(pipeline)
    assert retain(pipeline) == {}


def test_a_time_too_short_for_late_events_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"raw_keep_days \(3\) is below 4: late events reopen days"):
        world(tmp_path, {}, PLATFORM, SETTINGS + "raw_keep_days: 3\n")


def clean_rows(pipeline: Pipeline) -> list[str]:
    tables = (table for table in pipeline.lake.tables() if table.startswith("clean/"))
    return sorted(f"{table} {row}" for table in tables for row in rows(pipeline, table))


def found_in(folder: Path, *texts: bytes) -> set[str]:
    """The stages below a folder in whose files, uncompressed ones at least, some text stands."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return {
        next(stage for stage in ("raw", "clean", "joined") if stage in path.parts)
        for path in files
        if any(text in path.read_bytes() for text in texts)
    }
