"""What docs/champion.md says is so."""

import re
from pathlib import Path

import pytest
import yaml

from data_quality.contract import load_contract
from xdrec_assets.evaluation.champion.settings import ChampionSettings
from xdrec_assets.evaluation.settings import EvaluationSettings

PAGE = (Path(__file__).parents[3] / "docs" / "champion.md").read_text(encoding="utf-8")
CONTRACT = load_contract("evaluation/champion")


def test_every_column_and_decision_is_explained() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE))
    assert set(CONTRACT.columns) - {"as_of", "platform"} <= named
    assert set(CONTRACT.columns["decision"].allowed or ()) <= named


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL))
def test_every_example_is_a_setting(example: str) -> None:
    settings = EvaluationSettings.model_validate(yaml.safe_load(example)["evaluation"])
    assert list(settings.champion.overrides) == ["shop"]


def test_settings_it_names_exist() -> None:
    named = set(re.findall(r"`evaluation\.champion\.(\w+)`", PAGE)) | {
        "min_coverage_share",
        "max_latency_ms",
        "overrides",
    }
    assert named <= set(ChampionSettings.model_fields)
    assert f"the latest {['', 'one', 'two', 'three', 'four'][ChampionSettings().windows]} " in PAGE


def test_columns_of_its_queries_exist() -> None:
    for query in re.findall(r"```sql\n(.*?)```", PAGE, flags=re.DOTALL):
        (columns,) = re.findall(r"select (.*?)\s+from evaluation\.champion", query, flags=re.DOTALL)
        assert set(re.split(r",\s*", columns)) <= set(CONTRACT.columns)
