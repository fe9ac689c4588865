"""Remove what killed processes left half-written beside models, reports and the catalogue, after a grace period."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from resources.crash_points import crash_point
from resources.lake import GRACE_HOURS
from resources.settings import Places

BESIDE = re.compile(r".+\.(?P<process>\d+)")  # .ranker.json.4711, .xdrec.duckdb.4711, 2026-02-09.4711


def collect_leftovers(places: Places, grace_hours: float = GRACE_HOURS) -> int:
    """Remove files that were written beside their place by a process that is no more; how many.

    A file whose process still lives on this machine, or that changed within the grace period, is left alone.
    """
    oldest = time.time() - grace_hours * 3600
    n_removed = 0
    for path in _beside(places):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest and not _lives(int(path.name.rpartition(".")[2])):
                path.unlink()
                crash_point("during_cleanup")
                n_removed += 1
    return n_removed


def _beside(places: Places) -> Iterator[Path]:
    found = [*places.models.rglob("*"), *places.reports.rglob("*"), *places.catalogue.parent.glob(".*")]
    return (path for path in found if BESIDE.fullmatch(path.name) and path.is_file())


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # somebody else's, and alive
        return True
    return True
