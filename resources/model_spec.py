"""What settings of any language model have in common: which one, and on whose machine."""

from datetime import date
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError


class ModelSpec(BaseModel):
    """A model in a folder or on the hub, or behind a server; what else it may be told stands in its subclasses."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    OF_THE_SERVER: ClassVar[tuple[str, ...]]
    """Settings that are a server's to choose."""
    KEY: ClassVar[str]
    """The name in the environment of the key that is sent to the server."""

    model: str = Field(min_length=1)
    endpoint: str | None = None
    revision: str | None = Field(
        default=None, min_length=1, description="With an endpoint: what tells its weights from later ones of that name"
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
                "of it and give the key by {key}",
                {"key": cls.KEY},
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
        chosen = [name for name in self.OF_THE_SERVER if name in self.model_fields_set] if self.endpoint else []
        if any(getattr(self, name) != type(self).model_fields[name].default for name in chosen):
            raise ValueError(f"{', '.join(chosen)} are the server's to choose; take them out where endpoint is given")
        return self
