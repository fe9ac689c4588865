"""One platform's figures at a glance: who is best, what the other platforms' data did, how the champion did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xdrec_assets.evaluation.leaderboard import POPULARITY
from xdrec_assets.evaluation.report.wording import platform_title

if TYPE_CHECKING:
    from xdrec_assets.evaluation.report.inputs import ReportInputs
    from xdrec_assets.evaluation.uncertainty.paired import Comparison

Row = Mapping[str, Any]
SET_BY_HAND = ("pinned", "rolled_back")
VERDICTS = ("helped", "hurt", "undecided")


@dataclass(frozen=True)
class PlatformSummary:
    """One platform's figures at a glance, over all test people unless it says otherwise."""

    platform: str
    title: str
    n_people: int
    best: Row  # of the leaderboard
    n_level: int  # rankers that cannot be told from the best, which is one of them
    verdicts: Mapping[str, int]  # helped, hurt, undecided: rankers by what the other platforms' data did
    without_twins: Mapping[str, int]  # the same where products listed twice do not count
    cold: Mapping[str, int]  # the same for cold people
    cold_without_twins: Mapping[str, int]  # and for them where products listed twice do not count
    transfer: Row | None  # of evaluation/lift: the ranker that is best with all platforms' data
    chosen: Row | None = None  # of the leaderboard: what evidence chose before this test window, how it did on it
    over_popularity: Comparison | None = None  # its NDCG minus popularity's; None where it is popularity

    @property
    def verdict(self) -> str:
        """helped, hurt, mixed or undecided; unknown where nothing was compared."""
        if not sum(self.verdicts.values()):
            return "unknown"
        helped, hurt = self.verdicts["helped"], self.verdicts["hurt"]
        return "mixed" if helped and hurt else "helped" if helped else "hurt" if hurt else "undecided"


def summarise(inputs: ReportInputs) -> list[PlatformSummary]:
    """One summary per platform on which anyone was tested, in the order of their names."""
    from xdrec_assets.evaluation.report.apart import level_with_best

    tested = [row for row in inputs.board if row["ndcg"] is not None]
    level = level_with_best(inputs.resamples, inputs.settings.level)
    return [
        _summary(inputs, platform, [row for row in tested if row["platform"] == platform], level.get(platform, set()))
        for platform in sorted({row["platform"] for row in tested})
    ]


def _summary(inputs: ReportInputs, platform: str, rows: Sequence[Row], level: set[tuple[str, str]]) -> PlatformSummary:
    from xdrec_assets.evaluation.report.apart import difference

    lifts = [row for row in inputs.lifts if row["platform"] == platform]
    of_all = [row for row in lifts if (row["segment"], row["twins"]) == ("all", "with") and row["ndcg"] is not None]
    before = next((row for row in inputs.former_champions if row["platform"] == platform), None)
    name = _earned(before) if before else None
    chosen = next((row for row in rows if (row["ranker"], row["trained_on"]) == name), None)
    is_other = chosen is not None and chosen["ranker"] != POPULARITY
    return PlatformSummary(
        platform=platform,
        title=platform_title(platform, inputs.platform_titles),
        n_people=rows[0]["n_people"],
        best=rows[0],
        n_level=len(level) or 1,
        verdicts=_counted(lifts, "all", "with"),
        without_twins=_counted(lifts, "all", "without"),
        cold=_counted(lifts, "cold_people", "with"),
        cold_without_twins=_counted(lifts, "cold_people", "without"),
        transfer=max(of_all, key=lambda row: (row["ndcg"], row["ranker"]), default=None),
        chosen=chosen,
        over_popularity=difference(inputs.resamples, platform, name, (POPULARITY, "one"), inputs.settings.level)
        if name and is_other
        else None,
    )


def _earned(champion: Row) -> tuple[str, str]:
    """What the evidence chose; a ranker that a person set, at whatever time, is no choice that a window could test."""
    if champion["decision"] in SET_BY_HAND:
        return champion["earned_ranker"], champion["earned_trained_on"]
    return champion["ranker"], champion["trained_on"]


def _counted(lifts: Sequence[Row], segment: str, twins: str) -> dict[str, int]:
    said = Counter(row["verdict"] for row in lifts if row["segment"] == segment and row["twins"] == twins)
    return {verdict: said[verdict] for verdict in VERDICTS}
