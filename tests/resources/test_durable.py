"""What a commit names is on the disk before it is committed, and the commit before the publish returns."""

import os
from pathlib import Path

import pyarrow as pa
import pytest

from resources import lake as lake_module
from resources.durable import make_folder, write_durably
from resources.lake import Lake
from resources.partitions import BY_MONTH, Partition
from tests.faults.writers import DAYS, rows_of

TABLE = "clean/shop/events"


@pytest.fixture
def happened(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The inodes that were flushed and the points of a publish that were passed, in order."""
    seen: list[object] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        fsync(descriptor)
        seen.append(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, "fsync", note)
    monkeypatch.setattr(lake_module, "crash_point", seen.append)
    return seen


def inode(path: str | Path) -> int:
    return Path(path).stat().st_ino


@pytest.mark.parametrize("layout", [None, BY_MONTH], ids=["whole", "by month"])
def test_files_and_their_folders_are_flushed_before_the_commit(
    tmp_path: Path, happened: list[object], layout: object
) -> None:
    lake, partitions = Lake(str(tmp_path)), [Partition.of_day(DAYS[0])] if layout else []
    for round_ in (1, 2):
        happened.clear()
        lake.publish(TABLE, rows_of(DAYS[0], round_).to_reader, layout, partitions)
        before = happened[: happened.index("before_commit")]
        files = lake.files(TABLE)
        assert files
        for file in files:
            assert inode(Path(file).parent) in before[before.index(inode(file)) :]


def test_the_log_and_its_seal_are_flushed_before_the_publish_returns(tmp_path: Path, happened: list[object]) -> None:
    lake = Lake(str(tmp_path))
    lake.publish(TABLE, pa.table({"n": [1]}).to_reader)
    after = happened[happened.index("after_commit") :]
    (*_, newest) = sorted(Path(lake.path(TABLE), "_delta_log").glob("*.json"))
    seal = Path(lake.path(TABLE), "_seals", newest.name)
    assert {inode(newest), inode(newest.parent), inode(seal), inode(seal.parent)} <= set(after)


def test_folders_are_known_to_the_disk_from_the_top(tmp_path: Path, happened: list[object]) -> None:
    make_folder(tmp_path / "a" / "b")
    assert happened == [inode(tmp_path), inode(tmp_path / "a")]


def test_what_is_written_durably_is_flushed_before_it_takes_its_name(tmp_path: Path, happened: list[object]) -> None:
    write_durably(tmp_path / "file", b"old")
    write_durably(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert happened[-2:] == [inode(tmp_path / "file"), inode(tmp_path)]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
