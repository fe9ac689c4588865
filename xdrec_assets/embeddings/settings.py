"""Settings of the embeddings stage."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from resources.encoding.media_spec import MediaSpec
from resources.encoding.spec import EncoderSpec
from resources.encoding.word_vectors import WordMethod
from xdrec_assets.embeddings.tuning_settings import TuningSettings


class EmbeddingSettings(BaseModel):
    """How texts become vectors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    encoder: EncoderSpec = EncoderSpec()
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="auto takes the graphics card where there is one"
    )
    network: bool = Field(default=False, description="Whether a hub model may be downloaded, or an endpoint asked")
    tuning: TuningSettings | None = Field(
        default=None,
        description="Tunes the encoder on what people chose together, by the keys in docs/tuning.md; null: it stays",
    )
    chunk_size: int = Field(
        default=8192, ge=1, description="Texts encoded between two commits: what a kill loses at most"
    )
    texts_per_run: int | None = Field(
        default=None, ge=1, description="Texts encoded in one run; a costly model fills in several. null: all"
    )
    stored_as: Literal["float32", "float16"] = Field(
        default="float32", description="float16 rounds vectors to half precision; they take half the room"
    )
    quantised: Literal["none", "int8", "binary"] = Field(
        default="none", description="A second copy of the vectors in few bytes, for serving"
    )
    keep_retired_days: int = Field(
        default=30, ge=0, description="Days until the vectors of an encoder that no longer serves are removed"
    )
    person_items: int = Field(
        default=0, ge=0, description="Latest items of a person that make up the text encoded for them; 0: no such texts"
    )
    person_template: str = Field(
        default="{platform}: {title}", description="How an item stands in it: {platform} and {title}"
    )
    words: WordMethod = Field(
        default="tfidf", description="The baseline beside the encoder: tfidf (with SVD), or word2vec averaged by IDF"
    )
    image_encoder: MediaSpec | None = Field(
        default=None,
        description="Encodes pictures of items: a folder, owner/model@commit, or the keys in "
        "docs/pictures_and_sound.md; null: none are encoded",
    )
    audio_encoder: MediaSpec | None = Field(
        default=None, description="Encodes sounds of items, named likewise; null: none are encoded"
    )
    media_bytes: int = Field(
        default=32 << 20, ge=1, le=1 << 30, description="Of a picture or sound file; larger ones are not read"
    )
    media_pixels: int = Field(
        default=25_000_000, ge=1, le=89_000_000, description="Of a picture; one that has more is not decoded"
    )
    media_seconds: float = Field(default=60, gt=0, le=3600, description="Of a sound, read from its beginning")
    words_size: int = Field(default=128, ge=2, le=4096, description="Length of the word vectors")
    seed: int = Field(default=0, ge=0, description="Seed of the word vectors")

    @field_validator("encoder", "image_encoder", "audio_encoder", mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        """A name alone is a model's, all else as it stands by default."""
        return {"model": value} if isinstance(value, str) else value

    @field_validator("person_template")
    @classmethod
    def _known_fields(cls, value: str) -> str:
        try:
            filled = value.format(platform="", title="")
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(f"found {value!r}; use {{platform}} and {{title}} alone") from error
        if filled == value:
            raise ValueError(f"found {value!r}, which names no field; use {{title}}")
        return value
