"""Which model writes, and how: all that decides what it answers, and so part of the key of what is stored."""

from datetime import date
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

OF_THE_SERVER = ("precision", "remote_code", "tokens_per_batch")


class GeneratorSpec(BaseModel):
    """A text generator as the settings name it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    model: str = Field(
        min_length=1,
        description="A folder with a Hugging Face causal language model, owner/model@commit on the hub, "
        "or with an endpoint the name there",
    )
    endpoint: str | None = Field(
        default=None, description="Server with OpenAI's chat completions interface, such as vLLM, as in https://host/v1"
    )
    revision: str | None = Field(
        default=None, min_length=1, description="With an endpoint: what tells its weights from later ones of that name"
    )
    network: bool = Field(default=False, description="Whether a hub model may be downloaded, or an endpoint asked")
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="auto takes the graphics card where there is one"
    )
    precision: Literal["auto", "fp32", "bf16"] = Field(
        default="auto", description="auto takes bf16 on a card that multiplies in it, else fp32"
    )
    temperature: float = Field(
        default=0.0, ge=0, le=2, description="0 writes the most likely token each time; more draws, seeded"
    )
    seed: int = Field(default=0, ge=0, description="Seed of the drawing")
    max_prompt_tokens: int = Field(
        default=4096, ge=16, description="Tokens read of a prompt; a longer one is refused, not cut"
    )
    tokens_per_batch: int = Field(
        default=16384, ge=1, description="Tokens of prompts and answers computed together; halved where memory is out"
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
                "of it and give the key by XDREC_GENERATOR_KEY",
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
        """All but the weights that decides an answer, readable, as in "greedy 4096"; part of the key."""
        how = "greedy" if not self.temperature else f"temperature {self.temperature:g} seed {self.seed}"
        return f"{'endpoint ' if self.endpoint else ''}{how} {self.max_prompt_tokens}"
