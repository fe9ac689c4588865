"""Which model encodes pictures or sound, and how: the part of a vector's key that is not its weights."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class MediaSpec(BaseModel):
    """An encoder of pictures or sound as the settings name it: a model's name alone, or a mapping with these fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(description="A folder with a Hugging Face model, or owner/model@commit on the hub")
    pooling: Literal["auto", "cls", "pooled"] = Field(
        default="auto",
        description="auto: the space shared with texts where the model has one, else the first token (ViT, DINOv2)",
    )
    precision: Literal["auto", "fp32", "bf16"] = Field(
        default="auto", description="auto takes bf16 on a graphics card that multiplies in it, else fp32"
    )

    @property
    def variant(self) -> str:
        """All but the weights that decides what a vector is, readable, as in "auto auto"; part of the key."""
        return f"{self.pooling} {self.precision}"
