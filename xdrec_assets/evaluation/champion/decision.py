"""Choose what may be served on each platform, on evidence that was complete before the as-of date.

What a person has set goes first. The evidence is weighed all the same, and its choice, not what was set, is the
champion that the next date begins with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from xdrec_assets.evaluation.champion.evidence import EVERYONE, Evidence, Name, evidence_of
from xdrec_assets.evaluation.champion.guard_rails import said
from xdrec_assets.evaluation.champion.overrides import overridden
from xdrec_assets.evaluation.champion.reason import lifted
from xdrec_assets.evaluation.champion.settings import ChampionSettings
from xdrec_assets.evaluation.champion.trials import POPULAR, twin_of
from xdrec_assets.evaluation.champion.verdict import decide
from xdrec_assets.rankers.registry import RANKERS

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Champion:
    """What may be served on a platform from an as-of date on, and why: a row of evaluation/champion."""

    as_of: date
    platform: str
    ranker: str
    trained_on: str  # one | all
    decision: str  # first | kept | promoted | demoted | twin | pinned | rolled_back
    former_ranker: str | None  # served from the as-of date before on
    former_trained_on: str | None
    earned_ranker: str  # what the evidence chose: the same unless a person has set another
    earned_trained_on: str
    ndcg: float | None  # None: not tested
    ndcg_low: float | None
    ndcg_high: float | None
    popularity_ndcg: float | None
    twin_ndcg: float | None  # of the same ranker in its other training
    p_adjusted: float | None  # of the promoted challenger, or of the one that came nearest
    n_people: int  # different ones at least: those of the largest window
    windows: int
    first_window: date | None
    guard_rails: str | None  # of the promoted challenger, or of the best that was refused for them
    reason: str
    versions: str = "{}"  # JSON: what the evidence was made from


def choose_champions(
    boards: Iterable[Mapping[str, Any]],
    resamples: Iterable[Mapping[str, Any]],
    past: Iterable[Mapping[str, Any]],
    as_of: date,
    platforms: Sequence[str],
    days: int,
    settings: ChampionSettings | None = None,
    known: Collection[str] = tuple(RANKERS),
) -> list[Champion]:
    """One decision per platform.

    Args:
        boards: rows of evaluation/leaderboard of any as-of dates; those whose window is not over are passed by.
        resamples: rows of evaluation/resamples, likewise; `gains` and `weights` may be lists or arrays.
        past: rows of evaluation/champion; those of this as-of date and later ones are passed by.
        as_of: the date decided for.
        platforms: whom to decide for, evaluated or not.
        days: length of a test window.
        settings: how sure a decision must be, and what a person has set.
        known: the rankers in use; no other one is chosen.

    Raises:
        ValueError: a platform is to be rolled back to a date of which no decision is known.
    """
    boards, resamples, settings = list(boards), list(resamples), settings or ChampionSettings()
    earlier = sorted((row for row in past if row["as_of"] < as_of), key=lambda row: row["as_of"])
    chosen = []
    for platform in platforms:
        evidence = evidence_of(platform, boards, resamples, as_of, days, settings.windows)
        decided = [row for row in earlier if row["platform"] == platform]
        chosen.append(_champion(as_of, platform, evidence, decided, settings, known))
    return chosen


def champion_table(champions: Iterable[Champion]) -> pa.Table:
    """The decisions as the table evaluation/champion."""
    import pyarrow as pa

    from data_quality.contract import load_contract

    schema = load_contract("evaluation/champion").arrow_schema()
    return pa.Table.from_pylist([asdict(champion) for champion in champions], schema=schema)


def _champion(
    as_of: date,
    platform: str,
    evidence: Evidence,
    decided: Sequence[Mapping[str, Any]],
    settings: ChampionSettings,
    known: Collection[str],
) -> Champion:
    former = decided[-1] if decided else None
    earned = (former["earned_ranker"], former["earned_trained_on"]) if former else None
    verdict = decide(evidence, earned, settings, known)
    served = overridden(platform, as_of, settings.overrides.get(platform), decided, verdict.name, known)
    name = served.name if served else verdict.name
    return Champion(
        as_of=as_of,
        platform=platform,
        ranker=name[0],
        trained_on=name[1],
        decision=served.decision if served else verdict.decision,
        former_ranker=former["ranker"] if former else None,
        former_trained_on=former["trained_on"] if former else None,
        earned_ranker=verdict.name[0],
        earned_trained_on=verdict.name[1],
        **_figures(evidence, name, 1 - settings.alpha),
        p_adjusted=verdict.p_adjusted,
        n_people=evidence.n_people,
        windows=len(evidence.windows),
        first_window=min(evidence.windows, default=None),
        guard_rails=said(verdict.rails) or None,
        reason=" ".join([*([served.sentence] if served else lifted(former)), *verdict.sentences]),
    )


def _figures(evidence: Evidence, name: Name, level: float) -> dict[str, Any]:
    """NDCG of what is served, with its interval, and what it is measured by."""
    of = {other: figures.ndcg for other, figures in evidence.figures.items()}
    low, high = None, None
    resampled = evidence.resampled(name, EVERYONE)
    if resampled and resampled.n_people > 1:
        low, high = resampled.interval(level)
    popularity, twin = of.get(POPULAR), of.get(twin_of(name))
    return {"ndcg": of.get(name), "ndcg_low": low, "ndcg_high": high, "popularity_ndcg": popularity, "twin_ndcg": twin}
