"""The rankers by name."""

import subprocess
import sys
from pathlib import Path

import pytest

from xdrec_assets.rankers.registry import RANKERS, create_ranker, ranker_class
from xdrec_assets.rankers.settings import RankerSettings


def test_every_ranker_has_its_section_of_the_settings() -> None:
    assert ["in_use", "new_items", *RANKERS] == list(RankerSettings.model_fields)


@pytest.mark.parametrize(
    ("in_use", "complaint"),
    [
        (("popularity", "oracle"), "no ranker is named 'oracle'; choose of popularity, item_knn"),
        (("popularity", "ease", "ease"), "1 of 3 rankers stand twice; name each once"),
        (("ease",), "popularity is missing, which answers where others know nothing; add it"),
    ],
)
def test_only_rankers_that_exist_are_in_use_and_popularity_always(in_use: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        RankerSettings(in_use=in_use)


@pytest.mark.parametrize("name", RANKERS)
def test_a_ranker_bears_its_name_and_takes_its_section(name: str) -> None:
    settings = RankerSettings()
    assert ranker_class(name).name == name
    assert create_ranker(name, settings).settings == getattr(settings, name)


@pytest.mark.parametrize("name", RANKERS)
def test_every_setting_is_described(name: str) -> None:
    section = type(getattr(RankerSettings(), name))
    assert all(field.description for field in section.model_fields.values())


def test_an_unknown_ranker_is_answered_with_those_that_exist() -> None:
    with pytest.raises(ValueError, match=r"no ranker is named 'oracle'; choose one of popularity, item_knn"):
        ranker_class("oracle")


def test_listing_the_rankers_loads_nothing_heavy() -> None:
    look = "import sys, xdrec_assets.rankers.registry; print(sorted({'sklearn', 'scipy', 'torch'} & set(sys.modules)))"
    repository = Path(__file__).resolve().parents[2]
    found = subprocess.run([sys.executable, "-c", look], cwd=repository, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
