"""Rankers that are in use, and what may be said of the others."""

from pathlib import Path

import pytest

from data_quality.yaml_model import YamlError
from tests.worlds import SETTINGS, world

IN_USE = "rankers: {in_use: [popularity, als, linear]}\n"


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("transfer: {of: {ease: choice, als: mapping}}", "transfer.of: found ease"),
        ("search: {trials: 3, rankers: [svd, als]}", "search.rankers: found svd"),
    ],
)
def test_nothing_is_said_of_rankers_that_are_not_in_use(tmp_path: Path, said: str, complaint: str) -> None:
    with pytest.raises(YamlError) as error:
        world(tmp_path, {}, settings=f"{SETTINGS}{IN_USE}{said}\n")
    assert f"settings.yaml: {complaint}, expected rankers in use (popularity, als, linear); add it" in str(error.value)


def test_what_is_said_of_those_in_use_holds(tmp_path: Path) -> None:
    told = "transfer: {of: {als: mapping}}\nsearch: {trials: 3, rankers: [linear]}\n"
    found = world(tmp_path, {}, settings=f"{SETTINGS}{IN_USE}{told}").settings
    assert found.rankers.in_use == ("popularity", "als", "linear")
    assert found.transfer.strategy_of("als") == "mapping"
    assert list(found.search.rankers or ()) == ["linear"]
