"""The settings of settings.yaml as one Markdown table, for the README: `python -m xdrec_assets.settings_table`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from xdrec_assets.embeddings.settings import EmbeddingSettings
from xdrec_assets.evaluation.settings import EvaluationSettings
from xdrec_assets.knowledge.settings import KnowledgeSettings
from xdrec_assets.rankers.settings import RankerSettings
from xdrec_assets.recommendations.settings import RecommendationSettings

SECTIONS: dict[str, type[BaseModel]] = {
    "embeddings": EmbeddingSettings,
    "knowledge": KnowledgeSettings,
    "rankers": RankerSettings,
    "evaluation": EvaluationSettings,
    "recommendations": RecommendationSettings,
}


def settings_table() -> str:
    """One row per setting: its dotted name, its default, what it does."""
    rows = [row for section, model in SECTIONS.items() for row in _rows(section, model)]
    lines = [f"| `{name}` | `{default}` | {description} |" for name, default, description in rows]
    return "\n".join(["| setting | default | what it does |", "|---|---|---|", *lines])


def _rows(prefix: str, model: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        if isinstance(field.default, BaseModel):
            yield from _rows(f"{prefix}.{name}", type(field.default))
        else:
            yield f"{prefix}.{name}", _default(field), (field.description or "").replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    value: Any = field.get_default(call_default_factory=True)
    return value if isinstance(value, str) and value else json.dumps(value)


if __name__ == "__main__":
    print(settings_table())  # noqa: T201
