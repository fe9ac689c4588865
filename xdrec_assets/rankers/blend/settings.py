"""Settings of the blend and of what it blends."""

from typing import Any, Literal

from pydantic import Field

from xdrec_assets.rankers.section import Section


class MemberSettings(Section):
    """A ranker whose scores are blended."""

    ranker: str = Field(description="Its name in the registry")
    scope: Literal["own", "all"] = Field(
        default="own", description="own: learns from the target platform alone; all: from all platforms together"
    )
    settings: dict[str, Any] = Field(default_factory=dict, description="What differs from its default settings")


class TrendingSettings(Section):
    """Recent votes of people alike."""

    neighbours: int = Field(default=400, ge=1, description="Nearest people who vote")
    half_life_days: float | None = Field(
        default=30.0, gt=0, description="Days until a vote counts half; null: all count alike"
    )


class TreesSettings(Section):
    """Size and effort of the boosted trees."""

    trees: int = Field(default=80, ge=1, description="Trees, grown one after the other")
    depth: int = Field(default=5, ge=1, le=10, description="Questions on the way to a leaf, at most")
    learning_rate: float = Field(default=0.08, gt=0, le=1, description="Share of each tree's step that is taken")
    examples_per_leaf: int = Field(default=200, ge=1, description="Examples a leaf has, at least")
    ridge: float = Field(default=10.0, ge=0, description="Penalty on the squared values of leaves")


MEMBERS = (
    MemberSettings(ranker="nearest_text"),
    MemberSettings(ranker="nearest_text", scope="all"),
    MemberSettings(ranker="trending"),
    MemberSettings(ranker="trending", scope="all"),
    MemberSettings(ranker="clusters", settings={"clusters": 8, "half_life_days": 10.0}),
    MemberSettings(ranker="clusters", scope="all", settings={"clusters": 16, "half_life_days": 10.0}),
    MemberSettings(ranker="item_knn"),
    MemberSettings(ranker="als", scope="all", settings={"iterations": 8}),
)


class BlendSettings(Section):
    """What is blended, and how the blend is learned."""

    members: tuple[MemberSettings, ...] = Field(
        default=MEMBERS, min_length=1, description="The rankers whose scores are blended"
    )
    candidates: int = Field(default=25, ge=1, description="Best items of each member that are weighed up")
    split: Literal["auto", "time", "last_event"] = Field(
        default="auto",
        description="Learn from what was taken after a moment, or from each person's last items; "
        "auto: last_event where ages are only places in a sequence",
    )
    windows: int = Field(default=10, ge=1, description="Moments of the past that are learned from")
    window_days: float = Field(
        default=90.0, gt=0, description="Days after each moment in which what is taken counts; fewer in a short history"
    )
    step_days: float = Field(
        default=30.0, gt=0, description="Days from one moment to the next; fewer in a short history"
    )
    people: int = Field(default=900, ge=1, description="People of a platform learned from in a window, at most")
    negatives: int = Field(default=40, ge=1, description="Candidates not taken that are kept per person, at most")
    learner: Literal["auto", "trees", "linear"] = Field(
        default="auto", description="auto: trees where enough was taken to learn from, else the linear model"
    )
    taken_for_trees: int = Field(default=1_000, ge=1, description="Candidates taken from which on auto grows trees")
    trees: TreesSettings = Field(default=TreesSettings(), description="Size and effort of the trees")
    seed: int = Field(default=0, ge=0, description="Seed of the draw of people and candidates not taken")
