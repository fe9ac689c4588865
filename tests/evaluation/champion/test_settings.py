"""What may be set, and what is said of what may not."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from data_quality.yaml_model import YamlError
from tests.worlds import SETTINGS, world
from xdrec_assets.evaluation.champion.settings import ChampionSettings, Override, override_complaint

PIN = {"pin": {"ranker": "linear", "trained_on": "all"}}


def complaint(**overrides: Any) -> str:
    with pytest.raises(ValidationError) as error:
        ChampionSettings.model_validate({"overrides": overrides})
    return str(error.value)


def test_pin_and_roll_back_are_read() -> None:
    settings = ChampionSettings.model_validate({"overrides": {"shop": PIN, "video": {"roll_back": "2026-02-02"}}})
    pin, back = settings.overrides["shop"].pin, settings.overrides["video"].roll_back
    assert pin is not None
    assert (pin.ranker, pin.trained_on, back) == ("linear", "all", date(2026, 2, 2))


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ({"pin": {"ranker": "oracle", "trained_on": "all"}}, "no ranker is named 'oracle'; choose one of popularity, "),
        ({"pin": {"ranker": "linear", "trained_on": "both"}}, "Input should be 'one' or 'all'"),
        ({"pin": {"ranker": "linear"}}, "trained_on"),
        ({"pin": {"ranker": "popularity", "trained_on": "all"}}, "pin it with trained_on: one"),
        ({}, "give pin or roll_back, one of the two"),
        (PIN | {"roll_back": "2026-02-02"}, "give pin or roll_back, one of the two"),
        ({"roll_back": "yesterday"}, "roll_back"),
        ({"rollback": "2026-02-02"}, "rollback"),
        ({"roll_back": "2026-02-09", "since": "2026-02-09"}, "must come after roll_back (2026-02-09)"),
    ],
)
def test_what_cannot_be_set_is_said(override: dict[str, Any], said: str) -> None:
    assert said in complaint(shop=override)


def test_override_holds_from_its_date_on() -> None:
    pinned = Override.model_validate(PIN | {"since": "2026-02-16"})
    assert [pinned.holds(date(2026, 2, day)) for day in (9, 16, 23)] == [False, True, True]
    assert Override.model_validate(PIN).holds(date(2020, 1, 1))


def test_way_back_leaves_the_past_as_it_was() -> None:
    back = Override(roll_back=date(2026, 2, 9))
    assert [back.holds(date(2026, 2, day)) for day in (2, 9, 16)] == [False, False, True]


@pytest.mark.parametrize(
    ("override", "said"),
    [
        (Override(roll_back=date(2026, 1, 20)), "found 2026-01-20, expected an as-of date: 2026-01-12 or whole weeks"),
        (Override(roll_back=date(2026, 1, 5)), "found 2026-01-05, expected an as-of date: 2026-01-12 or whole weeks"),
        (Override.model_validate(PIN | {"since": "2026-01-13"}), "champion.overrides.shop.since: found 2026-01-13"),
    ],
)
def test_date_must_be_an_as_of_date(override: Override, said: str) -> None:
    assert said in str(override_complaint({"shop": override}, ["shop"], date(2026, 1, 12), None))


def test_date_must_be_a_listed_one_where_dates_are_listed() -> None:
    dates = [date(2014, 1, 1), date(2014, 4, 1)]
    back = {"shop": Override(roll_back=date(2014, 2, 1))}
    said = override_complaint(back, ["shop"], None, dates)
    assert said == (
        "champion.overrides.shop.roll_back: found 2014-02-01, expected an as-of date: one of 2014-01-01, 2014-04-01"
    )
    assert override_complaint({"shop": Override(roll_back=dates[0])}, ["shop"], None, dates) is None


@pytest.mark.parametrize(
    ("override", "said"),
    [
        (
            "shopp: {roll_back: 2026-01-12}",
            "champion.overrides.shopp: no platform is named 'shopp'; choose one of shop",
        ),
        (
            "shop: {roll_back: 2026-01-13}",
            "champion.overrides.shop.roll_back: found 2026-01-13, expected an as-of date",
        ),
        ("shop: {pin: {ranker: oracle, trained_on: all}}", "no ranker is named 'oracle'"),
    ],
)
def test_installation_with_a_wrong_override_does_not_open(tmp_path: Path, override: str, said: str) -> None:
    settings = f"{SETTINGS}evaluation: {{champion: {{overrides: {{{override}}}}}}}\n"
    with pytest.raises(YamlError) as error:
        world(tmp_path, {}, settings=settings)
    assert said in str(error.value)
    assert "settings.yaml: evaluation" in str(error.value)
