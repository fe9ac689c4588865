"""Settings of the rankers, one section per ranker, each default described where it stands."""

from pydantic import Field, field_validator

from xdrec_assets.rankers.blend.settings import BlendSettings, TrendingSettings
from xdrec_assets.rankers.neural.settings import (
    LSTMSettings,
    NCFSettings,
    SASRecSettings,
    TextEncoderSettings,
    TwoTowerSettings,
)
from xdrec_assets.rankers.section import Section as Section

IN_USE = (
    "popularity",
    "item_knn",
    "user_knn",
    "nearest_text",
    "svd",
    "nmf",
    "ease",
    "als",
    "clusters",
    "linear",
    "logistic",
    "trending",
    "blend",
)
"""Those that train within a minute where events are some hundred thousand; neural ones take minutes on a processor."""


class NewItemsSettings(Section):
    """How rankers that read no texts answer for items without events: by the item whose text is nearest."""

    discount: float = Field(
        default=0.9, ge=0, le=1, description="Share of its score, times the cosine of the texts; 0: they score 0"
    )


class PopularitySettings(Section):
    """How quickly an item's popularity fades."""

    half_life_days: float | None = Field(
        default=30.0, gt=0, description="Days until an event counts half; null: all count alike"
    )


class ItemKNNSettings(Section):
    """Neighbourhoods of items."""

    shrinkage: float = Field(
        default=10.0, ge=0, description="Added to the denominator of the cosine; distrusts rare pairs"
    )
    neighbours: int | None = Field(
        default=None, ge=1, description="Nearest items kept per item; null: all that 1 GB has room for"
    )


class UserKNNSettings(Section):
    """Neighbourhoods of people."""

    neighbours: int = Field(default=100, ge=1, description="Nearest people who vote")


class NearestTextSettings(Section):
    """A person's profile of item texts."""

    half_life_days: float | None = Field(
        default=180.0, gt=0, description="Days until an event counts half; null: all count alike"
    )


class SVDSettings(Section):
    """Size of the singular value decomposition."""

    factors: int = Field(default=64, ge=1, description="Latent factors; fewer where the matrix has fewer")
    power_iterations: int = Field(default=4, ge=0, description="Passes that sharpen the randomised decomposition")
    seed: int = Field(default=0, ge=0, description="Seed of the random start")


class NMFSettings(Section):
    """Size and effort of the non-negative factorisation."""

    factors: int = Field(default=64, ge=1, description="Latent factors; fewer where the matrix has fewer")
    iterations: int = Field(default=20, ge=1, description="Passes of coordinate descent")
    seed: int = Field(default=0, ge=0, description="Seed of the starting factors")


class EASESettings(Section):
    """A linear model from items to items, in closed form."""

    ridge: float = Field(default=200.0, gt=0, description="Penalty on the squared weights between items")
    half_life_days: float | None = Field(
        default=365.0, gt=0, description="Days before a person's last event at which one weighs half; null: all alike"
    )
    largest: int = Field(
        default=20_000,
        ge=1,
        le=40_000,
        description="Rows of the largest matrix to invert; where items are more, the least taken score 0",
    )


class ALSSettings(Section):
    """Size and effort of the weighted factorisation."""

    factors: int = Field(default=64, ge=1, description="Latent factors")
    positive_weight: float = Field(
        default=40.0, gt=0, description="Weight of an interaction beyond the 1 of an item not taken"
    )
    ridge: float = Field(
        default=0.02, gt=0, description="Penalty on the squared length of a vector, times what follows"
    )
    ridge_exponent: float = Field(
        default=1.0, ge=0, le=1, description="Power of the summed weights of a vector's pairs; 0: one penalty for all"
    )
    half_life_days: float | None = Field(
        default=365.0, gt=0, description="Days before a person's last event at which one weighs half; null: all alike"
    )
    iterations: int = Field(default=15, ge=1, description="Times that people and items are learned in turn")
    steps: int = Field(default=3, ge=1, description="Steps of conjugate gradient each time")
    seed: int = Field(default=0, ge=0, description="Seed of the items' first vectors")


