"""Which model encodes, and how: all that decides what a vector is, and so part of the key of what is stored."""

from datetime import date
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

Pooling = Literal["mean", "cls", "last"]

OF_THE_SERVER = ("pooling", "max_tokens", "long_texts", "precision", "remote_code")


class EncoderSpec(BaseModel):
    """A text encoder as the settings name it: a name alone, or a mapping with the fields below."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    model: str = Field(
        default="minilm",
        min_length=1,
        description="minilm (packaged), a folder with a Hugging Face model, or owner/model@commit on the hub",
    )
    endpoint: str | None = Field(
        default=None,
        description="Server with OpenAI's embeddings interface, as in https://host/v1; model is the name there",
    )
    revision: str | None = Field(
        default=None, min_length=1, description="With an endpoint: what tells its weights from later ones of that name"
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

    @field_validator("revision", mode="before")
    @classmethod
    def _is_a_word(cls, value: Any) -> Any:
        """YAML takes 2026-01-25 for a date and 3 for a number."""
        return str(value) if isinstance(value, date | int | float) else value

    @field_validator("endpoint")
    @classmethod
    def _is_a_plain_url(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if "@" in url or parts.query or parts.fragment:
            raise PydanticCustomError(
                "secret",
                "the URL holds more than a server and a path, and URLs are shown; take user, password and key out "
                "of it and give the key by XDREC_ENDPOINT_KEY",
            )
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"found {url!r}, expected a URL such as https://host/v1")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.endpoint is None and self.revision is not None:
            raise ValueError(
                f"revision {self.revision!r} stands without an endpoint; a folder's is the digest of its files, "
                "a hub model's is pinned in its name, as owner/model@commit"
            )
        if self.endpoint is not None and self.revision is None:
            raise ValueError(
                "an endpoint does not say which weights it runs; give revision a word that changes whenever they do, "
                "such as a date"
            )
        chosen = [name for name in OF_THE_SERVER if name in self.model_fields_set] if self.endpoint else []
        if any(getattr(self, name) != type(self).model_fields[name].default for name in chosen):
            raise ValueError(f"{', '.join(chosen)} are the server's to choose; take them out where endpoint is given")
        return self

    @property
    def variant(self) -> str:
        """All but the weights that decides what a vector is, readable, as in "mean 256 cut auto"; part of the key."""
        parts = [self.pooling, str(self.max_tokens), self.long_texts, self.precision]
        parts = ["endpoint"] if self.endpoint else parts
        parts += [f"size {self.size}"] if self.size else []
        parts += [] if self.normalise else ["raw length"]
        parts += [f"after {self.passage_prefix!r}"] if self.passage_prefix else []
        return " ".join(parts)
