"""Several writers at once: nothing is lost, nothing is doubled, and the one that came second says so."""

import logging
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from resources.lake import ATTEMPTS, Commit, Lake
from resources.partitions import BY_MONTH, Partition
from tests.faults.writers import DAYS, TABLE, LakeStore, n_rows, rows_of, start

PROCESSES = 6
ROUNDS = 8


def finish(*writers: tuple[object, ...]) -> None:
    """Run writers at once, each a target and its arguments, to their end."""
    running = [start(*writer) for writer in writers]
    for process in running:
        process.join(120)
    assert [process.exitcode for process in running] == [0] * len(writers)


def write_days(root: str, days: list[date], rounds: list[int]) -> None:
    """Publish rounds of days one by one, as a schedule does."""
    store = LakeStore(root)
    for round_ in rounds:
        for day in days:
            store.write(day, round_)


def write_range(root: str, rounds: list[int]) -> None:
    """Publish rounds of all days in one commit each, as a backfill does."""
    for round_ in rounds:
        rows = pa.concat_tables([rows_of(day, round_) for day in DAYS])
        partitions = [Partition.of_day(day) for day in DAYS]
        Lake(root).publish(TABLE, rows.to_reader, BY_MONTH, partitions, {p.key: round_ for p in partitions})


def tidy_up(root: str) -> None:
    """Collect and vacuum, without a moment's grace for what is dead."""
    for _ in range(40):
        LakeStore(root).tidy()
        Lake(root).vacuum(TABLE)


def add_words(root: str, first: int) -> None:
    """Add words that other writers add as well."""
    for start_ in range(0, 100, 10):
        words = pa.table({"word": [f"word {n}" for n in range(start_, start_ + 10)], "by": [first] * 10})
        Lake(root).publish("embeddings/item_texts", words.to_reader, append=True, key=["word"])


def test_six_processes_over_disjoint_partitions(tmp_path: Path) -> None:
    rounds = list(range(1, ROUNDS))
    finish(*((write_days, str(tmp_path), [day], rounds) for day in DAYS), (tidy_up, str(tmp_path)))
    assert _rounds(tmp_path) == dict.fromkeys(DAYS, ROUNDS - 1)


def test_six_processes_over_the_same_partitions(tmp_path: Path) -> None:
    rounds = list(range(1, ROUNDS))
    finish(*[(write_days, str(tmp_path), DAYS[n:] + DAYS[:n], rounds) for n in range(PROCESSES)])
    assert all(round_ in rounds for round_ in _rounds(tmp_path).values())
    write_days(str(tmp_path), DAYS, [ROUNDS])
    assert _rounds(tmp_path) == dict.fromkeys(DAYS, ROUNDS)


def test_a_backfill_beside_the_schedule(tmp_path: Path) -> None:
    write_days(str(tmp_path), DAYS, [1])
    finish((write_range, str(tmp_path), [7] * 6), (write_days, str(tmp_path), DAYS, [7]), (tidy_up, str(tmp_path)))
    assert _rounds(tmp_path) == dict.fromkeys(DAYS, 7)


@pytest.mark.parametrize("table", range(3))  # the moment of creation is short
def test_what_six_processes_add_stands_there_once(tmp_path: Path, table: int) -> None:
    finish(*[(add_words, str(tmp_path), n) for n in range(PROCESSES)])
    delta = Lake(str(tmp_path)).open("embeddings/item_texts")
    assert delta is not None
    assert sorted(delta.to_pyarrow_table()["word"].to_pylist()) == sorted(f"word {n}" for n in range(100))


def _rounds(root: Path) -> dict[date, int | None]:
    """The round of each day, whose rows are exactly those of that round."""
    store = LakeStore(str(root))
    assert store.wrong() == []
    found = store.lake.fingerprints(TABLE, [day.isoformat() for day in DAYS])
    return {day: found[day.isoformat()] for day in DAYS}


class Overtaken:
    """Rows of a round of the first day, computed while another writer publishes its own."""

    def __init__(self, lake: Lake, mine: int, others: list[int]) -> None:
        self.lake, self.mine, self.others = lake, mine, list(others)

    def publish(self) -> Commit:
        key = DAYS[0].isoformat()
        return self.lake.publish(TABLE, self.rows, BY_MONTH, [Partition.of_day(DAYS[0])], {key: self.mine})

    def rows(self) -> pa.RecordBatchReader:
        if self.others:
            LakeStore(self.lake.root).write(DAYS[0], self.others.pop(0))
        return rows_of(DAYS[0], self.mine).to_reader()


def test_the_second_of_two_writers_says_so_and_publishes_on_top(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lake = Lake(str(tmp_path))
    with caplog.at_level(logging.WARNING):
        commit = Overtaken(lake, 5, [3, 4]).publish()
    assert commit == Commit(version=3, lost=2)
    assert [record.message for record in caplog.records] == [
        f"{TABLE}: another writer published first; publishing again on top of it"
    ] * 2
    assert _rounds(tmp_path)[DAYS[0]] == 5
    assert lake.count(TABLE) == n_rows(DAYS[0], 5)


def test_nothing_is_left_to_do_where_the_first_published_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lake = Lake(str(tmp_path))
    LakeStore(str(tmp_path)).write(DAYS[0], 1)
    commit = Overtaken(lake, 5, [5]).publish()
    assert commit == Commit(version=2, lost=1, by_other=True)
    assert "another writer has published the same" in caplog.text
    assert lake.version(TABLE) == 2
    assert _rounds(tmp_path)[DAYS[0]] == 5


def test_what_a_loser_wrote_is_gone(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    Overtaken(lake, 5, [3, 4]).publish()
    named = {Path(uri).name for version in range(4) for uri in _version(lake, version)}
    assert {path.name for path in Path(lake.path(TABLE)).rglob("bucket=*/*")} == named


def _version(lake: Lake, version: int) -> list[str]:
    delta = lake.open(TABLE)
    assert delta is not None
    delta.load_as_version(version)
    return list(delta.file_uris())


def test_a_writer_that_never_comes_first_gives_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resources.lake.PAUSE_SECONDS", 0)
    with pytest.raises(Exception, match="Failed to commit transaction"):
        Overtaken(Lake(str(tmp_path)), 999, list(range(1, ATTEMPTS + 5))).publish()
    assert LakeStore(str(tmp_path)).wrong() == []
