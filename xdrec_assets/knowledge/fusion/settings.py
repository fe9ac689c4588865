"""Settings of the fusion of sources."""

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

SourceName = Literal["text", "words", "behaviour", "documents", "graph", "image", "audio"]
FusionName = Literal["sum", "weighted", "concat", "gated", "attention", "experts"]
SOURCES: tuple[SourceName, ...] = get_args(SourceName)


class FusionSettings(BaseModel):
    """How the sources of an item become one vector."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    strategy: FusionName = Field(
        default="concat",
        description="sum, weighted: added. concat: side by side. gated, attention, experts: concat, and a network that "
        "learns from what people choose together what to add to it",
    )
    weights: dict[SourceName, float] = Field(
        default=dict.fromkeys(SOURCES, 1.0),
        description="What each source counts in all fusions but sum; one that is not named is left out of all",
    )
    size: int = Field(default=512, ge=2, le=4096, description="Length of a fused vector")
    input_size: int = Field(
        default=64, ge=2, le=1024, description="Leading directions of each source that a network reads"
    )
    n_experts: int = Field(default=4, ge=1, le=64, description="Of the fusion experts")
    within_days: float = Field(
        default=30.0, gt=0, description="Days between two choices of a person that a network takes for a pair"
    )
    window: int = Field(default=5, ge=1, le=50, description="Next choices that each choice makes a pair with")
    validation_share: float = Field(
        default=0.1, gt=0, lt=1, description="The latest pairs, which are not learned from: they stop the training"
    )
    fewest_pairs: int = Field(default=200, ge=2, description="Pairs below which nothing is learned: concat alone")
    steps: int = Field(default=200, ge=1, description="Of training at most")
    patience: int = Field(default=3, ge=1, description="Looks at the latest pairs without gain that end the training")
    batch_size: int = Field(default=256, ge=2, description="Pairs in one step of training")
    learning_rate: float = Field(default=1e-3, gt=0, description="Of Adam")
    temperature: float = Field(
        default=0.1, gt=0, description="Of the contrast: the smaller, the more the nearest of the others count"
    )
    anchor: float = Field(
        default=1.0, ge=0, description="How hard items hold on to their place in the concatenation; 0: not at all"
    )
    hidden: float = Field(
        default=0.3, ge=0, lt=1, description="Share of sources hidden in training, so that none is relied on alone"
    )
    popularity_correction: bool = Field(
        default=True, description="Whether items that are chosen often are pushed away less, as they are drawn often"
    )
    seed: int = Field(default=0, ge=0, description="Seed of the networks and of what is drawn at random")
