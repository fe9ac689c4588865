"""Settings of the knowledge stage."""

from typing import get_args

from pydantic import BaseModel, ConfigDict, Field

from xdrec_assets.knowledge.alignment.settings import AlignmentName, AlignmentSettings
from xdrec_assets.knowledge.extraction.settings import ExtractionSettings, GeneratorSettings, TopicSettings
from xdrec_assets.knowledge.fusion.settings import FusionName, FusionSettings
from xdrec_assets.knowledge.graph.settings import GraphSettings
from xdrec_assets.knowledge.links.settings import LinkSettings


class CompareSettings(BaseModel):
    """Which fusions and alignments are tried beside the chosen ones, and judged by what came after; none need be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fusions: tuple[FusionName, ...] = Field(
        default=get_args(FusionName), description="Each is tried with the chosen alignment"
    )
    alignments: tuple[AlignmentName, ...] = Field(
        default=get_args(AlignmentName), description="Each is tried with the chosen fusion"
    )


class KnowledgeSettings(BaseModel):
    """How item and person vectors are made out of what the platforms and outside sources know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alignment: AlignmentSettings = AlignmentSettings()
    fusion: FusionSettings = FusionSettings()
    compare: CompareSettings = CompareSettings()
    behaviour_size: int = Field(
        default=64, ge=2, le=1024, description="Length of the item vectors learned from behaviour"
    )
    half_life_days: float = Field(
        default=180.0, gt=0, description="Age at which a choice weighs half in a person's vector"
    )
    links: LinkSettings = LinkSettings()
    graph: GraphSettings = GraphSettings()
    extraction: ExtractionSettings = ExtractionSettings()
    topics: TopicSettings = TopicSettings()
    generator: GeneratorSettings | None = Field(
        default=None, description="A language model that writes, by the keys in docs/generation.md; null: none is asked"
    )
    seed: int = Field(default=0, ge=0, description="Seed of the randomised decompositions")
