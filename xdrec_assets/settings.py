"""The settings of all stages, as the platform folder's settings.yaml gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from data_quality.yaml_model import YamlError, complaints
from xdrec_assets.embeddings.settings import EmbeddingSettings
from xdrec_assets.evaluation.champion.settings import override_complaint
from xdrec_assets.evaluation.settings import EvaluationSettings
from xdrec_assets.knowledge.settings import KnowledgeSettings
from xdrec_assets.platforms.folder import PlatformFolder
from xdrec_assets.rankers.settings import RankerSettings
from xdrec_assets.recommendations.settings import RecommendationSettings

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class StageSettings:
    """What each stage may be told; the defaults stand beside what they configure."""

    embeddings: EmbeddingSettings
    knowledge: KnowledgeSettings
    rankers: RankerSettings
    evaluation: EvaluationSettings
    recommendations: RecommendationSettings


def stage_settings(folder: PlatformFolder) -> StageSettings:
    """Read every stage's section of settings.yaml.

    Raises:
        YamlError: names the file, the section, the key, what was found and what to do.
    """

    def read(section: str, model: type[M]) -> M:
        try:
            return model.model_validate(getattr(folder.settings, section))
        except ValidationError as error:
            raise YamlError(f"{folder.path / 'settings.yaml'}: {section}: {complaints(error, model)}") from error

    def evaluation() -> EvaluationSettings:
        """What a person has set for a platform must speak of one that there is, and of an as-of date."""
        settings, as_of = read("evaluation", EvaluationSettings), folder.settings.as_of
        platforms = [platform.platform for platform in folder.platforms]
        wrong = override_complaint(settings.champion.overrides, platforms, as_of.weekly_from, as_of.dates)
        if wrong:
            raise YamlError(f"{folder.path / 'settings.yaml'}: evaluation.{wrong}")
        return settings

    return StageSettings(
        embeddings=read("embeddings", EmbeddingSettings),
        knowledge=read("knowledge", KnowledgeSettings),
        rankers=read("rankers", RankerSettings),
        evaluation=evaluation(),
        recommendations=read("recommendations", RecommendationSettings),
    )
