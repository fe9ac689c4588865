"""The DuckDB file of views for people."""

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from resources.catalogue import catalogue_name, write_catalogue
from resources.lake import Lake
from resources.partitions import BY_MONTH, Partition

EVENTS = pa.schema([("item_id", pa.string()), ("day", pa.date32())])
DAYS = [date(2026, 1, 30), date(2026, 2, 2)]


def publish_events(lake: Lake, items: list[str]) -> None:
    rows = pa.table({"item_id": items, "day": DAYS[: len(items)]}, EVENTS)
    partitions = [Partition("p", date(2026, 1, 1), date(2026, 3, 1))]
    lake.publish("clean/shop/events", rows.to_reader, BY_MONTH, partitions)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(str(tmp_path / "lake"))
    publish_events(lake, ["shoes", "wok"])
    lake.publish("joined/items", pa.table({"item_id": ["a", "b", "c"]}).to_reader)
    return lake


def answer(path: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_views_are_named_by_stage_and_show_the_current_rows(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "xdrec.duckdb"
    assert write_catalogue(lake, path, lake.tables()) == 2
    assert answer(path, "select item_id, day from clean.shop_events order by day") == [
        ("shoes", DAYS[0]),
        ("wok", DAYS[1]),
    ]
    assert answer(path, "select count(*) from joined.items") == [(3,)]


def test_the_column_that_only_partitions_files_is_not_shown(lake: Lake, tmp_path: Path) -> None:
    write_catalogue(lake, tmp_path / "xdrec.duckdb", lake.tables())
    described = answer(tmp_path / "xdrec.duckdb", "describe clean.shop_events")
    assert [row[0] for row in described] == ["item_id", "day"]


def test_views_say_what_they_hold(lake: Lake, tmp_path: Path) -> None:
    write_catalogue(lake, tmp_path / "xdrec.duckdb", lake.tables(), lambda table: f"The platform's {table}")
    comments = answer(tmp_path / "xdrec.duckdb", "select comment from duckdb_views() where view_name = 'shop_events'")
    assert comments == [("The platform's clean/shop/events",)]


def test_a_newer_catalogue_takes_the_place_of_an_open_one(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "xdrec.duckdb"
    write_catalogue(lake, path, lake.tables())
    with duckdb.connect(str(path), read_only=True) as reader:
        publish_events(lake, ["shoes"])
        write_catalogue(lake, path, lake.tables())
        assert reader.execute("select count(*) from clean.shop_events").fetchall() == [(2,)]
    assert answer(path, "select count(*) from clean.shop_events") == [(1,)]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["lake", "xdrec.duckdb"]


def test_tables_without_rows_are_there_and_unpublished_ones_are_not(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "xdrec.duckdb"
    publish_events(lake, [])
    assert write_catalogue(lake, path, ["clean/shop/events", "joined/people"], lambda _: "Empty.") == 1
    assert answer(path, "select * from clean.shop_events") == []
    assert [row[0] for row in answer(path, "describe clean.shop_events")] == ["item_id", "day"]


def test_names_with_a_reserved_word_are_quoted(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.publish("clean/order", pa.table({"n": [1]}).to_reader)
    write_catalogue(lake, tmp_path / "xdrec.duckdb", lake.tables())
    assert answer(tmp_path / "xdrec.duckdb", 'select n from clean."order"') == [(1,)]


def test_names_join_by_underscores() -> None:
    assert catalogue_name("joined/items") == ("joined", "items")
    assert catalogue_name("clean/shop/events") == ("clean", "shop_events")
