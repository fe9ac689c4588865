"""What docs/encoders.md shows can be written into settings.yaml just so."""

import re
from pathlib import Path

import pytest
import yaml

from resources.encoding.model_files import PINNED_HUB_NAME
from resources.encoding.spec import EncoderSpec
from xdrec_assets.embeddings.settings import EmbeddingSettings

TEXT = (Path(__file__).parents[3] / "docs" / "encoders.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```yaml\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def settings(snippet: str) -> EmbeddingSettings:
    (section,) = yaml.safe_load(snippet.replace("<commit>", COMMIT)).values()
    return EmbeddingSettings.model_validate(section)


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_snippet_is_valid_and_pins_what_it_downloads(snippet):
    encoder = settings(snippet).encoder
    is_local = encoder.model == "minilm" or encoder.model.startswith("/") or encoder.endpoint
    assert is_local or PINNED_HUB_NAME.fullmatch(encoder.model)
    assert encoder.endpoint is None or settings(snippet).network


@pytest.mark.parametrize(
    "family", ["MiniLM", "mpnet", "e5", "bge", "gte", "Qwen3-Embedding", "embeddinggemma", "arctic"]
)
def test_every_family_has_its_settings(family):
    assert any(family.lower() in settings(snippet).encoder.model.lower() for snippet in SNIPPETS)


def test_every_key_is_described():
    described = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| `.*", TEXT, flags=re.MULTILINE))))
    assert set(EncoderSpec.model_fields) <= described
