"""What is chosen of what was tried."""

import numpy as np
import pytest

from xdrec_assets.rankers.search.trials import Judged, Trial, best_of, gain, measured
from xdrec_assets.rankers.settings import EASESettings

STANDING = np.array([0.0, 1.0, 0.5, 0.5])


def trial(number: int, refused: str | None = None, **judged: np.ndarray) -> Trial:
    return Trial(number, EASESettings(ridge=1.0 + number), {"ridge": 1.0 + number}, judged, 0.0, refused)


def test_platforms_count_alike_however_many_people_they_have() -> None:
    found = measured({"shop": np.zeros(100), "video": np.array([0.5, 1.0])})
    assert found.mean == pytest.approx((0 + 0.75) / 2)
    assert found.error == pytest.approx(np.sqrt(np.var([0.5, 1.0], ddof=1) / 2) / 2)


def test_platforms_without_people_do_not_count() -> None:
    judged: Judged = {"shop": np.array([0.5, 0.5]), "video": np.empty(0)}
    assert measured(judged).mean == 0.5
    assert np.isnan(measured({"video": np.empty(0)}).mean)


def test_one_person_has_no_error() -> None:
    found = measured({"shop": np.array([0.5])})
    assert found.mean == 0.5
    assert np.isnan(found.error)


def test_a_gain_is_measured_person_by_person() -> None:
    better = trial(1, shop=STANDING + 0.1)
    found = gain(better, trial(0, shop=STANDING))
    assert found.mean == pytest.approx(0.1)
    assert found.error == pytest.approx(0, abs=1e-12)


def test_the_largest_gain_is_chosen_if_it_is_beyond_its_error() -> None:
    standing = trial(0, shop=STANDING)
    sure = trial(1, shop=STANDING + 0.1)
    lucky = trial(2, shop=STANDING + np.array([1.0, -0.5, 0.1, 0.1]))  # 0.175 on average, with an error of 0.31
    assert best_of([standing, sure], 1.0) is sure
    assert best_of([standing, sure, lucky], 0.0) is lucky
    assert best_of([standing, lucky], 1.0) is standing


def test_nothing_is_chosen_for_being_no_worse() -> None:
    standing = trial(0, shop=STANDING)
    assert best_of([standing, trial(1, shop=STANDING)], 0.0) is standing
    assert best_of([standing], 1.0) is standing


def test_of_equal_ones_the_first_is_chosen() -> None:
    first, second = (trial(n, shop=STANDING + 0.1) for n in (1, 2))
    assert best_of([trial(0, shop=STANDING), first, second], 1.0) is first


def test_what_was_refused_is_never_chosen() -> None:
    standing = trial(0, shop=STANDING)
    assert best_of([standing, trial(1, refused="too large")], 0.0) is standing


def test_each_platform_can_choose_its_own() -> None:
    standing = trial(0, shop=STANDING, video=STANDING)
    for_shop = trial(1, shop=STANDING + 0.2, video=STANDING - 0.1)
    for_video = trial(2, shop=STANDING - 0.3, video=STANDING + 0.1)
    trials = [standing, for_shop, for_video]
    assert best_of(trials, 1.0) is for_shop
    assert best_of(trials, 1.0, "video") is for_video
