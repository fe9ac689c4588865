"""Tables without partitions are folded into few files and rid of rows while others add to them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from resources.drafts import COMPACT_ABOVE
from resources.lake import Lake
from tests.faults.writers import start

TABLE = "embeddings/item_texts"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path))


def add(lake: Lake, *numbers: int) -> None:
    rows = pa.table({"n": pa.array(numbers, pa.int64()), "vector": [[float(n)] for n in numbers]})
    lake.publish(TABLE, rows.to_reader, append=True, key=["n"])


def numbers(lake: Lake) -> list[int]:
    delta = lake.open(TABLE)
    assert delta is not None
    rows = delta.to_pyarrow_table()
    assert rows["vector"].to_pylist() == [[float(n)] for n in rows["n"].to_pylist()]
    return sorted(rows["n"].to_pylist())


def even(rows: pa.RecordBatch) -> pa.RecordBatch:
    return rows.filter(pc.equal(pc.bit_wise_and(rows["n"], 1), 0))


def test_many_small_files_become_one(lake: Lake) -> None:
    for n in range(COMPACT_ABOVE):
        assert lake.fold(TABLE) is None
        add(lake, n)
    assert lake.fold(TABLE) is not None
    assert len(lake.files(TABLE)) == 1
    assert numbers(lake) == list(range(COMPACT_ABOVE))
    add(lake, 3, COMPACT_ABOVE)
    assert numbers(lake) == list(range(COMPACT_ABOVE + 1))


def test_rows_are_left_out_and_may_come_back(lake: Lake) -> None:
    add(lake, 1, 2, 3)
    lake.leave_out(TABLE, even)
    assert numbers(lake) == [2]
    add(lake, 2, 3)
    assert numbers(lake) == [2, 3]
    lake.leave_out(TABLE, lambda rows: rows.slice(0, 0))
    assert numbers(lake) == []


def test_what_was_looked_through_is_not_looked_through_again(lake: Lake) -> None:
    """The file is believed: without a word of it the row would be left out."""
    add(lake, 1)
    seen = {Path(file).name for file in lake.files(TABLE)}
    add(lake, 2)
    rows = pa.table({"n": pa.array([1, 2, 3], pa.int64()), "vector": [[1.0], [2.0], [3.0]]})
    lake.publish(TABLE, rows.to_reader, append=True, key=["n"], seen=seen)
    assert numbers(lake) == [1, 1, 2, 3]


def test_nothing_is_lost_or_doubled_while_some_add_and_some_rewrite(tmp_path: Path) -> None:
    add(Lake(str(tmp_path)), 0)
    writers = [start(_add_on, str(tmp_path), first) for first in (0, 30)]
    writers += [start(_fold_on, str(tmp_path)), start(_leave_out_on, str(tmp_path))]
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0] * 4
    found = numbers(Lake(str(tmp_path)))
    assert [n for n in found if n % 2 == 0] == list(range(0, 60, 2))
    assert len(found) == len(set(found))


def _add_on(root: str, first: int) -> None:
    for n in range(first, first + 30):
        add(Lake(root), n)


def _fold_on(root: str) -> None:
    for _ in range(20):
        Lake(root).fold(TABLE)


def _leave_out_on(root: str) -> None:
    for _ in range(6):
        Lake(root).leave_out(TABLE, even)
