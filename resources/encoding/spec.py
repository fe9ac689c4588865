"""Which model encodes, and how: all that decides what a vector is, and so part of the key of what is stored."""

from typing import Literal

from pydantic import Field

from resources.model_spec import ModelSpec

Pooling = Literal["mean", "cls", "last"]


class EncoderSpec(ModelSpec):
    """A text encoder as the settings name it: a name alone, or a mapping with the fields below."""

    OF_THE_SERVER = ("pooling", "max_tokens", "long_texts", "precision", "remote_code")
    KEY = "XDREC_ENDPOINT_KEY"

    model: str = Field(
        default="minilm",
        min_length=1,
        description="minilm (packaged), a folder with a Hugging Face model, or owner/model@commit on the hub",
    )
    endpoint: str | None = Field(
        default=None,
        description="Server with OpenAI's embeddings interface, as in https://host/v1; model is the name there",
    )
    pooling: Literal["auto", "mean", "cls", "last"] = Field(
        default="auto", description="How token vectors become one; auto reads the model's own files"
    )
    passage_prefix: str = Field(default="", description="Stands before the text of an item")
    query_prefix: str = Field(default="", description="Stands before a text that searches: a person's behaviour text")
    size: int | None = Field(default=None, ge=1, description="First numbers kept of a vector (Matryoshka); null: all")
    normalise: bool = Field(default=True, description="Whether a vector is brought to unit length")
    max_tokens: int = Field(default=256, ge=8, description="Tokens read of a text, as far as the model allows")
    long_texts: Literal["cut", "chunk"] = Field(
        default="cut", description="A longer text is cut, or encoded in chunks whose vectors are averaged by tokens"
    )
    precision: Literal["auto", "fp32", "bf16"] = Field(
        default="auto", description="auto takes bf16 where the hardware multiplies in it, else fp32"
    )
    remote_code: str | None = Field(
        default=None, description="The model's name once more, to allow it to bring code of its own"
    )

    @property
    def variant(self) -> str:
        """All but the weights that decides what a vector is, readable, as in "mean 256 cut auto"; part of the key."""
        parts = [self.pooling, str(self.max_tokens), self.long_texts, self.precision]
        parts = ["endpoint"] if self.endpoint else parts
        parts += [f"size {self.size}"] if self.size else []
        parts += [] if self.normalise else ["raw length"]
        parts += [f"after {self.passage_prefix!r}"] if self.passage_prefix else []
        return " ".join(parts)
