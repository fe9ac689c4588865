"""Settings of the knowledge stage."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SourceName = Literal["text", "words", "behaviour", "documents"]
FusionName = Literal["sum", "weighted", "concat"]


class KnowledgeSettings(BaseModel):
    """How item and person vectors are made out of what the platforms and outside sources know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fusion: FusionName = Field(default="concat", description="How the sources of an item become one vector")
    weights: dict[SourceName, float] = Field(
        default={"text": 1.0, "words": 0.1, "behaviour": 0.1, "documents": 0.1},
        description="What each source counts in the fusions weighted and concat; one that is not named is left out",
    )
    size: int = Field(default=512, ge=2, le=4096, description="Length of a fused vector")
    behaviour_size: int = Field(
        default=64, ge=2, le=1024, description="Length of the item vectors learned from behaviour"
    )
    half_life_days: float = Field(
        default=180.0, gt=0, description="Age at which a choice weighs half in a person's vector"
    )
    triples: str | None = Field(
        default=None, description="File of outside facts (head, relation, tail between tabs) below a local landing root"
    )
    links: int = Field(default=5, ge=1, le=100, description="Nearest items kept for an item on each other platform")
    seed: int = Field(default=0, ge=0, description="Seed of the randomised decompositions")
