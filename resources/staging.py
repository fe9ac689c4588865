"""Staging: Parquet files are written and flushed aside, then put in their place, where no reader sees them yet.

A stage is a folder `_staging/<token>` of the table with a lock that its writer holds as long as it lives, however it
ends. Delta readers and vacuum pass over folders that begin with an underscore.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from resources.checksums import HashedFile
from resources.crash_points import crash_point
from resources.durable import make_folder

STAGING, LOCK, UNLOCKED = "_staging", "lock", "."
UNLOCKED_HOURS = 1.0  # a stage stays unlocked for less than a second
ROW_GROUP = 122_880  # rows, as DuckDB likes them: a thread reads one at a time


@dataclass(frozen=True)
class Staged:
    """A Parquet file that is on the disk, with the name that it will have."""

    path: Path
    name: str
    size: int
    n_rows: int


@contextmanager
def stage_below(folder: Path | None) -> Iterator[Path]:
    """A fresh folder to write into, below a table's folder (of this machine), or in the system's place where None.

    It is gone afterwards, unless this process is killed; then `collect_stages` finds it.
    """
    if folder is None:
        with TemporaryDirectory(prefix="xdrec-") as temporary:
            yield Path(temporary)
        return
    stage = folder / STAGING / secrets.token_hex(8)
    unlocked = stage.with_name(f"{UNLOCKED}{stage.name}")
    make_folder(unlocked)
    with (unlocked / LOCK).open("wb") as lock:
        with suppress(OSError):  # a file system without locks; the grace period has to do
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unlocked.rename(stage)  # from here on it is collected by its lock, until here by its age alone
        try:
            yield stage
        finally:
            crash_point("during_cleanup")
            shutil.rmtree(stage, ignore_errors=True)


def collect_stages(folder: Path, grace_hours: float) -> int:
    """Remove the stages that dead writers left below a table's folder longer ago than the grace period; how many.

    A stage whose writer lives is never touched, however old it is.
    """
    n_collected = 0
    for stage in sorted((folder / STAGING).glob("*/")):
        hours = max(grace_hours, UNLOCKED_HOURS) if stage.name.startswith(UNLOCKED) else grace_hours
        if _last_change(stage) < time.time() - hours * 3600 and not _is_held(stage / LOCK):
            shutil.rmtree(stage, ignore_errors=True)
            crash_point("during_cleanup")
            n_collected += 1
    return n_collected


class ParquetStage:
    """Writes one Parquet file of a stage, in row groups of one size whatever the size of the batches."""

    def __init__(self, stage: Path, schema: pa.Schema) -> None:
        """Begin a file."""
        self._file = HashedFile(stage / f"{secrets.token_hex(4)}.parquet")
        self._writer = pq.ParquetWriter(self._file, schema)
        self._waiting: list[pa.RecordBatch] = []
        self._n_waiting = self._n_rows = 0

    @property
    def size(self) -> int:
        """The bytes written so far."""
        return self._file.size

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        self._waiting.append(batch)
        self._n_waiting += batch.num_rows
        if self._n_waiting >= ROW_GROUP:
            self._write_waiting()

    def close(self) -> Staged:
        """Finish the file; its bytes are on the disk."""
        self._write_waiting()
        self._writer.close()
        self._file.close()
        return Staged(self._file.path, self._file.name(), self._file.size, self._n_rows)

    def _write_waiting(self) -> None:
        if self._n_waiting:
            table = pa.Table.from_batches(self._waiting)
            self._writer.write_table(table, row_group_size=ROW_GROUP)
            self._n_rows += self._n_waiting
            self._waiting, self._n_waiting = [], 0


def _last_change(stage: Path) -> float:
    try:
        return max(path.stat().st_mtime for path in (stage, *stage.iterdir()))
    except OSError:  # its writer is just removing it
        return float("inf")


def _is_held(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
