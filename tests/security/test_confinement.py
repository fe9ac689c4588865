"""SQL of a platform folder reads what it is given: no other file, no other database, no extension, no configuration."""

import io
from pathlib import Path

import duckdb
import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resources.confined import confine
from resources.engine import SqlEngine
from resources.lake import Lake
from resources.user_key import UserKey
from tests.worlds import SHOP, event, lines, read, rows, world
from xdrec_assets.clean.cleaned import publish_cleaned

SECRET = "word-that-must-stay-outside"
OWN = "clean/shop/events"
LOGS = {"shop/events/2026-01-05.jsonl": lines(event("u1", "i1", "2026-01-05T10:00:00Z"))}
REFUSED_SELECTS = {
    "reads a file": "select * from read_text('{outside}')",
    "reads a file by its bare name": "select * from '{outside}'",
    "climbs out of the lake": "select * from read_text('{lake}/../outside.txt')",
    "follows a link out of the lake": "select * from read_text('{lake}/link.txt')",
    "looks around": "select * from glob('{home}/*')",
    "sniffs a file": "select * from sniff_csv('{outside}')",
    "reads the environment": "select * from read_blob('/proc/self/environ')",
    "reads the network": "select * from read_parquet('https://example.org/x.parquet')",
    "reads secrets": "select * from duckdb_secrets()",
    "runs SQL from a text": "select * from query('copy (select 1) to ''{lake}/x.csv''')",
}
REFUSED_STATEMENTS = {
    "writes a file": "copy (select 1) to '{home}/out.csv'",
    "writes into the lake": "copy (select 1) to '{lake}/out.csv'",
    "opens a database": "attach '{home}/other.duckdb' as other",
    "opens the lake's own": "attach '{lake}/other.duckdb' as other",
    "installs an extension": "install httpfs",
    "loads an extension": "load httpfs",
    "configures": "set enable_external_access = true",
    "unlocks": "reset lock_configuration",
    "exports": "export database '{home}/out'",
    "imports": "import database '{home}/out'",
    "keeps a secret": "create secret (type s3, key_id 'x')",
    "logs": "call enable_logging()",
    "makes a table": "create table joined.items as select 1",
    "hides behind a select": "select 1; copy (select 1) to '{home}/out.csv'",
    "is empty": "-- nothing",
}


@pytest.fixture
def engine(tmp_path: Path) -> SqlEngine:
    (tmp_path / "lake").mkdir()
    (tmp_path / "outside.txt").write_text(SECRET)
    (tmp_path / "lake" / "link.txt").symlink_to(tmp_path / "outside.txt")
    return SqlEngine(Lake(str(tmp_path / "lake")), (tmp_path / "sql", tmp_path / "own"), tmp_path / "scratch")


def put(engine: SqlEngine, name: str, text: str) -> None:
    home = Path(engine.lake.root).parent
    path = home / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.format(home=home, lake=engine.lake.root, outside=home / "outside.txt"))


@pytest.mark.parametrize("sql", REFUSED_SELECTS.values(), ids=REFUSED_SELECTS)
def test_a_select_reaches_nothing_outside(engine: SqlEngine, sql: str) -> None:
    put(engine, "own/clean/odd", sql)
    with engine.session() as session, pytest.raises(duckdb.Error) as refused:
        session.query("clean/odd").fetchall()
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("sql", REFUSED_STATEMENTS.values(), ids=REFUSED_STATEMENTS)
def test_a_file_is_one_select(engine: SqlEngine, sql: str) -> None:
    put(engine, "own/clean/odd", sql)
    with engine.session() as session, pytest.raises(ValueError, match=r"clean/odd: found .*, expected one SELECT"):
        session.query("clean/odd")
    assert left_behind(engine) == []


@pytest.mark.parametrize("sql", REFUSED_STATEMENTS.values(), ids=REFUSED_STATEMENTS)
def test_statements_that_get_through_meet_the_locked_door(engine: SqlEngine, sql: str) -> None:
    """The second guard alone: what leaves the session is refused by DuckDB itself."""
    home = Path(engine.lake.root).parent
    text = sql.format(home=home, lake=home / "elsewhere", outside=home / "outside.txt")
    with engine.session() as session:
        if text.startswith(("create table", "--")):
            session.con.execute(text)  # stays within the session, which ends
        else:
            with pytest.raises(duckdb.Error):
                session.con.execute(text)
    assert left_behind(engine) == []


