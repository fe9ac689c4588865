"""Old versions stay for a while and then go; readers and rows are never touched."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from resources.lake import Lake

TABLE = "joined/items"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(str(tmp_path))
    for n_rows in (1, 2, 3):
        lake.publish(TABLE, pa.table({"n": list(range(n_rows))}).to_reader, fingerprints={"whole": n_rows})
    return lake


def parquet(lake: Lake) -> set[Path]:
    return set(Path(lake.path(TABLE)).glob("**/*.parquet"))


def test_young_versions_stay_readable(lake: Lake) -> None:
    assert lake.vacuum(TABLE) == 0
    first = DeltaTable(lake.path(TABLE), version=1)  # version 0 is the empty table
    assert duckdb.read_parquet(first.file_uris()).fetchall() == [(0,)]


def test_old_versions_go_and_current_rows_stay(lake: Lake) -> None:
    assert lake.vacuum(TABLE, keep_hours=0) == 2
    assert parquet(lake) == {Path(file) for file in lake.files(TABLE)}
    assert duckdb.read_parquet(lake.files(TABLE)).order("n").fetchall() == [(0,), (1,), (2,)]


def test_what_a_killed_writer_left_goes(lake: Lake) -> None:
    left = Path(lake.path(TABLE), "part-never-committed.parquet")
    left.write_bytes(b"half a file")
    assert lake.vacuum(TABLE) == 0
    assert lake.vacuum(TABLE, keep_hours=0) == 3
    assert not left.exists()


def test_a_vacuum_is_no_change_of_rows(lake: Lake) -> None:
    before = lake.state(TABLE)
    lake.vacuum(TABLE, keep_hours=0)
    assert lake.state(TABLE) == before
    assert lake.fingerprints(TABLE, ["whole"]) == {"whole": 3}


def test_a_publish_is_a_change_of_rows(lake: Lake) -> None:
    before = lake.state(TABLE)
    lake.publish(TABLE, pa.table({"n": [7]}).to_reader)
    assert lake.state(TABLE) != before


def test_tables_that_were_never_published_have_nothing_to_delete(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    assert lake.vacuum(TABLE) == 0
    assert lake.state(TABLE) is None
