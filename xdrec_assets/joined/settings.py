"""Settings of the history that models learn from."""

from pydantic import BaseModel, ConfigDict, Field


class HistorySettings(BaseModel):
    """How a history is held; what is in it does not depend on these."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    in_memory_interactions: int = Field(
        default=50_000_000,
        ge=0,
        description="Pairs of person and item held in memory, at 16 bytes each; of more, they lie on disk in "
        "XDREC_HOME/scratch and are read as they are needed",
    )
