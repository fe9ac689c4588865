"""What a text says about time becomes an instant in UTC, or none."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

MACRO = Path(__file__).parents[2] / "sql" / "macros" / "instant.sql"


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute(MACRO.read_text())
        yield con


def instant(con: duckdb.DuckDBPyConnection, written: str | None, unit: str = "iso", zone: str = "UTC") -> str | None:
    query = "select strftime(instant($written, $unit, $zone) at time zone 'UTC', '%Y-%m-%d %H:%M:%S.%f')"
    ((found,),) = con.execute(query, {"written": written, "unit": unit, "zone": zone}).fetchall()
    return None if found is None else found.removesuffix(".000000")


NOON = datetime(2026, 1, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(("unit", "per_second"), [("s", 1), ("ms", 1_000), ("us", 1_000_000)])
def test_counts_since_1970(con: duckdb.DuckDBPyConnection, unit: str, per_second: int) -> None:
    count = int(NOON.timestamp()) * per_second
    assert instant(con, str(count), unit) == "2026-01-06 12:00:00"
    assert instant(con, str(count), unit, "Asia/Tokyo") == "2026-01-06 12:00:00"
    assert instant(con, f"-{per_second}", unit) == "1969-12-31 23:59:59"


def test_parts_of_a_second_are_kept(con: duckdb.DuckDBPyConnection) -> None:
    assert instant(con, f"{int(NOON.timestamp())}.25", "s") == "2026-01-06 12:00:00.250000"
    assert instant(con, f"{int(NOON.timestamp())}123", "ms") == "2026-01-06 12:00:00.123000"
    assert instant(con, "2026-01-06T12:00:00.5Z") == "2026-01-06 12:00:00.500000"


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-06T12:00:00Z",
        "2026-01-06 12:00:00+00",
        "2026-01-06T13:30:00+01:30",
        "2026-01-06T04:00:00-08",
        "2026-01-06 12:00:00",
        "2026-01-06T17:30:00+0530",
    ],
)
def test_iso_texts(con: duckdb.DuckDBPyConnection, written: str) -> None:
    assert instant(con, written) == "2026-01-06 12:00:00"


def test_a_day_alone_is_its_midnight(con: duckdb.DuckDBPyConnection) -> None:
    assert instant(con, "2026-01-06") == "2026-01-06 00:00:00"
    assert instant(con, "2026-01-06", zone="Asia/Tokyo") == "2026-01-05 15:00:00"


def test_clock_times_are_of_the_zone_and_offsets_are_kept(con: duckdb.DuckDBPyConnection) -> None:
    assert instant(con, "2026-01-06 12:00:00", zone="Europe/Berlin") == "2026-01-06 11:00:00"
    assert instant(con, "2026-07-06 12:00:00", zone="Europe/Berlin") == "2026-07-06 10:00:00"
    assert instant(con, "2026-07-06T12:00:00+09:00", zone="Europe/Berlin") == "2026-07-06 03:00:00"


def test_clock_times_that_daylight_saving_skips_move_on(con: duckdb.DuckDBPyConnection) -> None:
    """At 02:00 on 29 March 2026 Berlin's clocks went to 03:00; 02:30 is read as half past three, 01:30 in UTC."""
    assert instant(con, "2026-03-29 01:59:59", zone="Europe/Berlin") == "2026-03-29 00:59:59"
    assert instant(con, "2026-03-29 02:30:00", zone="Europe/Berlin") == "2026-03-29 01:30:00"
    assert instant(con, "2026-03-29 03:00:00", zone="Europe/Berlin") == "2026-03-29 01:00:00"


def test_clock_times_that_daylight_saving_repeats_are_one_of_the_two(con: duckdb.DuckDBPyConnection) -> None:
    assert instant(con, "2026-10-25 02:30:00", zone="Europe/Berlin") in {"2026-10-25 00:30:00", "2026-10-25 01:30:00"}


@pytest.mark.parametrize("unit", ["s", "ms", "us", "iso"])
@pytest.mark.parametrize(
    "written", [None, "", "yesterday", "NaN", "inf", "1e300", "2026-13-45", "12:00", "999999999999999999"]
)
def test_anything_else_is_no_instant(con: duckdb.DuckDBPyConnection, unit: str, written: str | None) -> None:
    assert instant(con, written, unit) is None


def test_seconds_given_for_microseconds_fall_out_of_all_folders(con: duckdb.DuckDBPyConnection) -> None:
    assert instant(con, str(int(NOON.timestamp())), "us") == "1970-01-01 00:29:27.700800"
