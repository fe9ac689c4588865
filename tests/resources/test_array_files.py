"""Columns that lie on disk are those that would lie in memory, and leave nothing behind."""

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from resources.array_files import in_memory, on_disk, slices
from tests.faults.test_bad_input_places import largest_file

DTYPES = (np.int32, np.float32)
PARTS = [
    (np.array([3, 1], dtype=np.int32), np.array([0.1, 1 / 3])),
    (np.empty(0, dtype=np.int32), np.empty(0)),
    (np.array([2], dtype=np.int32), np.array([7.0])),
]


def test_on_disk_is_as_in_memory(tmp_path: Path) -> None:
    for mapped, held, expected in zip(
        on_disk(iter(PARTS), DTYPES, tmp_path),
        in_memory(iter(PARTS), DTYPES, 3),
        ([3, 1, 2], [0.1, 1 / 3, 7]),
        strict=True,
    ):
        assert mapped.dtype == held.dtype
        assert mapped.tobytes() == held.tobytes() == np.array(expected, dtype=held.dtype).tobytes()


def test_the_folder_is_made_and_stays_empty(tmp_path: Path) -> None:
    numbers, _ = on_disk(PARTS, DTYPES, tmp_path / "new" / "scratch")
    assert [*(tmp_path / "new" / "scratch").iterdir()] == []
    assert numbers[1:].sum() == 3


def test_columns_without_rows(tmp_path: Path) -> None:
    for columns in (on_disk([], DTYPES, tmp_path), in_memory([], DTYPES, 0)):
        assert [(len(column), column.dtype) for column in columns] == [(0, np.int32), (0, np.float32)]


def test_nobody_writes_into_what_lies_on_disk(tmp_path: Path) -> None:
    numbers, _ = on_disk(PARTS, DTYPES, tmp_path)
    with pytest.raises(ValueError, match="read-only"):
        numbers[0] = 4


def test_what_is_written_is_not_held(tmp_path: Path) -> None:
    def parts(n: int, rows: int = 100_000) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for start in range(0, n * rows, rows):
            yield np.arange(start, start + rows, dtype=np.int32), np.zeros(rows, dtype=np.float32)

    tracemalloc.start()
    try:
        numbers, _ = on_disk(parts(50), DTYPES, tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000  # of 40 MB
    finally:
        tracemalloc.stop()
    assert numbers[::1_000_000].tolist() == [0, 1_000_000, 2_000_000, 3_000_000, 4_000_000]


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    with largest_file(100_000), pytest.raises(OSError, match=r"a column of int32 .* beyond 100,000 bytes: .*make room"):
        on_disk([(np.zeros(20_000, dtype=np.int32),)] * 2, [np.int32], tmp_path)
    assert [*tmp_path.iterdir()] == []


KILLED = """
import os, signal, sys
from pathlib import Path
import numpy as np
from resources.array_files import on_disk

def parts():
    yield (np.zeros(10_000, dtype=np.int32),)
    os.kill(os.getpid(), signal.SIGKILL)

on_disk(parts(), [np.int32], Path(sys.argv[1]))
"""


def test_a_killed_writer_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=Path(__file__).parents[2], timeout=60)
    assert done.returncode == -9
    assert [*tmp_path.iterdir()] == []


def test_slices_cover_all_rows_once() -> None:
    assert [*slices(0)] == []
    assert [*slices(2_000_001)] == [slice(0, 1_000_000), slice(1_000_000, 2_000_000), slice(2_000_000, 2_000_001)]
