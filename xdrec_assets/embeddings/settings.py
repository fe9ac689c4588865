"""Settings of the embeddings stage."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class EmbeddingSettings(BaseModel):
    """How texts become vectors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: str = Field(
        default="minilm",
        description="minilm (packaged), a folder with a Hugging Face encoder, or owner/model@commit on the hub",
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="auto takes the graphics card where there is one"
    )
    network: bool = Field(default=False, description="Whether a hub model may be downloaded")
    chunk_size: int = Field(default=8192, ge=1, description="Texts encoded between two batches of rows handed on")
    words_size: int = Field(default=128, ge=2, le=4096, description="Length of the word vectors (TF-IDF with SVD)")
    documents: str | None = Field(
        default=None, description="Folder of outside documents (.md) below a local landing root; none: no documents"
    )
    seed: int = Field(default=0, ge=0, description="Seed of the word vectors' decomposition")
