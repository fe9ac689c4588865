"""Settings of the alignment between platforms."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

AlignmentName = Literal["none", "whitening", "procrustes_people", "procrustes_twins", "adversarial", "contrastive"]


class AlignmentSettings(BaseModel):
    """How texts of different platforms come to lie in one space; every method but none starts from whitening."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: AlignmentName = Field(
        default="whitening",
        description="none: as encoded. whitening: each platform by itself. procrustes_people, procrustes_twins: then "
        "turned, so that people who are on two platforms, or products that two list, meet themselves. adversarial: "
        "then mapped, until a network cannot tell the platforms apart. contrastive: mapped, so that people find "
        "themselves among others",
    )
    anchor: float = Field(
        default=1.0,
        ge=0,
        description="How hard the methods that learn hold on to leaving every vector in its place; 0: not at all",
    )
    fewest_pairs: int = Field(
        default=20, ge=1, description="Shared people or twins below which a platform is whitened, not turned"
    )
    most_people: int = Field(default=20_000, ge=1, description="Shared people learned from; of more, so many are drawn")
    steps: int = Field(default=300, ge=1, description="Of training at most, where the method trains")
    batch_size: int = Field(default=256, ge=2, description="Items of a platform, or people, in one step of training")
    learning_rate: float = Field(default=1e-3, gt=0, description="Of Adam, where the method trains")
    temperature: float = Field(
        default=0.1, gt=0, description="Of contrastive: the smaller, the more the nearest of the others count"
    )
    seed: int = Field(default=0, ge=0, description="Seed of what is drawn at random")
