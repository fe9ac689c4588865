"""What settings of transfer refuse, and how a model is known again by them."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from data_quality.yaml_model import YamlError
from tests.worlds import SETTINGS, world
from xdrec_assets.rankers.transfer.settings import MappingSettings, TransferSettings


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"of": {"oracle": "joint"}}, r"of: no ranker is named 'oracle'; choose among popularity, item_knn"),
        ({"of": {"als": "osmosis"}}, r"of\.als: no strategy is named 'osmosis'; choose one of none, joint"),
        (
            {"of": {"popularity": "none"}},
            r"of\.popularity: popularity learns nothing from other platforms; leave it out",
        ),
        ({"of": {"ease": "mapping"}}, r"of\.ease: mapping does not suit ease; choose one of none, joint, choice"),
        ({"of": {"svd": "features"}}, r"of\.svd: features does not suit svd; choose one of none, joint, mapping"),
        ({"choice": {"candidates": ["choice"]}}, r"no strategy to try is named choice; choose among joint, features"),
        ({"mapping": {"ridge": 0}}, r"greater than 0"),
        ({"rigde": 1}, r"Extra inputs"),
    ],
)
def test_what_cannot_be_had_is_refused(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        TransferSettings.model_validate(settings)


def test_the_file_and_the_section_are_named(tmp_path: Path) -> None:
    settings = f"{SETTINGS}transfer: {{of: {{ease: bridge}}}}\n"
    with pytest.raises(YamlError, match=r"settings\.yaml: transfer: .*bridge does not suit ease"):
        world(tmp_path, {}, settings=settings)


def test_rankers_that_are_not_named_train_jointly() -> None:
    settings = TransferSettings(of={"als": "mapping"})
    assert [settings.strategy_of(name) for name in ("als", "svd", "popularity")] == ["mapping", "joint", "none"]


def test_a_model_is_told_the_section_of_its_strategy_and_no_other() -> None:
    of = {"als": "mapping", "linear": "choice", "ease": "choice"}
    settings = TransferSettings(of=of, mapping=MappingSettings(ridge=3))
    other = TransferSettings(of=of)
    assert settings.told_of("als") == {"strategy": "mapping", **MappingSettings(ridge=3).model_dump()}
    assert settings.told_of("svd") == other.told_of("svd") == {"strategy": "joint"}
    assert settings.told_of("linear")["tried"]["mapping"]["ridge"] == 3
    assert settings.told_of("ease") == other.told_of("ease")  # mapping is not tried for it
    assert list(settings.told_of("ease")["tried"]) == ["joint"]
    json.dumps(settings.told_of("linear"))
