"""What docs/generation.md shows can be written into settings.yaml just so, and it has every key."""

import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from resources.encoding.model_files import PINNED_HUB_NAME
from xdrec_assets.knowledge.extraction.settings import ExtractionSettings, GeneratorSettings, TopicSettings
from xdrec_assets.knowledge.settings import KnowledgeSettings

TEXT = (Path(__file__).parents[3] / "docs" / "generation.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```yaml\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_snippet_is_valid_and_pins_what_it_downloads(snippet: str):
    (section,) = yaml.safe_load(snippet.replace("<commit>", COMMIT)).values()
    generator = KnowledgeSettings.model_validate(section).generator
    assert generator is not None
    assert generator.model.startswith("/") or generator.endpoint or PINNED_HUB_NAME.fullmatch(generator.model)
    assert generator.model.startswith("/") or generator.network


def test_every_key_is_described_with_its_default():
    described = dict(re.findall(r"^\| `(\w+)` \| `?([^|`]*)`? \|", TEXT, flags=re.MULTILINE))
    assert set(described) == set(GeneratorSettings.model_fields)
    for name, field in GeneratorSettings.model_fields.items():
        shown = described[name].strip()
        assert field.is_required() or yaml.safe_load(shown) == field.default, name


@pytest.mark.parametrize("model", [GeneratorSettings, ExtractionSettings, TopicSettings])
def test_every_field_says_what_it_does_and_others_are_refused(model):
    assert all(field.description for field in model.model_fields.values())
    with pytest.raises(ValidationError, match="Extra inputs"):
        model.model_validate({"model": "m", "speed": 1})


def test_no_generator_is_asked_by_default():
    assert KnowledgeSettings().generator is None and not GeneratorSettings(model="m").interests
