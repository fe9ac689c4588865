"""Judge cleaned partitions before any is published: too many records that break rules refuse one as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial, reduce

import pyarrow as pa

from resources.engine import Session
from resources.partitions import Partition
from xdrec_assets.clean.cleaning import Accounts
from xdrec_assets.platforms.platform import Platform
from xdrec_assets.refusal import Refused, bad_share


def judged(
    session: Session,
    platform: Platform,
    run: Sequence[Partition],
    accounts: Mapping[str, Mapping[date, Accounts]],
) -> Refused:
    """The partitions of a run to be refused, with the rules they break; lines that are no records count as bad too."""
    refused = Refused()
    for source, by_day in accounts.items():
        for partition in run:
            mine = [of_day for day, of_day in by_day.items() if partition.first <= day < partition.after]
            total = reduce(Accounts.plus, mine, Accounts())
            n_bad, n_lines = total.n_quarantined + total.n_rejected, total.n_in + total.n_rejected
            broken = partial(_quarantined, session, source)
            result = bad_share(session, platform, source, partition, n_bad, n_lines, broken)
            if result:
                refused.setdefault(partition.key, []).append(result)
    return refused


def _quarantined(session: Session, source: str) -> pa.Table:
    return session.arrow(f"clean.{source}_quarantined").rename_columns({"rule": "why"})
