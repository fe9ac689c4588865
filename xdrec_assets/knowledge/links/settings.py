"""Settings of the links between items of different platforms."""

from pydantic import BaseModel, ConfigDict, Field


class LinkSettings(BaseModel):
    """Which items of other platforms are linked to an item, and when two of them are one product."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n_links: int = Field(default=5, ge=1, le=100, description="Nearest items kept for an item on each other platform")
    exact_below: int = Field(
        default=20_000,
        ge=0,
        description="Items of a platform up to which all of them are compared; of more, faiss picks candidates first",
    )
    candidates: int = Field(
        default=10, ge=1, le=1000, description="Candidates that faiss picks per link, to be compared in full"
    )
    chance: float = Field(
        default=0.001,
        gt=0,
        lt=1,
        description="Share of items that would find a link called same_topic if their texts were about nothing",
    )
    text: float = Field(
        default=0.25, ge=-1, le=1, description="Least cosine of two whitened texts that may be of the same product"
    )
    title_alone: float = Field(
        default=0.7, gt=0, le=1, description="Share of their words from which titles alone make the same product"
    )
    title_with_audience: float = Field(
        default=0.6, gt=0, le=1, description="The same where more people took both than chance would have it"
    )
    audience: int = Field(
        default=20, ge=1, description="People of both platforms whom each of two items needs for its audience to count"
    )
    shared: int = Field(default=2, ge=1, description="Least people who took both for the audience to speak for it")
    p_value: float = Field(
        default=0.01,
        gt=0,
        lt=1,
        description="Likelihood by chance (Fisher's exact test) up to which a shared audience speaks for it",
    )
    seed: int = Field(default=0, ge=0, description="Seed of faiss's codes and of the texts about nothing")