class ClustersSettings(Section):
    """Groups of people with alike profiles, and what is popular in each."""

    clusters: int = Field(default=16, ge=1, description="Groups; fewer where fewer people are known")
    profile_half_life_days: float | None = Field(
        default=180.0, gt=0, description="Days before a person's last event at which one weighs half; null: all alike"
    )
    half_life_days: float | None = Field(
        default=30.0, gt=0, description="Days until an event counts half for popularity; null: all count alike"
    )
    shrinkage: float = Field(
        default=20.0, gt=0, description="Events by which a group's popularity is drawn to that of all"
    )
    iterations: int = Field(default=20, ge=1, description="Rounds at most of assigning people to groups")
    seed: int = Field(default=0, ge=0, description="Seed of the groups' first centres")


class LinearSettings(Section):
    """Weighted ridge regression per person over all items."""

    positive_weight: float = Field(
        default=10.0, gt=0, description="Weight of an interaction against 1 for an item not taken"
    )
    ridge: float = Field(default=100.0, gt=0, description="Penalty on the squared length of a person's weights")
    half_life_days: float | None = Field(
        default=90.0, gt=0, description="Days before a person's last event at which one weighs half; null: all alike"
    )


class LogisticSettings(Section):
    """Logistic preference per person, shrunk to weights that all share."""

    negatives: int = Field(
        default=500, ge=1, description="Items drawn once, shared by all people as examples not taken"
    )
    negative_weight: float = Field(
        default=10.0, gt=0, description="Weight of all negatives together against all positives"
    )
    prior_penalty: float = Field(default=1e-3, gt=0, description="Penalty on the shared weights' squared length")
    person_penalty: float = Field(
        default=0.1, gt=0, description="Penalty on a person's squared distance to the shared weights"
    )
    half_life_days: float | None = Field(
        default=180.0, gt=0, description="Days before a person's last event at which one weighs half; null: all alike"
    )
    iterations: int = Field(default=20, ge=1, description="Steps of accelerated gradient descent")
    seed: int = Field(default=0, ge=0, description="Seed of the draw of negatives")


class RankerSettings(Section):
    """Which rankers are in use, and one section per ranker; `registry.py` names the class that each one configures."""

    in_use: tuple[str, ...] = Field(
        default=IN_USE, description="Rankers that are trained, judged and may be served; popularity always is"
    )
    new_items: NewItemsSettings = NewItemsSettings()
    popularity: PopularitySettings = PopularitySettings()
    item_knn: ItemKNNSettings = ItemKNNSettings()
    user_knn: UserKNNSettings = UserKNNSettings()
    nearest_text: NearestTextSettings = NearestTextSettings()
    svd: SVDSettings = SVDSettings()
    nmf: NMFSettings = NMFSettings()
    ease: EASESettings = EASESettings()
    als: ALSSettings = ALSSettings()
    clusters: ClustersSettings = ClustersSettings()
    linear: LinearSettings = LinearSettings()
    logistic: LogisticSettings = LogisticSettings()
    trending: TrendingSettings = TrendingSettings()
    blend: BlendSettings = BlendSettings()
    two_tower: TwoTowerSettings = TwoTowerSettings()
    ncf: NCFSettings = NCFSettings()
    lstm: LSTMSettings = LSTMSettings()
    sasrec: SASRecSettings = SASRecSettings()
    text_encoder: TextEncoderSettings = TextEncoderSettings()

    @field_validator("in_use")
    @classmethod
    def _are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        known = [name for name in cls.model_fields if name not in ("in_use", "new_items")]
        unknown = [name for name in value if name not in known]
        if unknown:
            raise ValueError(f"no ranker is named {unknown[0]!r}; choose of {', '.join(known)}")
        if len(set(value)) < len(value):
            raise ValueError(f"{len(value) - len(set(value))} of {len(value)} rankers stand twice; name each once")
        if "popularity" not in value:
            raise ValueError("popularity is missing, which answers where others know nothing; add it")
        return value
