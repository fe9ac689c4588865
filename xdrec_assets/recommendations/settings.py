"""How many recommendations people get, and when a reason may be given."""

from pydantic import BaseModel, ConfigDict, Field


class RecommendationSettings(BaseModel):
    """Length of the lists and thresholds of the reasons."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    k: int = Field(default=20, ge=1, le=1000, description="Recommendations per person and platform.")
    min_similarity: float = Field(
        default=0.25,  # whitened MiniLM: the best of 24 unrelated own items reaches it in about 3 of 100 cases
        ge=0,
        le=1,
        description="«Because you liked …» needs at least this cosine between the two texts.",
    )
    liked_from: float = Field(
        default=0.5, ge=0, le=1, description="An own item counts as liked from this strength, as looked at below it."
    )
    own_items: int = Field(
        default=100, ge=1, description="A reason is sought among this many latest items of a person."
    )
    popular_share: float = Field(
        default=0.05,
        gt=0,
        le=1,
        description="This share of a platform's items, the most popular, may be called popular.",
    )
