"""All settings of the stages as a Markdown page: `python -m xdrec_assets.settings_table > docs/settings.md`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from xdrec_assets.embeddings.settings import EmbeddingSettings
from xdrec_assets.evaluation.settings import EvaluationSettings
from xdrec_assets.joined.settings import HistorySettings
from xdrec_assets.knowledge.settings import KnowledgeSettings
from xdrec_assets.rankers.search.settings import SearchSettings
from xdrec_assets.rankers.settings import RankerSettings
from xdrec_assets.rankers.transfer.settings import TransferSettings
from xdrec_assets.recommendations.settings import RecommendationSettings

SECTIONS: dict[str, type[BaseModel]] = {
    "history": HistorySettings,
    "embeddings": EmbeddingSettings,
    "knowledge": KnowledgeSettings,
    "rankers": RankerSettings,
    "transfer": TransferSettings,
    "search": SearchSettings,
    "evaluation": EvaluationSettings,
    "recommendations": RecommendationSettings,
}


INTRODUCTION = """\
# Settings

What `settings.yaml` in a folder of platforms may say of the stages, section by section. Names with dots are nested:
`search.trials: 20` is written `search: {trials: 20}`. Anything else is refused with what was expected. This page is
made by `python -m xdrec_assets.settings_table`.
"""


def settings_page() -> str:
    """A table per section, with one row per setting: its dotted name, its default, what it does."""
    return "\n".join([INTRODUCTION, *(_table(section, model) for section, model in SECTIONS.items())])


def _table(section: str, model: type[BaseModel]) -> str:
    lines = [f"| `{name}` | `{default}` | {description} |" for name, default, description in _rows(section, model)]
    return "\n".join([f"## {section}\n", "| setting | default | what it does |", "|---|---|---|", *lines, ""])


def _rows(prefix: str, model: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        if isinstance(field.default, BaseModel):
            yield from _rows(f"{prefix}.{name}", type(field.default))
        else:
            yield f"{prefix}.{name}", _default(field), (field.description or "").replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    value: Any = field.get_default(call_default_factory=True)
    return value if isinstance(value, str) and value else json.dumps(value, default=_told)


def _told(model: BaseModel) -> dict[str, Any]:
    """What a model in a list says beyond its defaults."""
    return model.model_dump(exclude_defaults=True)


if __name__ == "__main__":
    print(settings_page(), end="")  # noqa: T201
