"""The lake: partitions are replaced in place, with the knowledge of what they were made from, whoever else writes."""

import json
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from resources.lake import COMPACT_ABOVE, Lake
from resources.partitions import BY_MONTH, BY_YEAR, Layout, Partition
from resources.provenance import step_of
from resources.verification import verify_table

TABLE = "clean/shop/events"
FIRST = date(2026, 1, 30)
DAYS = [FIRST + timedelta(days=n) for n in range(4)]  # two in January, two in February


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path))


def of(*days: date) -> list[Partition]:
    return [Partition.of_day(day) for day in days]


def publish(lake: Lake, said: Mapping[date, list[str]], layout: Layout = BY_MONTH, **more: object) -> int:
    """Publish the days that are keys, with their words."""
    table = pa.table(
        {
            "day": pa.array([day for day, words in said.items() for _ in words], pa.date32()),
            "word": pa.array([word for words in said.values() for word in words], pa.string()),
        }
    )
    return lake.publish(TABLE, table.to_reader, layout, of(*said), **more)


def words(lake: Lake) -> dict[date, list[str]]:
    delta = lake.open(TABLE)
    assert delta is not None
    found: dict[date, list[str]] = {}
    for row in delta.to_pyarrow_table().to_pylist():
        found.setdefault(row["day"], []).append(row["word"])
    return {day: sorted(said) for day, said in sorted(found.items())}


def test_only_the_partitions_asked_are_replaced(lake: Lake) -> None:
    publish(lake, {day: [f"old {day.day}"] for day in DAYS})
    publish(lake, {DAYS[1]: ["new"], DAYS[2]: ["newer", "newest"]})
    assert words(lake) == {
        DAYS[0]: ["old 30"],
        DAYS[1]: ["new"],
        DAYS[2]: ["newer", "newest"],
        DAYS[3]: ["old 2"],
    }


def test_publishing_twice_gives_the_same_rows(lake: Lake) -> None:
    said = {DAYS[0]: ["a", "a"], DAYS[2]: ["b"]}
    publish(lake, said)
    once = words(lake)
    publish(lake, said)
    assert words(lake) == once
    assert lake.count(TABLE) == 3


def test_a_partition_that_lost_all_its_rows_is_empty(lake: Lake) -> None:
    publish(lake, {DAYS[0]: ["a"], DAYS[1]: ["b"]})
    publish(lake, {DAYS[0]: []})
    assert words(lake) == {DAYS[1]: ["b"]}


def test_a_month_is_replaced_within_its_year(lake: Lake) -> None:
    january = Partition("2026-01-01", date(2026, 1, 1), date(2026, 2, 1))
    publish(lake, {day: [f"old {day.day}"] for day in DAYS}, BY_YEAR)
    rows = pa.table({"day": pa.array([DAYS[0]], pa.date32()), "word": ["new"]})
    lake.publish(TABLE, rows.to_reader, BY_YEAR, [january])
    assert words(lake) == {DAYS[0]: ["new"], DAYS[2]: ["old 1"], DAYS[3]: ["old 2"]}


def test_the_bucket_stands_in_no_row_that_sql_reads(lake: Lake) -> None:
    publish(lake, {DAYS[0]: ["a"]})
    (file,) = lake.files(TABLE)
    assert pa.parquet.read_schema(file).names == ["day", "word"]


def test_fingerprints_travel_with_the_commit_of_their_partitions(lake: Lake) -> None:
    keys = [day.isoformat() for day in DAYS]
    publish(lake, {DAYS[0]: ["a"], DAYS[1]: ["b"]}, fingerprints={keys[0]: 7, keys[1]: 2**63 - 1})
    publish(lake, {DAYS[0]: ["a"]}, fingerprints={keys[0]: 8})
    assert lake.fingerprints(TABLE, keys[:3]) == {keys[0]: 8, keys[1]: 2**63 - 1, keys[2]: None}


def test_nothing_is_known_of_a_table_that_was_never_published(lake: Lake) -> None:
    assert lake.fingerprints(TABLE, ["2026-01-30"]) == {"2026-01-30": None}
    assert (lake.version(TABLE), lake.count(TABLE), lake.files(TABLE)) == (None, 0, [])


def test_compaction_keeps_rows_and_fingerprints(lake: Lake) -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(COMPACT_ABOVE + 1)]
    for number, day in enumerate(days):
        publish(lake, {day: [f"word {number}"]}, fingerprints={day.isoformat(): number})
    assert len(lake.files(TABLE)) == 1
    assert words(lake) == {day: [f"word {number}"] for number, day in enumerate(days)}
    assert lake.fingerprints(TABLE, [days[0].isoformat(), days[-1].isoformat()]) == {
        "2026-01-01": 0,
        "2026-01-17": COMPACT_ABOVE,
    }


def test_a_day_is_replaced_within_a_compacted_file(lake: Lake) -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(COMPACT_ABOVE + 1)]
    for day in days:
        publish(lake, {day: ["old"]})
    publish(lake, {days[3]: ["new"]})
    assert words(lake) == {day: ["new" if day == days[3] else "old"] for day in days}


