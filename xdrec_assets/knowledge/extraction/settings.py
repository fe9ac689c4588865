"""Settings of the extraction: the text generator, facts from documents, topics and interests."""

from pydantic import BaseModel, ConfigDict, Field

from resources.generation.spec import GeneratorSpec


class GeneratorSettings(GeneratorSpec):
    """A text generator, and how much it is asked in one run; none: topics are named by keywords."""

    facts: bool = Field(default=True, description="Whether facts are asked for from outside documents")
    topics: bool = Field(default=True, description="Whether names of topics are asked for")
    interests: bool = Field(
        default=False, description="Whether interests of people are asked for from the titles that they chose last"
    )
    per_run: int = Field(
        default=1000, ge=1, description="Texts asked about in one run and step; the next run goes on with the others"
    )
    chunk_size: int = Field(default=64, ge=1, description="Answers between two commits: what a kill loses at most")


class ExtractionSettings(BaseModel):
    """Facts that are read out of outside documents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mentions: bool = Field(default=True, description="Whether known names that a document mentions are linked to it")
    least_confidence: float = Field(
        default=0.3, ge=0, le=1, description="A mention below it, of a name that many documents have, is left out"
    )
    generated_confidence: float = Field(
        default=0.5, ge=0, le=1, description="Confidence of a fact that a text generator has read out of a document"
    )
    characters: int = Field(
        default=6000, ge=100, description="Characters at the beginning of a document that a text generator reads"
    )


class TopicSettings(BaseModel):
    """Topics of items, over all platforms, and interests of people made of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: int | None = Field(
        default=None, ge=2, le=5000, description="Topics; null: the square root of half the items that have a text"
    )
    keywords: int = Field(default=8, ge=1, le=50, description="Words kept that set a topic apart from the others")
    interests: int = Field(default=5, ge=1, le=50, description="Interests kept of a person, the strongest ones")
    recent: int = Field(
        default=20, ge=1, le=200, description="Titles chosen last that a text generator reads of a person"
    )
    seed: int = Field(default=0, ge=0, description="Seed of the clustering")
