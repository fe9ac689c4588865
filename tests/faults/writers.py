"""Processes that write and read a lake while they are killed. What each partition must hold is known from its round."""

import json
import os
import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from resources.crash_points import VARIABLE
from resources.lake import Lake
from resources.partitions import BY_MONTH, Partition

TABLE = "clean/shop/events"
DAYS = [date(2026, 1, 29) + timedelta(days=n) for n in range(6)]  # three in January, three in February
SCHEMA = pa.schema([("day", pa.date32()), ("round", pa.int64()), ("n", pa.int64()), ("word", pa.string())])
START = get_context("forkserver")  # a fresh process in milliseconds, without the threads of this one
START.set_forkserver_preload(["tests.faults.writers", "tests.worlds"])

Rows = dict[date, list[tuple[int, int]]]  # day: (round, n) of each row, sorted


def n_rows(day: date, round_: int) -> int:
    """How many rows a partition has in a round; some have none."""
    return (day.toordinal() * 7 + round_ * 13) % 40 * 50


def rows_of(day: date, round_: int) -> pa.Table:
    """What a partition holds in a round."""
    n = n_rows(day, round_)
    columns = [[day] * n, [round_] * n, list(range(n)), [f"{round_} {number}" for number in range(n)]]
    return pa.table(columns, schema=SCHEMA)


def complaints(table: pa.Table, rounds: dict[date, int | None]) -> list[str]:
    """What is wrong with rows that are said to be of a round for each day."""
    found: Rows = {}
    for row in table.to_pylist():
        found.setdefault(row["day"], []).append((row["round"], row["n"]))
    wrong = []
    for day in {*found, *rounds}:
        round_ = rounds.get(day)
        expected = [] if round_ is None else [(round_, n) for n in range(n_rows(day, round_))]
        if sorted(found.get(day, [])) != expected:
            wrong.append(f"{day}: {len(found.get(day, []))} rows where round {round_} has {len(expected)}")
    return wrong


class LakeStore:
    """Partitions in the lake, as the pipeline keeps them."""

    def __init__(self, root: str) -> None:
        self.lake = Lake(root)

    def write(self, day: date, round_: int) -> None:
        """Publish a round of a day, unless it stands there."""
        key = day.isoformat()
        if self.lake.fingerprints(TABLE, [key])[key] != round_:
            self.lake.publish(TABLE, rows_of(day, round_).to_reader, BY_MONTH, [Partition.of_day(day)], {key: round_})

    def tidy(self) -> None:
        """What the end of a refresh does, without waiting."""
        self.lake.collect(TABLE, grace_hours=0)

    def wrong(self) -> list[str]:
        """What is wrong with the version that a reader sees now."""
        delta = self.lake.open(TABLE)
        if delta is None:
            return []
        try:
            rounds = {day: delta.transaction_version(day.isoformat()) for day in DAYS}
            return complaints(_together(delta.file_uris()), rounds)
        except (OSError, pa.ArrowException) as error:
            return [f"cannot be read: {error}"]


class NaiveStore:
    """Partitions as Parquet files written straight to their place, with a note of the round beside."""

    def __init__(self, root: str) -> None:
        self.folder = Path(root)

    def write(self, day: date, round_: int) -> None:
        """Write a round of a day, row group by row group."""
        self.folder.mkdir(exist_ok=True)
        rows = rows_of(day, round_)
        with pq.ParquetWriter(self.folder / f"{day}.parquet", SCHEMA) as writer:
            for start_ in range(0, rows.num_rows, 100):
                writer.write_table(rows.slice(start_, 100))
                time.sleep(0.002)  # as if it were a large one
        (self.folder / f"{day}.json").write_text(json.dumps(round_))

    def tidy(self) -> None:
        """Nothing is left over."""

    def wrong(self) -> list[str]:
        """What is wrong with what a reader sees now."""
        try:
            rounds = {day: self._round(day) for day in DAYS}
            return complaints(_together([str(path) for path in sorted(self.folder.glob("*.parquet"))]), rounds)
        except (OSError, ValueError, pa.ArrowException) as error:
            return [f"cannot be read: {error}"]

    def _round(self, day: date) -> int | None:
        path = self.folder / f"{day}.json"
        return int(json.loads(path.read_text())) if path.exists() else None


Store = Callable[[str], LakeStore | NaiveStore]


def _together(files: list[str]) -> pa.Table:
    parts = [pq.ParquetFile(file).read(SCHEMA.names).cast(SCHEMA) for file in files]
    return pa.concat_tables([SCHEMA.empty_table(), *parts])


def write_on(store: Store, root: str, first: int, seed: int, crash_at: str | None, started: Connection) -> None:
    """Write round after round until killed, and say when the first stands; with a crash point, die there soon."""
    rng, kept, round_ = random.Random(seed), store(root), first
    for n_written in range(1_000_000):
        if crash_at and n_written >= 2:
            os.environ[VARIABLE] = crash_at
        round_ += rng.random() < 0.2
        kept.write(rng.choice(DAYS), round_)
        if not n_written:
            started.send(None)
        if n_written % 5 == 4:
            kept.tidy()


def read_on(store: Store, root: str, report: Connection) -> None:
    """Read until told to stop; report how many reads there were, and what was wrong in them."""
    kept, n_reads, found = store(root), 0, []
    while not report.poll():
        found += kept.wrong()
        n_reads += 1
        time.sleep(0.005)
    report.send((n_reads, found))


def start(target: Callable[..., None], *arguments: object) -> BaseProcess:
    """A process at work."""
    process = START.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process
