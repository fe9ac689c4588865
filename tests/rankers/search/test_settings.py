"""How much is searched, and what is refused."""

import pytest
from pydantic import ValidationError

from tests.worlds import SETTINGS, world
from xdrec_assets.rankers.search.settings import SearchSettings


def test_nothing_is_searched_unless_it_is_asked_for() -> None:
    assert not any(SearchSettings().searches(name) for name in ("als", "popularity"))
    assert SearchSettings(trials=1).searches("als")


def test_only_the_named_rankers_are_searched() -> None:
    settings = SearchSettings(trials=1, rankers=("ease",))
    assert settings.searches("ease")
    assert not settings.searches("als")


def test_a_ranker_without_a_space_is_never_searched() -> None:
    assert not SearchSettings(trials=1).searches("oracle")
    with pytest.raises(ValidationError, match="found oracle, expected rankers that have a space: popularity, item_knn"):
        SearchSettings(rankers=("oracle",))


def test_to_use_what_is_never_searched_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"use is true and trials is 0.* give trials, or leave use"):
        SearchSettings(use=True)
    assert SearchSettings(use=True, trials=3).use


def test_the_settings_file_is_refused_with_its_name_and_the_key(tmp_path) -> None:
    with pytest.raises(ValueError, match=r"settings.yaml: search: .*trails"):
        world(tmp_path, {}, settings=f"{SETTINGS}search: {{trails: 3}}\n")
