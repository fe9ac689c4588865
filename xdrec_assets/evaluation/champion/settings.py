"""How sure a decision must be, what a challenger must keep, and what a person has set in its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from xdrec_assets.rankers.registry import RANKERS


class Section(BaseModel):
    """A frozen section that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Pin(Section):
    """A ranker that is served whatever the evidence says."""

    ranker: str = Field(description="The ranker's name.")
    trained_on: Literal["one", "all"] = Field(description="one: the platform alone; all: all platforms.")

    @field_validator("ranker")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in RANKERS:
            raise ValueError(f"no ranker is named {value!r}; choose one of {', '.join(RANKERS)}")
        return value

    @model_validator(mode="after")
    def _has_a_model(self) -> Pin:
        if self.ranker == "popularity" and self.trained_on == "all":
            raise ValueError("popularity learns nothing from other platforms; pin it with trained_on: one")
        return self


class Override(Section):
    """What a person has set for one platform: a pin, or a way back."""

    pin: Pin | None = Field(default=None, description="Serve this ranker.")
    roll_back: date | None = Field(default=None, description="Serve what was served from this as-of date on.")
    since: date | None = Field(default=None, description="The first as-of date it holds for; null: every one it can.")

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Override:
        if (self.pin is None) == (self.roll_back is None):
            raise ValueError("give pin or roll_back, one of the two")
        if self.roll_back and self.since and self.since <= self.roll_back:
            raise ValueError(f"since ({self.since}) must come after roll_back ({self.roll_back})")
        return self

    def holds(self, as_of: date) -> bool:
        """Whether it decides for an as-of date; a way back leaves what came before it as it was."""
        return (self.since is None or self.since <= as_of) and (self.roll_back is None or self.roll_back < as_of)


class ChampionSettings(Section):
    """How the champion of a platform is chosen."""

    windows: int = Field(
        default=4, ge=1, description="The champion is chosen on this many of the latest finished test windows."
    )
    alpha: float = Field(
        default=0.05,
        gt=0,
        lt=1,
        description="A difference counts when its p-value, corrected for the number of challengers, is at most this.",
    )
    min_coverage_share: float = Field(
        default=0.5, ge=0, description="A challenger must cover at least this share of what the champion covers."
    )
    max_latency_ms: float = Field(
        default=100.0, gt=0, description="A challenger may take at most this long per person to score and rank."
    )
    overrides: dict[str, Override] = Field(
        default={},
        description="What a person has set, by platform: `{pin: {ranker: linear, trained_on: all}}` or "
        "`{roll_back: 2026-02-02}`, either with `since`, the first as-of date it holds for.",
    )


def override_complaint(
    overrides: dict[str, Override], platforms: Sequence[str], weekly_from: date | None, dates: Sequence[date] | None
) -> str | None:
    """What is wrong with overrides for a folder of these platforms and as-of dates; None where nothing is."""
    for platform, override in overrides.items():
        where = f"champion.overrides.{platform}"
        if platform not in platforms:
            return f"{where}: no platform is named {platform!r}; choose one of {', '.join(platforms)}"
        for key, day in (("roll_back", override.roll_back), ("since", override.since)):
            if day and weekly_from and (day < weekly_from or (day - weekly_from).days % 7):
                return f"{where}.{key}: found {day}, expected an as-of date: {weekly_from} or whole weeks after it"
            if day and dates and day not in dates:
                return f"{where}.{key}: found {day}, expected an as-of date: one of {', '.join(map(str, dates))}"
    return None
