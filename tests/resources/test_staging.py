"""What dead writers staged goes after a grace period; what living ones stage stays, however old."""

import os
from pathlib import Path

import pyarrow as pa
import pytest

from resources.lake import Lake
from resources.staging import STAGING, collect_stages, stage_below

DAY = 24 * 3600


def age(path: Path, seconds: float) -> None:
    """Make a folder and its files look older."""
    for each in (*path.iterdir(), path):
        then = each.stat().st_mtime - seconds
        os.utime(each, (then, then))


def dead_stage(table: Path) -> Path:
    """A stage as a killed writer leaves it."""
    stage = table / STAGING / "0123456789abcdef"
    stage.mkdir(parents=True)
    (stage / "lock").touch()
    (stage / "half.parquet").write_bytes(b"half a file")
    return stage


def test_a_dead_stage_goes_after_the_grace_period(tmp_path: Path) -> None:
    stage = dead_stage(tmp_path)
    assert collect_stages(tmp_path, grace_hours=24) == 0
    age(stage, DAY)
    assert collect_stages(tmp_path, grace_hours=24) == 1
    assert not stage.exists()


def test_a_living_stage_stays_however_old(tmp_path: Path) -> None:
    with stage_below(tmp_path) as stage:
        (stage / "half.parquet").write_bytes(b"half a file")
        age(stage, 30 * DAY)
        assert collect_stages(tmp_path, grace_hours=0) == 0
        assert (stage / "half.parquet").exists()
    assert not stage.exists()


def test_a_stage_that_is_not_locked_yet_stays_for_an_hour(tmp_path: Path) -> None:
    stage = dead_stage(tmp_path)
    fresh = stage.rename(stage.with_name(f".{stage.name}"))
    assert collect_stages(tmp_path, grace_hours=0) == 0
    age(fresh, DAY)
    assert collect_stages(tmp_path, grace_hours=0) == 1


def test_a_step_that_fails_leaves_no_stage(tmp_path: Path) -> None:
    def broken() -> pa.RecordBatchReader:
        raise ValueError("no rows")

    with pytest.raises(ValueError, match="no rows"):
        Lake(str(tmp_path)).publish("joined/items", broken)
    assert list((tmp_path / "joined" / "items" / STAGING).iterdir()) == []


def test_vacuum_leaves_stages_and_seals_alone(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.publish("joined/items", pa.table({"n": [1]}).to_reader)
    stage = dead_stage(Path(lake.path("joined/items")))
    assert lake.vacuum("joined/items", keep_hours=0) == 0
    assert (stage / "half.parquet").exists()
    assert list(Path(lake.path("joined/items"), "_seals").iterdir())
