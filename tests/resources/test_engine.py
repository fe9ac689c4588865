"""SQL files run over lake tables with just the parameters that they name."""

from pathlib import Path

import pyarrow as pa
import pytest

from resources.engine import SqlEngine
from resources.lake import Lake

ITEMS = pa.schema([("item_id", pa.string())])


@pytest.fixture
def engine(tmp_path: Path) -> SqlEngine:
    files = {
        "own/joined/items.sql": "select 'own' as whose",
        "sql/joined/items.sql": "select 'default' as whose",
        "sql/joined/count.sql": "select count(*) as n from joined.items",
        "sql/joined/days.sql": "select $first_day as first_day -- not $first, which only begins alike",
        "sql/macros/twice.sql": "create or replace macro twice(n) as 2 * n",
        "sql/joined/double.sql": "select twice($n) as n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return SqlEngine(Lake(str(tmp_path / "lake")), (tmp_path / "own", tmp_path / "sql"), tmp_path / "scratch")


def test_the_first_folder_that_has_a_file_gives_it(engine: SqlEngine) -> None:
    with engine.session() as session:
        assert session.query("joined/items").fetchall() == [("own",)]


def test_a_missing_file_says_where_it_was_looked_for(engine: SqlEngine) -> None:
    with pytest.raises(FileNotFoundError, match=r"no SQL file joined/nothing\.sql in .*own, .*sql; add it"):
        engine.text("joined/nothing")


def test_parameters_that_a_file_does_not_name_are_left_out(engine: SqlEngine) -> None:
    with engine.session() as session:
        assert session.query("joined/days", {"first": 1, "first_day": 2, "day": 3}).fetchall() == [(2,)]


def test_macros_are_there_for_every_file(engine: SqlEngine) -> None:
    with engine.session() as session:
        assert session.query("joined/double", {"n": 21}).fetchall() == [(42,)]


def test_a_table_that_was_never_published_is_empty(engine: SqlEngine) -> None:
    with engine.session() as session:
        session.bind("joined.items", ["joined/items"], ITEMS)
        assert session.query("joined/count").fetchall() == [(0,)]


def test_tables_bound_together_are_their_union(engine: SqlEngine) -> None:
    for platform in ("shop", "video"):
        engine.lake.publish(f"clean/{platform}/items", pa.table({"item_id": [platform]}).to_reader)
    with engine.session() as session:
        session.bind("joined.items", ["clean/shop/items", "clean/video/items", "clean/new/items"], ITEMS)
        assert session.query("joined/count").fetchall() == [(2,)]


def test_what_was_built_can_be_read_counted_and_dropped(engine: SqlEngine) -> None:
    with engine.session() as session:
        assert session.build("joined.built", "joined/double", {"n": 1}) == "joined.built"
        assert session.union("joined.both", ["joined.built", "joined.built"]) == "joined.both"
        assert session.count("joined.both") == 2
        assert session.arrow("joined.built").to_pylist() == [{"n": 2}]
        session.drop("joined.built", "joined.never_built")
        session.build("joined.built", "joined/double", {"n": 2})
        assert session.arrow("joined.built").to_pylist() == [{"n": 4}]


def test_sessions_share_nothing(engine: SqlEngine) -> None:
    with engine.session() as one, engine.session() as other:
        one.build("joined.built", "joined/double", {"n": 1})
        other.build("joined.built", "joined/double", {"n": 2})
        assert one.arrow("joined.built").to_pylist() == [{"n": 2}]
