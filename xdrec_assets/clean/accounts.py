"""Hold what was published of clean tables against the raw records behind it: every record is in exactly one place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pyarrow as pa

from data_quality.contract import load_contract
from data_quality.verdict import RuleResult
from resources.partitions import Partition
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.platforms.platform import Platform

SHOWN = 5
EXPECTED = "records in = clean + duplicates + quarantined, and the same lines of the same files"
OWN = "rows to be made by the platform's own SQL, which says what is a row"


def clean_accounts(pipeline: Pipeline, platform: Platform, landed: Sequence[date]) -> dict[str, RuleResult]:
    """By clean table, whether the published rows that landed on some days are all the records of those days.

    `landed` are settled days: every partition that can hold a record of theirs is published from what raw holds now.
    """
    found = {}
    with pipeline.engine.session() as session:
        session.bind_rows("clean.settled_days", pa.table({"day": pa.array(landed, pa.date32())}))
        for beside in ("duplicates", "quarantined"):
            table = f"clean/{platform.platform}/{beside}"
            session.bind(f"clean.published_{beside}", [table], load_contract(table).arrow_schema())
        for source in platform.canonical_tables():
            table, raw = (f"{stage}/{platform.platform}/{source}" for stage in ("clean", "raw"))
            if pipeline.engine.file(table):
                found[table] = RuleResult("accounts", None, "block", True, 0, 0, OWN)
                continue
            session.bind("raw.records", [raw], load_contract(raw).arrow_schema())
            session.bind("clean.published", [table], load_contract(table).arrow_schema())
            wrong = session.query("clean/account", {"source": source}).fetchall()
            shown = tuple(f"{file} of {day}: {n_in} in, {n_out} out" for file, day, n_in, n_out in wrong[:SHOWN])
            found[table] = RuleResult(
                "accounts", None, "block", not wrong, len(wrong), len(landed), EXPECTED, shown, of="landed days"
            )
    return found


def settled_days(
    run: Sequence[Partition], fresh: Sequence[Partition], late_days: int, first: date, last: date
) -> list[date]:
    """The days whose records can be in some partitions of a run, and in no partition that is not fresh.

    A record that landed on a day is in the partition of that day, of one up to `late_days` before, or of the day after
    (clocks run ahead), as far as the folder has such days, from first to last.
    """
    made = {day for partition in fresh for day in _days(partition.first, partition.after)}

    def is_settled(day: date) -> bool:
        reach = _days(day - timedelta(days=late_days), day + timedelta(days=2))
        return day in made and all(other in made for other in reach if first <= other <= last)

    return list(filter(is_settled, _days(run[0].first - timedelta(days=1), run[-1].after + timedelta(days=late_days))))


def _days(first: date, after: date) -> list[date]:
    return [date.fromordinal(day) for day in range(first.toordinal(), after.toordinal())]
