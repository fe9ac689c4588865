"""Who is best where new items may be recommended, and where only items seen in training may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def catalogues(metrics: Sequence[Row]) -> dict[str, dict[str, Row]]:
    """By platform and catalogue ("known" or "seen") the best ranker's row; only platforms tested over both.

    Args:
        metrics: NDCG of everyone of evaluation/metrics, of one as-of date.
    """
    found: dict[str, dict[str, Row]] = {}
    for row in sorted(metrics, key=_best_last):
        if row["value"] is not None:
            found.setdefault(row["platform"], {})[row["catalogue"]] = row
    return {platform: found[platform] for platform in sorted(found) if len(found[platform]) > 1}


def _best_last(row: Row) -> tuple[float, bool, str]:
    """Of equal ones the simpler one is the better one, as in the leaderboard."""
    value = -1.0 if row["value"] is None else row["value"]
    return (value, row["trained_on"] == "one", row["ranker"])
