"""What the README says is so."""

import re
from pathlib import Path

import pytest
import yaml

from resources.limits import Limits
from xdrec_assets.automation import KNOWLEDGE, LOGS, MODELS
from xdrec_assets.platforms.folder import FolderSettings
from xdrec_assets.settings_table import settings_page

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_page_of_settings_is_the_code_s():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == settings_page(), "run `python -m xdrec_assets.settings_table > docs/settings.md`"


@pytest.mark.parametrize("key", sorted(set(FolderSettings.model_fields) - {"embeddings"}))
def test_every_key_of_settings_yaml_is_described(key):
    assert f"`{key}" in README or f"{key}." in README


def test_limits_of_files_are_the_code_s():
    (shown,) = re.findall(r"^limits:\n(?:  .*\n)+", README, flags=re.MULTILINE)
    assert yaml.safe_load(shown)["limits"] == Limits().model_dump()


def test_every_variable_of_the_environment_is_described():
    sources = [*ROOT.glob("resources/*.py"), *ROOT.glob("xdrec_assets/*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    named = {"XDREC_" + name for name in re.findall(r'PREFIX \+ "([A-Z_]+)"', text)} | set(
        re.findall(r"XDREC_[A-Z_]+", text)
    )
    missing = sorted(name for name in named if len(name) > len("XDREC_") and f"`{name}`" not in README)
    assert not missing


def test_every_make_target_it_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, flags=re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", README, flags=re.MULTILINE)) <= targets


def test_every_path_it_names_exists():
    named = re.findall(r"`((?:xdrec_assets|docs|benchmarks|sql)/[\w./-]+)`", README)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_jobs_of_the_schedules_cover_every_stage():
    groups = {"raw", "clean", "joined", "embeddings", "knowledge", "rankers", "evaluation", "recommendations"}
    text = " ".join(map(str, (LOGS, KNOWLEDGE, MODELS)))
    assert [group for group in groups if group not in text] == []
