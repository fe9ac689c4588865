"""What the finished test windows say of every ranker on a platform.

A window counts once it is over: judged as of d, it ends at d + days, which must not lie after the date decided for. The
latest ones with test people are pooled: each person of each window weighs the same, but who stands in several is one
person still. A ranker that is missing from one of them cannot be compared and is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from xdrec_assets.evaluation.uncertainty.bootstrap import Resampled

Name = tuple[str, str]
"""A ranker, and what it was trained on: one | all."""
Part = tuple[str, str]
"""A segment, and whether items listed on another platform too count: with | without."""
EVERYONE: Final[Part] = ("all", "with")
UNLISTED: Final[Part] = ("all", "without")
"""Everyone, but only items that no other platform lists too: what is found there cannot come from a leak."""
COLD: Final = ("cold_people", "cold_items", "new_people")


@dataclass(frozen=True)
class Figures:
    """What the windows say of one ranker; each mean over windows weighs them by their people."""

    ndcg: float
    coverage: float | None  # None: not measured in every window
    latency_ms: float | None  # per person; None: not measured in every window
    resampled: Mapping[Part, Resampled]  # NDCG; a part without test people is left out


@dataclass(frozen=True)
class Evidence:
    """What the windows say of all rankers on a platform."""

    windows: tuple[date, ...]  # as-of dates of the judged models, ascending
    n_people: int  # different ones at least: those of the largest window
    figures: Mapping[Name, Figures]  # in order of the names

    def resampled(self, name: Name, part: Part) -> Resampled | None:
        """NDCG of a ranker on a part; None where it was not tested in every window, or the part has nobody."""
        return self.figures[name].resampled.get(part) if name in self.figures else None

    def of_rankers(self, known: Collection[str]) -> Evidence:
        """The evidence of some rankers alone."""
        return replace(self, figures={name: found for name, found in self.figures.items() if name[0] in known})


def evidence_of(
    platform: str,
    boards: Iterable[Mapping[str, Any]],
    resamples: Iterable[Mapping[str, Any]],
    as_of: date,
    days: int,
    windows: int,
) -> Evidence:
    """What was known of the rankers on a platform by an as-of date.

    Args:
        platform: whose rankers.
        boards: rows of evaluation/leaderboard, of any as-of dates and platforms.
        resamples: rows of evaluation/resamples, likewise.
        as_of: the date decided for.
        days: length of a test window.
        windows: how many of the latest finished windows count.
    """
    rows = [row for row in finished(boards, as_of, days) if row["platform"] == platform]
    dates = latest_windows(rows, platform, windows)
    tested: dict[Name, list[Mapping[str, Any]]] = defaultdict(list)
    for row in sorted((row for row in rows if row["as_of"] in dates), key=lambda row: row["as_of"]):
        tested[row["ranker"], row["trained_on"]].append(row)
    pools = _pools([row for row in resamples if row["platform"] == platform], dates)
    whole = {name: of_name for name, of_name in sorted(tested.items()) if len(of_name) == len(dates)}
    figures = {name: _figures(of_name, pools.get(name, {})) for name, of_name in whole.items()}
    n_people = max((row["n_people"] for row in rows if row["as_of"] in dates), default=0)
    return Evidence(dates, n_people, figures)


def finished(boards: Iterable[Mapping[str, Any]], as_of: date, days: int) -> list[Mapping[str, Any]]:
    """The leaderboard rows of windows that were over by an as-of date and had test people."""
    return [row for row in boards if row["as_of"] + timedelta(days=days) <= as_of and row["ndcg"] is not None]


def latest_windows(boards: Iterable[Mapping[str, Any]], platform: str, windows: int) -> tuple[date, ...]:
    """The as-of dates of a platform's latest windows, ascending, of leaderboard rows that are finished."""
    return tuple(sorted({row["as_of"] for row in boards if row["platform"] == platform}))[-windows:]


def _figures(rows: Sequence[Mapping[str, Any]], resampled: Mapping[Part, Resampled]) -> Figures:
    ndcg = _mean(rows, "ndcg")
    assert ndcg is not None  # of windows that have one
    return Figures(ndcg, _mean(rows, "coverage"), _mean(rows, "latency_ms"), resampled)


def _mean(rows: Sequence[Mapping[str, Any]], column: str) -> float | None:
    if any(row.get(column) is None for row in rows):
        return None
    return float(np.average([row[column] for row in rows], weights=[row["n_people"] for row in rows]))


def _pools(rows: Iterable[Mapping[str, Any]], dates: Sequence[date]) -> dict[Name, dict[Part, Resampled]]:
    """The resamples of each ranker and part, pooled over the windows in which the part has test people."""
    from xdrec_assets.evaluation.uncertainty.bootstrap import Resampled, pooled

    found: dict[tuple[Name, Part], dict[date, Resampled]] = defaultdict(dict)
    for row in rows:
        if row["as_of"] in dates and row["n_people"]:
            name, part = (row["ranker"], row["trained_on"]), (row["segment"], row["twins"])
            gains, weights = (np.asarray(row[column], dtype=np.float64) for column in ("gains", "weights"))
            found[name, part][row["as_of"]] = Resampled(gains, weights)
    pools: dict[Name, dict[Part, Resampled]] = defaultdict(dict)
    for (name, part), windows in found.items():
        pools[name][part] = pooled([windows[day] for day in sorted(windows)])
    return pools
