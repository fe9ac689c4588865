"""How rankers are compared."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class EvaluationSettings(BaseModel):
    """Test window, cut-off and candidates of an evaluation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(default=7, ge=1, description="Length of the test window: events in [as_of, as_of + days).")
    k: int = Field(default=10, ge=1, description="Metrics look at the first k recommendations.")
    catalogue: Literal["known", "seen"] = Field(
        default="known",
        description="Candidates of a platform: every item known before as_of, or only items seen in training.",
    )
    min_strength: float = Field(
        default=0.0, ge=0, lt=1, description="A test event makes its item relevant when its strength is above this."
    )
    champion_windows: int = Field(
        default=4, ge=1, description="The champion is chosen on this many of the latest finished test windows."
    )
