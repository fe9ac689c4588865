"""The settings of all stages, as the platform folder's settings.yaml gives them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from data_quality.yaml_model import YamlError, complaints
from xdrec_assets.embeddings.settings import EmbeddingSettings
from xdrec_assets.evaluation.champion.settings import override_complaint
from xdrec_assets.evaluation.settings import EvaluationSettings
from xdrec_assets.joined.settings import HistorySettings
from xdrec_assets.knowledge.settings import KnowledgeSettings
from xdrec_assets.platforms.folder import AsOf, PlatformFolder
from xdrec_assets.rankers.search.settings import SearchSettings
from xdrec_assets.rankers.settings import RankerSettings
from xdrec_assets.rankers.transfer.settings import TransferSettings
from xdrec_assets.recommendations.settings import RecommendationSettings

M = TypeVar("M", bound=BaseModel)
DAYS_OF_A_WEEK: Final = 7


@dataclass(frozen=True)
class StageSettings:
    """What each stage may be told; the defaults stand beside what they configure."""

    history: HistorySettings
    embeddings: EmbeddingSettings
    knowledge: KnowledgeSettings
    rankers: RankerSettings
    transfer: TransferSettings
    search: SearchSettings
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
        """Of platforms and as-of dates that there are; a test window is over by the next date, and none is in two."""
        settings, as_of = read("evaluation", EvaluationSettings), folder.settings.as_of
        platforms = [platform.platform for platform in folder.platforms]
        wrong = override_complaint(settings.champion.overrides, platforms, as_of.weekly_from, as_of.dates)
        if wrong:
            raise YamlError(f"{folder.path / 'settings.yaml'}: evaluation.{wrong}")
        gap = _smallest_gap(as_of)
        if gap is not None and settings.days > gap:
            raise YamlError(
                f"{folder.path / 'settings.yaml'}: evaluation.days is {settings.days}, and as_of has dates {gap} days "
                f"apart: events would count in two test windows; give {gap} or less, or dates further apart"
            )
        return settings

    def of_rankers_in_use(section: str, key: str, named: Iterable[str]) -> None:
        """What is said of a ranker that is not in use would change nothing."""
        unused = sorted(set(named) - set(rankers.in_use))
        if unused:
            raise YamlError(
                f"{folder.path / 'settings.yaml'}: {section}.{key}: found {', '.join(unused)}, expected rankers in use "
                f"({', '.join(rankers.in_use)}); add it to rankers.in_use, or leave it out"
            )

    rankers, transfer = read("rankers", RankerSettings), read("transfer", TransferSettings)
    search = read("search", SearchSettings)
    of_rankers_in_use("transfer", "of", transfer.of)
    of_rankers_in_use("search", "rankers", search.rankers or ())
    return StageSettings(
        history=read("history", HistorySettings),
        embeddings=read("embeddings", EmbeddingSettings),
        knowledge=read("knowledge", KnowledgeSettings),
        rankers=rankers,
        transfer=transfer,
        search=search,
        evaluation=evaluation(),
        recommendations=read("recommendations", RecommendationSettings),
    )


def _smallest_gap(as_of: AsOf) -> int | None:
    """Days between the two as-of dates that are nearest to each other; None where there is but one."""
    if not as_of.dates:
        return DAYS_OF_A_WEEK
    return min(((later - earlier).days for earlier, later in pairwise(sorted({*as_of.dates}))), default=None)
