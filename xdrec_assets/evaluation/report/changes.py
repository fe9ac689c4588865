"""What changed since the former as-of date: what is served, how good the best is, how much is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xdrec_assets.evaluation.report.inputs import ReportInputs

Row = Mapping[str, Any]


def champion_changes(inputs: ReportInputs) -> list[dict[str, Any]]:
    """By platform what was served and what is from now on: platform, before, now, is_new; rows or None.

    A platform that is served by what served it before is named as well: nothing changed is a finding.
    """
    before = {row["platform"]: row for row in inputs.former_champions}
    return [
        {
            "platform": row["platform"],
            "before": before.get(row["platform"]),
            "now": row,
            "is_new": _name(before.get(row["platform"])) != _name(row),
        }
        for row in sorted(inputs.champions, key=lambda row: str(row["platform"]))
    ]


def best_changes(inputs: ReportInputs) -> list[dict[str, Any]]:
    """By platform the best ranker of this test window and of the one before: platform, before, now; rows or None."""
    dates = [row["as_of"] for row in inputs.past if row["as_of"] < inputs.as_of]
    former = [row for row in inputs.past if row["as_of"] == max(dates)] if dates else []
    before, now = _best(former), _best(inputs.board)
    return [
        {"platform": platform, "before": before.get(platform), "now": now.get(platform)}
        for platform in sorted(before.keys() | now.keys())
    ]


def _best(rows: Iterable[Row]) -> dict[str, Row]:
    tested = [row for row in rows if row["ndcg"] is not None]
    return {row["platform"]: row for row in sorted(tested, key=lambda row: -int(row["rank"]))}


def _name(row: Row | None) -> tuple[str, str] | None:
    return (row["ranker"], row["trained_on"]) if row else None
