"""Half-written files of dead processes go after a grace period, those of living ones and everything else stays."""

import os
from pathlib import Path

import pytest

from resources.settings import Places
from xdrec_assets.leftovers import collect_leftovers

NO_PROCESS = 2**22 + 1  # above the kernel's largest number
DAY = 24 * 3600


@pytest.mark.parametrize(
    ("name", "goes"),
    [
        (f"models/p/svd/2026-02-09/all/.ranker.json.{NO_PROCESS}", True),
        (f"reports/p/2026-02-09.{NO_PROCESS}", True),
        (f".xdrec.duckdb.{NO_PROCESS}", True),
        ("reports/p/2026-02-09.{living}", False),
        ("reports/p/2026-02-09.html", False),
        ("models/p/svd/2026-02-09/all/ranker.json", False),
        ("xdrec.duckdb", False),
    ],
)
def test_what_goes_and_what_stays(tmp_path: Path, name: str, goes: bool) -> None:
    path = tmp_path / name.format(living=os.getpid())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("half a file")
    places = Places(home=tmp_path, platforms=tmp_path / "p", landing="", lake="")
    assert collect_leftovers(places) == 0  # within the grace period
    os.utime(path, (path.stat().st_mtime - DAY,) * 2)
    assert collect_leftovers(places) == goes
    assert path.exists() != goes
