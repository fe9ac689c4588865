"""What a person has set in place of the evidence's choice: a ranker that is pinned, or the way back to a former one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xdrec_assets.evaluation.champion.evidence import Name
from xdrec_assets.evaluation.champion.reason import called, gone, upper_first
from xdrec_assets.evaluation.champion.settings import Override
from xdrec_assets.evaluation.champion.trials import POPULAR


@dataclass(frozen=True)
class Served:
    """What is served by setting."""

    name: Name
    decision: str  # pinned | rolled_back
    sentence: str


def overridden(
    platform: str,
    as_of: date,
    override: Override | None,
    decided: Sequence[Mapping[str, Any]],
    earned: Name,
    known: Collection[str],
) -> Served | None:
    """What a person has set for a platform on an as-of date; None where nothing is.

    Args:
        platform: for messages.
        as_of: the date decided for.
        override: what is set, if anything.
        decided: the platform's earlier rows of evaluation/champion.
        earned: what the evidence chose.
        known: the rankers that there are; of those gone popularity takes the place.

    Raises:
        ValueError: the date to roll back to has no decision.
    """
    if override is None or not override.holds(as_of):
        return None
    name, decision, how = _set(platform, override, decided)
    if name[0] not in known:
        how, name = f"{how} {gone(name)}", POPULAR
    otherwise = (
        "the evidence chooses the same" if name == earned else f"the evidence would have chosen {called(earned)}"
    )
    return Served(name, decision, f"{how} {upper_first(called(name))} is served; {otherwise}.")


def _set(platform: str, override: Override, decided: Sequence[Mapping[str, Any]]) -> tuple[Name, str, str]:
    if override.pin:
        return (override.pin.ranker, override.pin.trained_on), "pinned", "Pinned by setting."
    day = override.roll_back
    found = [row for row in decided if row["as_of"] == day]
    if not found:
        dates = ", ".join(str(row["as_of"]) for row in decided) or "none yet"
        raise ValueError(
            f"evaluation.champion.overrides.{platform}.roll_back: no decision for {platform} as of {day}; "
            f"choose a date that has one ({dates}), or pin a ranker"
        )
    name = (found[0]["ranker"], found[0]["trained_on"])
    return name, "rolled_back", f"Rolled back by setting to what was served from {day} on."
