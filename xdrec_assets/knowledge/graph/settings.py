"""Settings of the graph encoder."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

EncoderName = Literal["none", "transe", "complex", "rotate", "lightgcn", "relational"]


class GraphSettings(BaseModel):
    """How the entities of the knowledge graph become vectors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: EncoderName = Field(
        default="transe",
        description="What makes entities vectors: transe, complex or rotate from facts alone, lightgcn or relational "
        "from facts and choices; none makes none",
    )
    size: int = Field(default=64, ge=2, le=4096, multiple_of=2, description="Length of an entity's vector")
    epochs: int = Field(default=15, ge=1, le=10_000, description="Passes over the facts, at most")
    patience: int = Field(
        default=2, ge=1, le=1000, description="Checks on the validation part without a better one after which to stop"
    )
    check_every: int = Field(default=5, ge=1, le=1000, description="Passes between two checks on the validation part")
    learning_rate: float = Field(default=0.3, gt=0, le=10, description="Step size of the row-wise Adagrad")
    margin: float = Field(
        default=9.0, ge=0, le=100, description="Distance at which transe and rotate are undecided about a fact"
    )
    adversarial: float = Field(
        default=1.0, ge=0, le=10, description="How much harder false facts count more in transe and rotate (0: alike)"
    )
    regularisation: float = Field(
        default=0.03, ge=0, le=100, description="How much large numbers cost in complex, lightgcn and relational"
    )
    negatives: int = Field(default=64, ge=1, le=4096, description="False facts beside each true one")
    batch: int = Field(default=1024, ge=1, le=1_000_000, description="Facts in a step")
    layers: int = Field(default=2, ge=1, le=4, description="How far lightgcn and relational look around")
    fan_out: int = Field(
        default=10, ge=1, le=1000, description="Neighbours sampled around an entity while lightgcn and relational learn"
    )
    held_out: float = Field(
        default=0.05,
        ge=0,
        le=0.5,
        description="Share of the facts kept for the figures, and as many again to know when to stop",
    )
    seed: int = Field(default=0, ge=0, description="Seed of the split, the first vectors and the false facts")
