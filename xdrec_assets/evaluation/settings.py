"""How rankers are compared."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from xdrec_assets.evaluation.champion.settings import ChampionSettings


class EvaluationSettings(BaseModel):
    """Test window, cut-off, candidates, segments and uncertainty of an evaluation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(default=7, ge=1, description="Length of the test window: events in [as_of, as_of + days).")
    k: int = Field(default=10, ge=1, description="Metrics look at the first k recommendations.")
    catalogue: Literal["known", "seen"] = Field(
        default="known",
        description="Candidates of a platform: every item known before as_of, or only items seen in training. It "
        "decides; over the other one everyone's metrics are given too.",
    )
    min_strength: float = Field(
        default=0.0, ge=0, lt=1, description="A test event makes its item relevant when its strength is above this."
    )
    threshold: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Rankers that give probabilities are also measured on those of the first k at or above this.",
    )
    few_events: int = Field(
        default=5, ge=1, description="Segment few_events: people who took fewer items than this on the platform."
    )
    head_share: float = Field(
        default=0.5,
        gt=0,
        lt=1,
        description="Segment long_tail: items outside the most popular ones that hold this share of what was taken.",
    )
    resamples: int = Field(default=1000, ge=100, description="Bootstrap resamples of the test people.")
    level: float = Field(default=0.95, gt=0.5, lt=1, description="How sure the intervals are.")
    seed: int = Field(default=0, ge=0, description="Seed of the resamples, the same for every ranker and window.")
    champion: ChampionSettings = Field(default=ChampionSettings(), description="How the champion is chosen.")
