"""How an encoder is tuned: what the settings may say of the training itself."""

from pydantic import BaseModel, ConfigDict, Field


class TrainingSettings(BaseModel):
    """Contrastive training on pairs of texts; what the pairs are is said elsewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = Field(default=300, ge=1, description="Batches learned from, at most")
    minutes: float | None = Field(
        default=None, gt=0, description="Training ends after so long; then the result depends on the machine's speed"
    )
    batch_size: int = Field(default=64, ge=2, description="Pairs in a batch; the others are each pair's negatives")
    temperature: float = Field(default=0.05, gt=0, description="What cosines are divided by before the softmax")
    learning_rate: float | None = Field(
        default=None, gt=0, description="Largest step size; null: 0.00005, with lora_rank 0.0005"
    )
    lora_rank: int | None = Field(
        default=None, ge=1, description="Rank of low-rank adapters (LoRA), merged at the end; null: all weights learn"
    )
    across_share: float | None = Field(
        default=0.5, ge=0, le=1, description="Share of a batch that are pairs across platforms; null: as they come"
    )
    popularity_correction: bool = Field(
        default=True, description="Whether popular items' logits are lowered by the logarithm of their share (logQ)"
    )
    max_tokens: int = Field(default=64, ge=8, description="Tokens read of a text in training")
    validate_every: int = Field(default=25, ge=1, description="Steps between two looks at the validation pairs")
    patience: int = Field(default=4, ge=1, description="Training ends after so many looks without a better one")
    seed: int = Field(default=0, ge=0, description="Seed of the draws, of dropout and of the adapters")

    @property
    def chosen_learning_rate(self) -> float:
        """The learning rate given, or what suits the way of tuning."""
        return self.learning_rate or (5e-4 if self.lora_rank else 5e-5)