@pytest.mark.parametrize("exists", [False, True], ids=["a new table", "days of one file"])
def test_disjoint_partitions_published_at_once_all_stand(lake: Lake, exists: bool) -> None:
    if exists:
        publish(lake, {day: ["old"] for day in DAYS})
    with ThreadPoolExecutor(len(DAYS)) as writers:
        list(writers.map(lambda day: publish(lake, {day: ["new"]}, fingerprints={day.isoformat(): day.day}), DAYS))
    assert words(lake) == {day: ["new"] for day in DAYS}
    assert lake.fingerprints(TABLE, [day.isoformat() for day in DAYS]) == {day.isoformat(): day.day for day in DAYS}


def test_a_whole_table_is_replaced_and_may_change_its_columns(lake: Lake) -> None:
    lake.publish("joined/people", pa.table({"old": [1, 2]}).to_reader)
    lake.publish("joined/people", pa.table({"new": ["a"]}).to_reader)
    delta = lake.open("joined/people")
    assert delta is not None
    assert delta.to_pyarrow_table().to_pylist() == [{"new": "a"}]


def test_rows_are_added_where_that_is_asked(lake: Lake) -> None:
    for number in (1, 2):
        lake.publish("embeddings/item_texts", pa.table({"n": [number]}).to_reader, append=True)
    delta = lake.open("embeddings/item_texts")
    assert delta is not None
    assert Counter(delta.to_pyarrow_table()["n"].to_pylist()) == {1: 1, 2: 1}


def test_a_table_name_stays_below_the_root(lake: Lake) -> None:
    with pytest.raises(ValueError, match=r"the part '\.\.' of table name"):
        lake.path("../elsewhere")


def test_a_commit_says_by_which_run_and_from_which_versions(lake: Lake) -> None:
    for _ in range(2):
        publish(lake, {DAYS[0]: ["a"]})
    with step_of("run 7"):
        lake.files(TABLE)
        lake.publish("joined/items", pa.table({"n": [1]}).to_reader, note={"code": "abc"})
    delta = lake.open("joined/items")
    assert delta is not None
    said = json.loads(delta.history(1)[0]["xdrec"])
    cost = {name: said.pop(name) for name in ("seconds", "processor_seconds", "peak_mb") if name in said}
    assert said == {"code": "abc", "run": "run 7", "inputs": {TABLE: 2}}
    assert cost["seconds"] >= 0
    assert cost["processor_seconds"] >= 0


def test_rows_of_other_partitions_are_refused(lake: Lake) -> None:
    rows = pa.table({"day": pa.array([DAYS[1]], pa.date32()), "word": ["a"]})
    with pytest.raises(ValueError, match=r"has rows of 2026-01-31 to 2026-01-31.* expected 2026-01-30 to 2026-01-30"):
        lake.publish(TABLE, rows.to_reader, BY_MONTH, of(DAYS[0]))
    assert lake.version(TABLE) is None


def test_other_columns_are_refused_unless_every_file_is_replaced(lake: Lake) -> None:
    publish(lake, {DAYS[0]: ["a"], DAYS[1]: ["b"]})
    wider = pa.table({"day": pa.array([DAYS[0]], pa.date32()), "word": ["a"], "new": [1]})
    with pytest.raises(ValueError, match=r"other columns than before: new \['new .*materialise all its partitions"):
        lake.publish(TABLE, wider.to_reader, BY_MONTH, of(DAYS[0]))
    lake.publish(TABLE, wider.to_reader, BY_MONTH, of(*DAYS[:2]))
    delta = lake.open(TABLE)
    assert delta is not None
    assert delta.to_pyarrow_table().select(["word", "new"]).to_pylist() == [{"word": "a", "new": 1}]


def test_days_that_were_replaced_together_are_replaced_again_without_the_rest_of_their_month(lake: Lake) -> None:
    month = [date(2026, 1, 1) + timedelta(days=n) for n in range(30)]
    publish(lake, {day: ["old"] for day in month})
    publish(lake, {day: ["new"] for day in month[10:14]})
    before = set(lake.files(TABLE))
    publish(lake, {day: ["newer"] for day in month[10:14]})
    assert len(before & set(lake.files(TABLE))) == 1  # the rest of the month, though its days are on both sides
    assert words(lake) == {day: ["newer" if day in month[10:14] else "old"] for day in month}


def test_the_same_lake_behind_a_url(tmp_path: Path) -> None:
    lake = Lake(f"file://{tmp_path}")
    publish(lake, {day: ["old"] for day in DAYS}, fingerprints={"2026-01-30": 1})
    publish(lake, {DAYS[1]: ["new"]})
    assert words(lake) == {day: ["new" if day == DAYS[1] else "old"] for day in DAYS}
    assert lake.tables() == [TABLE]
    (file, *_) = (path for path in tmp_path.rglob("*.parquet") if str(path) in "".join(lake.files(TABLE)))
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)
    assert [broken.why[:10] for broken in verify_table(lake, TABLE).broken] == ["has sha256"]
