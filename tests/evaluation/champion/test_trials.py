"""Which comparisons a challenger must win, and how sure the hardest must be."""

import numpy as np
import pytest

from tests.evaluation.champion.judged import WEEK_1, WEEK_2, WEEK_3, judged, people
from xdrec_assets.evaluation.champion.evidence import EVERYONE, UNLISTED
from xdrec_assets.evaluation.champion.trials import POPULAR, Challenger, challengers, trial, twin_of

BASE = people(0.10, seed=1)
VALUES = {
    "popularity_one": BASE,
    "item_knn_one": people(0.01, seed=2, like=BASE),
    "item_knn_all": people(0.02, seed=3, like=BASE),
    "svd_one": people(0.005, seed=4, like=BASE),
}
KNN, KNN_ALL, SVD = ("item_knn", "one"), ("item_knn", "all"), ("svd", "one")


def tried(champion: tuple[str, str] = SVD, **more: object) -> dict[tuple[str, str], Challenger]:
    found = challengers(judged({**VALUES, **more}).evidence(), champion, 0.95)  # type: ignore[dict-item]
    return {one.name: one for one in found}


def test_best_comes_first_and_neither_champion_nor_popularity_is_tried() -> None:
    assert list(tried()) == [KNN_ALL, KNN]


def test_trained_on_this_platform_alone_meets_champion_and_popularity() -> None:
    assert [(one.rival, one.part) for one in tried()[KNN].trials] == [(SVD, EVERYONE), (POPULAR, EVERYONE)]


def test_trained_on_all_meets_its_twin_too_and_everybody_twice() -> None:
    rivals = [(one.rival, one.part) for one in tried()[KNN_ALL].trials]
    assert rivals == [(rival, part) for rival in (SVD, POPULAR, KNN) for part in (EVERYONE, UNLISTED)]


def test_nobody_is_met_twice() -> None:
    rivals = [one.rival for one in tried(KNN)[KNN_ALL].trials]
    assert rivals == [KNN, KNN, POPULAR, POPULAR]
    assert [one.rival for one in tried(POPULAR)[KNN].trials] == [POPULAR]


def test_hardest_trial_decides() -> None:
    one = tried()[KNN_ALL]
    assert one.hardest.p_value == max(each.p_value for each in one.trials)
    assert one.p_adjusted >= one.hardest.p_value


def test_trial_that_is_lost_has_a_p_value_of_one() -> None:
    found = trial(judged(VALUES).evidence(), POPULAR, KNN, EVERYONE, 0.95)
    assert (found.is_ahead, found.is_behind, found.p_value) == (False, True, 1.0)
    assert found.p_of_equal < 1e-6


def test_p_values_are_corrected_by_holm() -> None:
    found = tried(champion=POPULAR)
    raw = {name: one.hardest.p_value for name, one in found.items()}
    least = min(raw.values())
    first = min(raw, key=lambda name: raw[name])
    assert found[first].p_adjusted == pytest.approx(min(1.0, 3 * least))


def test_ranker_tested_on_other_people_is_not_compared() -> None:
    windows = judged(VALUES, WEEK_1) + judged(VALUES, WEEK_2)
    last = next(row for row in windows.resamples[::-1] if row["ranker"] == "item_knn" and row["segment"] == "all")
    windows.resamples.remove(last)
    name, part = (last["ranker"], last["trained_on"]), (last["segment"], last["twins"])
    assert trial(windows.evidence(WEEK_3), name, POPULAR, part, 0.95).comparison is None


def test_leak_is_a_gain_that_is_gone_without_products_listed_twice() -> None:
    without = VALUES | {"item_knn_all": np.array(VALUES["item_knn_one"])}
    found = challengers(judged(VALUES, without=without).evidence(), POPULAR, 0.95)
    leaks = {one.name: one.may_be_a_leak(0.05) for one in found}
    assert leaks == {KNN_ALL: True, KNN: False, SVD: False}
    assert not any(one.may_be_a_leak(0.05) for one in challengers(judged(VALUES).evidence(), POPULAR, 0.95))


def test_twin_is_the_other_training() -> None:
    assert (twin_of(KNN), twin_of(KNN_ALL)) == (KNN_ALL, KNN)