def test_a_macro_file_is_one_macro_and_runs_confined(engine: SqlEngine) -> None:
    put(engine, "own/macros/odd", "create or replace macro odd() as 1; copy (select 1) to '{home}/out.csv'")
    with pytest.raises(ValueError, match="found CREATE, COPY, expected one CREATE"), engine.session():
        pass
    put(engine, "own/macros/odd", "create table odd as select * from read_text('{outside}')")
    with pytest.raises(duckdb.PermissionException), engine.session():
        pass


def test_a_later_folder_replaces_neither_files_nor_macros_of_an_earlier_one(engine: SqlEngine) -> None:
    put(engine, "sql/macros/keyed", "create or replace macro keyed(message) as 'keyed'")
    put(engine, "own/macros/zzz", "create or replace macro keyed(message) as message")
    put(engine, "sql/clean/judged", "select keyed('u1')")
    put(engine, "own/clean/judged", "select 'u1'")
    with engine.session() as session:
        assert session.query("clean/judged").fetchall() == [("keyed",)]


def test_a_session_still_spills_to_its_scratch_folder(tmp_path: Path) -> None:
    engine = SqlEngine(Lake(str(tmp_path / "lake")), (), tmp_path / "scratch", memory_limit="60MB", threads=1)
    with engine.session() as session:
        rows = session.con.sql("select i, md5(i::varchar) as text from range(2000000) as t(i) order by text")
        session.keep("joined.sorted", rows)
        assert session.count("joined.sorted") == 2_000_000


def test_a_lake_behind_a_symbolic_link_is_within_reach(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "disk")
    lake = Lake(str(tmp_path / "data" / "lake"))
    table = pa.table({"item_id": ["i1"]})
    lake.publish("joined/items", table.to_reader)
    with SqlEngine(lake, (), tmp_path / "scratch").session() as session:
        session.bind("joined.items", ["joined/items"], table.schema)
        assert session.arrow("joined.items").to_pylist() == [{"item_id": "i1"}]


def test_an_object_store_is_reached_below_the_lake_alone() -> None:
    """As for s3://, by a registered file system: no extension, and no key of another bucket."""
    store, file = fsspec.filesystem("memory"), io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), file)
    for path in ("/lake/x.parquet", "/lake2/x.parquet"):
        store.pipe(path, file.getvalue())
    with duckdb.connect() as con:
        con.register_filesystem(store)
        confine(con, ["memory:///lake"])
        assert con.read_parquet(["memory:///lake/x.parquet"]).fetchall() == [(1,)]
        with pytest.raises(duckdb.PermissionException):
            con.read_parquet(["memory:///lake2/x.parquet"])


def test_a_hostile_mapping_fails_its_step_and_the_table_stands(tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text(SECRET)
    sql = f"select (select content from read_text('{tmp_path}/outside.txt')) as user_id, * from raw.events"
    pipeline = world(tmp_path, LOGS, {"shop": SHOP}, sql={OWN: sql})
    read(pipeline)
    with pytest.raises(duckdb.PermissionException):
        list(publish_cleaned(pipeline, pipeline.folder.platforms[0], pipeline.day_partitions()))
    assert pipeline.lake.version("clean/shop/events") is None


@pytest.mark.parametrize("pad", ["$ipad", "$opad"])
def test_a_mapping_is_never_given_the_key(tmp_path: Path, pad: str) -> None:
    pipeline = world(tmp_path, LOGS, {"shop": SHOP}, sql={OWN: f"select hex({pad}) as item_id, * from raw.events"})
    read(pipeline)
    with pytest.raises(duckdb.InvalidInputException) as refused:
        list(publish_cleaned(pipeline, pipeline.folder.platforms[0], pipeline.day_partitions()))
    for secret in UserKey(b"a key for tests only").pads().values():
        assert secret.hex() not in str(refused.value).lower()


def test_own_sql_cannot_take_the_place_of_the_project_s(tmp_path: Path) -> None:
    """Such as the file that turns user ids into keys."""
    pipeline = world(tmp_path, LOGS, {"shop": SHOP}, sql={"clean/typed_events": "select * from clean.mapped"})
    read(pipeline)
    list(publish_cleaned(pipeline, pipeline.folder.platforms[0], pipeline.day_partitions()))
    assert len(rows(pipeline, "clean/shop/events", "user_key")[0]) == 64


def left_behind(engine: SqlEngine) -> list[str]:
    home = Path(engine.lake.root).parent
    return sorted(path.name for path in home.rglob("*") if path.name in {"out", "out.csv", "other.duckdb", "elsewhere"})
