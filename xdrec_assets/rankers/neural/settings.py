"""What all rankers have in common that learn by gradient."""

from typing import Literal, Self

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from xdrec_assets.rankers.section import Section

Vectors = Literal["fused", "text", "both"]


class TrainingSettings(Section):
    """Length and pace of training."""

    epochs: int = Field(default=30, ge=1, description="Passes over everyone's events at most")
    events_per_batch: int = Field(default=4096, ge=1, description="Events of the people that make a batch, about")
    learning_rate: float = Field(default=2e-3, gt=0, description="Step size of AdamW")
    weight_decay: float = Field(default=0.0, ge=0, description="Decay of weights apart from the gradient")
    warmup_batches: int = Field(default=50, ge=0, description="Batches in which the step size grows to its value")
    patience: int = Field(
        default=3, ge=1, description="Passes without a better NDCG@10 on validation after which training ends"
    )
    validation_people: int = Field(
        default=1000,
        ge=0,
        description="People, a tenth of all at most, whose last day is held out to validate; 0: all passes are made",
    )
    seed: int = Field(default=0, ge=0, description="Seed of first weights, batches, dropout and negatives")


class TowerSettings(TrainingSettings):
    """What networks share whose items' states come from a tower."""

    learning_rate: float = Field(default=1e-3, gt=0, description="Step size of AdamW")
    size: int = Field(default=64, ge=1, description="Size of the states")
    vector_dropout: float = Field(default=0.2, ge=0, lt=1, description="Share left out of the layer over the vectors")
    id_dropout: float = Field(
        default=0.5, ge=0, le=1, description="How often an item is told by its vectors alone in training; 1: always"
    )
    temperature: float = Field(default=0.1, gt=0, description="Divides the cosine of a person's and an item's state")
    negatives: int = Field(
        default=512, ge=0, description="Items of each platform drawn evenly beside those of the batch"
    )
    popularity_half_life_days: float | None = Field(
        default=30.0, gt=0, description="Days until an event counts half for popularity when asked; null: all alike"
    )
    smoothing: float = Field(
        default=0.1, gt=0, description="Share of the mean item's popularity that every item is given"
    )


class PersonTowerSettings(TowerSettings):
    """What networks share that tell a person by attention to the states of what was taken."""

    epochs: int = Field(default=2, ge=1, description="Passes over everyone's events at most; more where they are few")
    length: int = Field(default=100, ge=1, description="Last events of a person that are read")
    half_lives_days: tuple[PositiveFloat, ...] = Field(
        default=(30.0, 365.0), min_length=1, description="Where each head of attention to events starts in forgetting"
    )
    dropout: float = Field(default=0.2, ge=0, lt=1, description="Share of a person's dense layer left out in training")
    profile: Literal["earlier", "others"] = Field(
        default="earlier", description="What a person is told by to find an event: events of days before, or all others"
    )
    platform_dropout: float = Field(
        default=0.3, ge=0, le=1, description="How often a person is told by events on other platforms alone"
    )


class TwoTowerSettings(PersonTowerSettings):
    """A tower of people over a tower of items."""

    vectors: Vectors = Field(default="fused", description="What is read of items")


class TextEncoderSettings(PersonTowerSettings):
    """A language model that goes on learning with the ranker, and a dense head over it."""

    id_dropout: float = Field(
        default=1.0, ge=0, le=1, description="How often an item is told by its text alone in training; 1: always"
    )
    encoder: str = Field(
        default="minilm", min_length=1, description="As embeddings.encoder.model; it has to be on this machine"
    )
    max_tokens: int = Field(default=64, ge=8, description="Tokens read of a text")
    tuned_layers: int = Field(
        default=2, ge=0, description="Last layers of the encoder that learn; 0: none, the dense head alone"
    )
    encoder_step_share: float = Field(
        default=0.03, gt=0, le=1, description="Step size of the encoder as a share of that of all else"
    )
    texts_per_batch: int = Field(
        default=256, ge=1, description="Texts of a batch that are read anew; the others are as they were read last"
    )


class LSTMSettings(TowerSettings):
    """A recurrent network over what a person took, and dense layers over what is known of it."""

    vectors: Vectors = Field(default="fused", description="What is read of items")
    epochs: int = Field(default=2, ge=1, description="Passes over everyone's events at most; more where they are few")
    length: int = Field(default=50, ge=2, description="Last events of a person that are read")
    dropout: float = Field(default=0.2, ge=0, lt=1, description="Share of the recurrent network's input left out")


class NCFSettings(TrainingSettings):
    """Two embeddings, and dense layers over both."""

    patience: int = Field(
        default=8,  # its first passes learn popularity alone and bring nothing better
        ge=1,
        description="Passes without a better NDCG@10 on validation after which training ends",
    )
    size: int = Field(default=32, ge=1, description="Size of a person's and of an item's embedding")
    layers: tuple[PositiveInt, ...] = Field(default=(32, 16), min_length=1, description="Sizes of the dense layers")
    factors: int = Field(default=16, ge=0, description="Size of the factorisation beside the dense layers; 0: none")
    negatives: int = Field(default=4, ge=1, description="Items not taken that are drawn for each that was")
    dropout: float = Field(default=0.2, ge=0, lt=1, description="Share of the embeddings left out in training")
    popularity_half_life_days: float | None = Field(
        default=30.0, gt=0, description="Days until an event counts half for popularity when asked; null: all alike"
    )
    smoothing: float = Field(
        default=0.1, gt=0, description="Share of the mean item's popularity that every item is given"
    )


class SASRecSettings(TrainingSettings):
    """Self-attention over what a person took, in its order."""

    epochs: int = Field(default=20, ge=1, description="Passes over everyone's events at most")
    events_per_batch: int = Field(default=2048, ge=1, description="Events of the people that make a batch, about")
    learning_rate: float = Field(default=1e-3, gt=0, description="Step size of AdamW")
    size: int = Field(default=128, ge=1, description="Size of the states")
    blocks: int = Field(default=2, ge=1, description="Layers of attention")
    heads: int = Field(default=2, ge=1, description="Heads of attention; they divide the size among them")
    length: int = Field(default=50, ge=1, description="Last events of a person that are read")
    dropout: float = Field(default=0.4, ge=0, lt=1, description="Share left out of events and of each layer's result")
    has_ids: bool = Field(default=True, description="Whether items have embeddings of their own, beside their vectors")
    vectors: Literal["text", "fused", "none"] = Field(default="text", description="What is read of items")
    vector_dropout: float = Field(default=0.2, ge=0, lt=1, description="Share of what the vectors say left out")
    has_platforms: bool = Field(default=True, description="Whether events say on which platform they happened")
    negatives: int = Field(
        default=0, ge=0, description="Items of each platform drawn for a batch to compare with; 0: all of them"
    )
    popularity_half_life_days: float | None = Field(
        default=None, gt=0, description="Days until an event counts half for popularity when asked; null: it is learned"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.size % self.heads:
            raise ValueError(f"size {self.size} cannot be divided among {self.heads} heads; choose a multiple of them")
        if not self.has_ids and self.vectors == "none":
            raise ValueError("items have neither embeddings nor vectors; set has_ids or choose vectors")
        return self
