"""How the settings of rankers are searched for, if they are."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from xdrec_assets.rankers.search.spaces import SPACES
from xdrec_assets.rankers.section import Section


class SearchSettings(Section):
    """Effort of the searches, what they are validated by, and whether models are trained with what they choose."""

    trials: int = Field(
        default=0, ge=0, description="Settings tried for each model of a ranker beside those that stand; 0: no search"
    )
    seconds: float = Field(
        default=300.0, gt=0, description="For each ranker, all of its models together: no trial begins after so long"
    )
    rankers: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="Whose settings are searched for; null: of all that have a space"
    )
    window: Literal["time", "last_event"] = Field(
        default="time",
        description="What validates: what was taken in the last `days` before the as-of date, or everyone's last event",
    )
    days: int = Field(default=14, ge=1, description="Length of a validation window, where it is one of time")
    windows: int = Field(
        default=1,
        ge=1,
        le=12,
        description="Validation windows, each before the next; every trial is trained once for each, and what is good "
        "at one moment alone is not taken for good",
    )
    people: int = Field(
        default=2000, ge=1, description="People of a platform, drawn once, who validate in a window at most"
    )
    margin: float = Field(
        default=1.0,
        ge=0,
        description="Standard errors of the paired difference by which NDCG must be above that of the settings that "
        "stand before others are chosen",
    )
    use: bool = Field(
        default=False, description="Train with the chosen settings; false: they are reported, and change no model"
    )
    seed: int = Field(default=0, ge=0, description="Seed of what is tried and of who validates")

    @field_validator("rankers")
    @classmethod
    def _have_a_space(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        unknown = sorted(set(value or ()) - set(SPACES))
        if unknown:
            raise ValueError(f"found {', '.join(unknown)}, expected rankers that have a space: {', '.join(SPACES)}")
        return value

    @model_validator(mode="after")
    def _use_what_is_searched(self) -> Self:
        if self.use and not self.trials:
            raise ValueError("use is true and trials is 0, so that there is nothing to use; give trials, or leave use")
        return self

    def searches(self, ranker: str) -> bool:
        """Whether a ranker's settings are searched for."""
        return self.trials > 0 and ranker in (SPACES if self.rankers is None else self.rankers)
