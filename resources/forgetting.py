"""Forget old rows of the lake for good: a commit without them, and the files that held them deleted."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from resources.lake import Lake
from resources.partitions import Layout, Partition
from resources.present_files import BUCKET

FORGOTTEN = "rows before this day are forgotten"  # application transaction; its version is the day's ordinal


def forget_before(lake: Lake, table: str, day: date, layout: Layout) -> int:
    """Delete a table's rows with `day` before a date, and every file that held them; how many rows.

    Unlike a publish this cannot be undone, nor be seen by reading an older version: files that no current row is in go
    at once, which also fails readers that are in the middle of an older version. Files that a writer at work has not
    committed yet are left alone. The commit says up to which day; a second call for the same day only finishes what
    the first may have left.
    """
    delta = lake.open(table)
    if delta is None:
        return 0
    n_rows = 0
    if forgotten_before(lake, table) < day:
        n_rows = lake.count(table)
        columns = [field for field in pa.schema(delta.schema().to_arrow()) if field.name != BUCKET]
        lake.publish(
            table,
            pa.schema(columns).empty_table().to_reader,
            layout,
            [Partition(FORGOTTEN, date.min, day)],
            {FORGOTTEN: day.toordinal()},
            {"table": table, "forgotten before": f"{day}"},
        )
        n_rows -= lake.count(table)
        delta.update_incremental()
    if delta.vacuum(0, dry_run=True, enforce_retention_duration=False):
        delta.vacuum(0, dry_run=False, enforce_retention_duration=False)
    return n_rows


def forgotten_before(lake: Lake, table: str) -> date:
    """The day before which a table's rows were forgotten; the first of all days where none were."""
    ordinal = lake.fingerprints(table, [FORGOTTEN])[FORGOTTEN]
    return date.fromordinal(ordinal) if ordinal else date.min
