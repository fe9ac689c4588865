"""What to conclude from one as-of date's figures, in plain sentences, harm included.

Whether transfer helped on a platform is read from the best ranker with all platforms' data against the best without:
that is what could be served either way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xdrec_assets.evaluation.leaderboard import POPULARITY, leaderboard, lift
from xdrec_assets.evaluation.report.wording import figure, listing, percent, platform_title, titled

Row = Mapping[str, Any]
NEGLIGIBLE = 0.005  # a change below half a percent is none


@dataclass(frozen=True)
class PlatformSummary:
    """One platform's figures at a glance, over all test people unless it says otherwise."""

    platform: str
    title: str
    n_people: int
    best: Row
    best_one: Row | None  # the best among those trained on this platform alone
    best_all: Row | None  # the best among those trained on all platforms
    transfer: float | None  # NDCG of best_all over that of best_one, minus 1
    helped: int  # rankers that do better than their twin
    hurt: int
    cold_transfer: float | None  # the same as transfer, for cold people
    n_cold_people: int


def summarise(metrics: Sequence[Row], titles: Mapping[str, str]) -> list[PlatformSummary]:
    """One summary per platform on which anyone was tested."""
    everyone, cold = (_by_platform(leaderboard(metrics, segment)) for segment in ("all", "cold_people"))
    return [_summary(platform, rows, cold.get(platform, []), titles) for platform, rows in everyone.items()]


def conclude(summaries: Sequence[PlatformSummary], k: int) -> list[str]:
    """Paragraphs: what other platforms' data did, which ranker is best where, how far the figures carry."""
    if not summaries:
        return ["Nobody could be tested: no events of the test window have landed yet. The figures follow with them."]
    few = [summary.title for summary in summaries if summary.n_people < 200]
    caution = "Differences of a few percent may be chance: the figures carry no intervals yet"
    if few:
        caution += f", and on {listing(few)} fewer than 200 people were tested"
    best = " ".join(_best(summary, k) for summary in summaries)
    return [paragraph for paragraph in (_transfer(summaries), _cold(summaries), best, f"{caution}.") if paragraph]


def verdict(change: float | None) -> str:
    """helped, hurt or made no difference; unknown where there is nothing to compare."""
    if change is None:
        return "unknown"
    return "no difference" if abs(change) < NEGLIGIBLE else "helped" if change > 0 else "hurt"


def _by_platform(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row["ndcg"] is not None:
            found.setdefault(row["platform"], []).append(row)
    return found


def _summary(platform: str, rows: list[Row], cold: list[Row], titles: Mapping[str, str]) -> PlatformSummary:
    lifts = [row["lift_over_twin"] for row in rows if row["lift_over_twin"] is not None and row["ranker"] != POPULARITY]
    return PlatformSummary(
        platform=platform,
        title=platform_title(platform, titles),
        n_people=rows[0]["n_people"],
        best=rows[0],
        best_one=_first(rows, "one"),
        best_all=_first(rows, "all"),
        transfer=_transfer_of(rows),
        helped=sum(verdict(change) == "helped" for change in lifts),
        hurt=sum(verdict(change) == "hurt" for change in lifts),
        cold_transfer=_transfer_of(cold),
        n_cold_people=cold[0]["n_people"] if cold else 0,
    )


def _first(rows: Sequence[Row], trained_on: str) -> Row | None:
    return next((row for row in rows if row["trained_on"] == trained_on), None)


def _transfer_of(rows: Sequence[Row]) -> float | None:
    with_all, alone = _first(rows, "all"), _first(rows, "one")
    return lift(with_all["ndcg"], alone["ndcg"]) if with_all and alone else None


def _transfer(summaries: Sequence[PlatformSummary]) -> str:
    said: dict[str, list[str]] = {}
    for summary in summaries:
        said.setdefault(verdict(summary.transfer), []).append(f"{summary.title} ({percent(summary.transfer)})")
    words = {"helped": "helped on", "hurt": "hurt on", "no difference": "made no difference on"}
    parts = [f"{verb} {listing(said[found])}" for found, verb in words.items() if found in said]
    if not parts:
        return "Whether the other platforms' data helps cannot be said: no ranker was evaluated with and without it."
    return (
        f"Learning from the other platforms {listing(parts)}: the best ranker with their data against the best without."
    )


def _cold(summaries: Sequence[PlatformSummary]) -> str:
    gained = [
        f"{s.title} {percent(s.cold_transfer)} ({s.n_cold_people:,} people)"
        for s in summaries
        if s.cold_transfer is not None
    ]
    return f"For people new to a platform but known elsewhere, the change is {listing(gained)}." if gained else ""


def _best(summary: PlatformSummary, k: int) -> str:
    best = summary.best
    name = titled(best["ranker"])
    people = f"NDCG@{k} {figure(best['ndcg'])} over {summary.n_people:,} people"
    if best["ranker"] == POPULARITY:
        return f"On {summary.title} nothing beats popularity ({people})."
    where = "with all platforms' data" if best["trained_on"] == "all" else "with this platform's data alone"
    over = best["lift_over_popularity"]
    against = f", {over + 1:.1f} times popularity's" if over is not None else ""
    return f"On {summary.title} the best is {name} {where} ({people}{against})."
