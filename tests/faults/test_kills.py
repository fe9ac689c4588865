"""A writer is killed with -9, at random moments and at named points; a reader beside sees complete versions only."""

import os
import random
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from resources.crash_points import KILLED, POINTS, VARIABLE
from resources.lake import Lake
from resources.verification import verify_table
from tests.faults.writers import DAYS, START, TABLE, LakeStore, NaiveStore, Store, read_on, start, write_on
from tests.worlds import clean, event, lines, world
from xdrec_assets.pipeline import Pipeline

LANDED = {"shop/events/2026-01-06.jsonl": lines(event("u1", "pan", "2026-01-06T12:00:00Z"))}
IS_FULL = os.environ.get("XDREC_FAULTS") == "full"
N_KILLS = 500 if IS_FULL else 15
IN_STORE = [point for point in POINTS if point != "after_audit"]  # that one is of a step, and below


@dataclass
class Outcome:
    """What became of a store under kills."""

    n_reads: int
    wrong: list[str]
    exits: list[int | None]


def put_to_death(store: Store, root: Path, n_kills: int, seed: int = 0) -> Outcome:
    """Start writer after writer on a store and kill each, a reader beside; every third dies at a named point."""
    rng, exits = random.Random(seed), []
    report, reader_end = START.Pipe()
    reader = start(read_on, store, str(root), reader_end)
    for number in range(n_kills):
        point = IN_STORE[number // 3 % len(IN_STORE)] if number % 3 == 2 and store is LakeStore else None
        exits.append(_one_writer(store, root, number, point, rng.uniform(0, 0.3)))
    report.send("stop")
    assert report.poll(60), "the reader died"
    n_reads, wrong = report.recv()
    reader.join()
    return Outcome(n_reads, wrong, exits)


def _one_writer(store: Store, root: Path, number: int, point: str | None, seconds: float) -> int | None:
    started, writer_end = START.Pipe()
    writer = start(write_on, store, str(root), 100 * number + 1, number, point, writer_end)
    assert started.poll(30)
    writer.join(20 if point else seconds)
    if writer.pid is not None and writer.is_alive():
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
    return writer.exitcode


def test_every_read_is_a_complete_version_however_the_writer_dies(tmp_path: Path) -> None:
    outcome = put_to_death(LakeStore, tmp_path, N_KILLS)
    assert outcome.wrong == []
    assert outcome.n_reads > N_KILLS
    assert set(outcome.exits) == {-signal.SIGKILL, KILLED}
    assert outcome.exits[2::3] == [KILLED] * (N_KILLS // 3)  # each named point was reached

    store, last = LakeStore(str(tmp_path)), 100 * N_KILLS + 1
    for day in DAYS:
        store.write(day, last)
    assert store.wrong() == []
    assert {day.isoformat(): last for day in DAYS} == store.lake.fingerprints(TABLE, [f"{day}" for day in DAYS])
    store.tidy()
    assert list(Path(store.lake.path(TABLE), "_staging").glob("[!.]*")) == []
    assert verify_table(store.lake, TABLE).broken == []
    if IS_FULL:
        print(f"{N_KILLS} kills, {outcome.n_reads} reads beside, version {store.lake.version(TABLE)}")  # noqa: T201


def test_the_same_rows_as_without_a_kill(tmp_path: Path) -> None:
    disturbed, undisturbed = LakeStore(str(tmp_path / "disturbed")), LakeStore(str(tmp_path / "undisturbed"))
    put_to_death(LakeStore, tmp_path / "disturbed", 3, seed=1)
    for store in (disturbed, undisturbed):
        for day in DAYS:
            store.write(day, 1_000)
    assert _rows(disturbed.lake) == _rows(undisturbed.lake)


def _rows(lake: Lake) -> list[dict[str, object]]:
    delta = lake.open(TABLE)
    assert delta is not None
    return sorted(delta.to_pyarrow_table().to_pylist(), key=repr)


def test_a_naive_writer_is_caught(tmp_path: Path) -> None:
    """Were it not, the test above would prove nothing."""
    outcome = put_to_death(NaiveStore, tmp_path / "naive", 10)
    assert outcome.wrong


@pytest.mark.parametrize("point", ["after_staging", "before_commit"])
def test_nothing_is_seen_of_what_was_not_committed(tmp_path: Path, point: str) -> None:
    store = LakeStore(str(tmp_path))
    for day in DAYS:
        store.write(day, 1)
    version = store.lake.version(TABLE)
    started, writer_end = START.Pipe()
    writer = start(_publish_once, str(tmp_path), point, writer_end)
    writer.join(30)
    assert (writer.exitcode, store.lake.version(TABLE), store.wrong()) == (KILLED, version, [])
    assert not started.poll()
    store.write(DAYS[0], 2)
    assert store.wrong() == []


def test_a_commit_that_nobody_acknowledged_is_not_made_again(tmp_path: Path) -> None:
    store = LakeStore(str(tmp_path))
    store.write(DAYS[0], 1)
    started, writer_end = START.Pipe()
    writer = start(_publish_once, str(tmp_path), "after_commit", writer_end)
    writer.join(30)
    version = store.lake.version(TABLE)
    assert (writer.exitcode, version, store.wrong()) == (KILLED, 2, [])
    assert not started.poll()  # it never came to say so
    store.write(DAYS[0], 2)
    assert store.lake.version(TABLE) == version


def _publish_once(root: str, point: str, done: Connection) -> None:
    os.environ[VARIABLE] = point
    LakeStore(root).write(DAYS[0], 2)
    done.send("done")


@pytest.mark.parametrize("point", ["after_audit", "after_commit"])
def test_a_step_that_died_is_repeated_to_the_same_rows(tmp_path: Path, point: str) -> None:
    undisturbed, pipeline = (world(tmp_path / name, LANDED) for name in ("undisturbed", "disturbed"))
    clean(undisturbed)
    step = start(_die_in_a_step, str(tmp_path / "disturbed"), point)
    step.join(60)
    assert step.exitcode == KILLED
    (table,) = pipeline.lake.tables() or [None]
    version = pipeline.lake.version(table) if table else None
    assert (table is None) == (point != "after_commit")
    clean(pipeline)
    if table:
        assert pipeline.lake.version(table) == version  # it stood, and nothing was done again
    assert _all_rows(pipeline) == _all_rows(undisturbed)


def _die_in_a_step(root: str, point: str) -> None:
    os.environ[VARIABLE] = point
    clean(world(Path(root), {}))


def _all_rows(pipeline: Pipeline) -> dict[str, list[str]]:
    """The rows of every table, but for when their files were written."""
    found = {}
    for table in pipeline.lake.tables():
        delta = pipeline.lake.open(table)
        assert delta is not None
        kept = [{k: v for k, v in row.items() if k != "modified_at"} for row in delta.to_pyarrow_table().to_pylist()]
        found[table] = sorted(map(repr, kept))
    return found
