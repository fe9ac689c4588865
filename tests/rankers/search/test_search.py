"""The search over made-up landscapes, where the best settings are known."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from xdrec_assets.rankers.search.search import Budget, search
from xdrec_assets.rankers.search.spaces import Choice, Range, Space, integers
from xdrec_assets.rankers.search.trials import Judged, Trial, best_of
from xdrec_assets.rankers.section import Section
from xdrec_assets.rankers.settings import ALSSettings, EASESettings

RIDGE: Space = {"ridge": Range(1, 20_000)}
PEOPLE = np.linspace(-0.1, 0.1, 20)


def hill(section: Section) -> Judged:
    """Highest at a ridge of 2,000, where 200 stands."""
    height = 0.5 - 0.1 * abs(np.log10(section.ridge / 2000))  # type: ignore[attr-defined]
    return {"shop": height + PEOPLE}


def tried(seed: int = 0, trials: int = 15, judge: Callable[[Section], Judged] = hill) -> list[Trial]:
    return list(search(EASESettings(), RIDGE, judge, Budget(trials, seed=seed)))


def test_the_settings_that_stand_are_tried_first() -> None:
    first, *others = tried()
    assert first.number == 0
    assert first.section == EASESettings()
    assert [one.number for one in others] == [*range(1, 16)]
    assert all(one.section.half_life_days == 365 for one in others)  # which the space does not name


def test_it_climbs_the_hill() -> None:
    best = best_of(tried(trials=25), 1.0)
    assert 1000 < best.section.ridge < 4000


def test_the_same_seed_tries_the_same() -> None:
    first, again, other = ([one.section for one in tried(seed)] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_no_trials_are_made_beyond_the_budget() -> None:
    assert len(tried(trials=0)) == 1
    assert len(tried(trials=4)) == 5


def test_no_trial_begins_after_the_seconds() -> None:
    def slow(section: Section) -> Judged:
        time.sleep(0.05)
        return hill(section)

    found = list(search(EASESettings(), RIDGE, slow, Budget(1000, seconds=0.2)))
    assert 1 < len(found) < 6
    assert all(0.05 <= one.seconds < 0.2 for one in found)


def test_settings_that_cannot_be_had_are_refused_and_the_search_goes_on() -> None:
    def refusing(section: Section) -> Judged:
        if section.ridge < 200:
            raise ValueError("ridge is too small")
        return hill(section)

    found = tried(judge=refusing)
    refused = [one for one in found if one.state == "refused"]
    assert len(found) == 16
    assert refused and len(refused) < 15
    assert {one.refused for one in refused} == {"ridge is too small"}
    assert all(not one.judged for one in refused)


def test_settings_that_do_not_go_together_are_refused() -> None:
    space: Space = {"ridge_exponent": Range(0.5, 2, is_log=False)}  # of which only up to 1 is allowed
    found = list(search(ALSSettings(), space, lambda _: {"shop": PEOPLE}, Budget(12)))
    refused = [one for one in found if one.refused]
    assert refused
    assert all("ridge_exponent" in str(one.refused) for one in refused)
    assert all(one.tried["ridge_exponent"] > 1 for one in refused)
    assert all(one.section == ALSSettings() for one in refused)


def test_standing_settings_that_cannot_be_judged_end_it() -> None:
    def broken(_: Section) -> Judged:
        raise ValueError("no text has a vector")

    with pytest.raises(ValueError, match=r"settings that stand cannot be judged.*no text has a vector"):
        tried(judge=broken)


def test_without_anybody_who_validates_nothing_is_searched() -> None:
    with pytest.raises(ValueError, match=r"nobody validates.*give a longer window"):
        tried(judge=lambda _: {"shop": np.empty(0)})


def test_what_was_tried_before_is_not_trained_again() -> None:
    calls: list[Section] = []

    def counting(section: Section) -> Judged:
        calls.append(section)
        return {"shop": PEOPLE + section.factors}

    found = list(search(ALSSettings(factors=4), {"factors": integers(3, 5)}, counting, Budget(20)))
    assert len(found) == 21
    assert sorted(one.factors for one in calls) == [3, 4, 5]  # type: ignore[attr-defined]
    again = [one for one in found[1:] if one.section.factors == 4]
    assert all(one.seconds == 0 and one.judged == found[0].judged for one in again)
    assert best_of(found, 1.0).section.factors == 5


def test_standing_settings_outside_the_space_are_no_hindrance() -> None:
    found = list(search(EASESettings(ridge=50_000), RIDGE, hill, Budget(5)))
    assert found[0].section.ridge == 50_000
    assert all(one.section.ridge <= 20_000 for one in found[1:])


def test_choices_are_tried_too() -> None:
    space: Space = {"half_life_days": Range(1, 1000, ends_in_null=True), "largest": Choice((100, 200))}
    found = list(search(EASESettings(), space, hill, Budget(20)))
    assert {one.section.largest for one in found[1:]} == {100, 200}
    assert None in {one.section.half_life_days for one in found}
