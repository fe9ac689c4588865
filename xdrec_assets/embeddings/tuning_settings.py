"""Settings of the tuned encoder: what it learns from, and how."""

from datetime import date

from pydantic import Field

from resources.encoding.tuning_settings import TrainingSettings


class TuningSettings(TrainingSettings):
    """Which choices are pairs, and the training on them."""

    before: date | None = Field(
        default=None, description="It learns from what was known before this date; null: the first as-of date"
    )
    within_days: float = Field(default=30.0, gt=0, description="Days between two choices of a person that are a pair")
    window: int = Field(default=10, ge=1, description="A choice is paired with so many next ones of the person")
    validation_days: float = Field(
        default=28.0, gt=0, description="Pairs of so many last days judge the training, and are not learned from"
    )
    validation_pairs: int = Field(default=2000, ge=10, description="Of them, drawn at random, so many decide")
