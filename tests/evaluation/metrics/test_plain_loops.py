"""Coverage, Gini, novelty and popularity bias again, as their papers word them, in plain loops over random lists."""

from math import isnan, log2

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from xdrec_assets.evaluation.metrics.beyond import coverage, gini, novelty, own_popularity, popularity_bias

N_PEOPLE, N_ITEMS, K = 60, 40, 8
NAN = float("nan")


def lists(seed: int) -> NDArray[np.int32]:
    """Distinct items, popular ones more often; every seventh list is short, some are empty."""
    rng = np.random.default_rng(seed)
    weight = 1 / np.arange(1, N_ITEMS + 1)
    rows = np.array([rng.choice(N_ITEMS, K, replace=False, p=weight / weight.sum()) for _ in range(N_PEOPLE)])
    for row in range(0, N_PEOPLE, 7):
        rows[row, rng.integers(0, K) :] = -1
    rows[3] = -1
    return rows.astype(np.int32)


def candidates(seed: int) -> NDArray[np.int64]:
    """Two thirds of the items, in no order: some that are listed are no candidates."""
    return np.random.default_rng(seed + 100).permutation(N_ITEMS)[: 2 * N_ITEMS // 3]


def taken(seed: int) -> list[tuple[int, int]]:
    """Distinct pairs of person and item; the last five people took nothing."""
    rng = np.random.default_rng(seed + 200)
    return sorted({(int(rng.integers(N_PEOPLE - 5)), int(N_ITEMS * rng.random() ** 2)) for _ in range(400)})


def takers_of(item: int, pairs: list[tuple[int, int]]) -> int:
    return sum(1 for _, other in pairs if other == item)


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else NAN


SEEDS = pytest.mark.parametrize("seed", range(5))


@SEEDS
def test_coverage_is_the_share_of_candidates_that_stand_in_any_list(seed: int) -> None:
    shown = 0
    for item in candidates(seed):
        if any(item in row for row in lists(seed).tolist()):
            shown += 1
    assert coverage(lists(seed), candidates(seed)) == shown / len(candidates(seed))
    assert shown > 0


@SEEDS
def test_gini_is_twice_the_area_between_the_lorenz_curve_and_the_diagonal(seed: int) -> None:
    exposure = sorted(sum(row.count(item) for row in lists(seed).tolist()) for item in candidates(seed).tolist())
    area, height, n = 0.0, 0.0, len(exposure)
    for times in exposure:  # a trapezium of width 1 / n for each
        area += (height + height + times / sum(exposure)) / 2 / n
        height += times / sum(exposure)
    assert_allclose(gini(lists(seed), candidates(seed)), 2 * (0.5 - area), atol=1e-12)


@SEEDS
def test_novelty_is_the_mean_self_information_of_what_is_listed(seed: int) -> None:
    pairs = taken(seed)
    n_people = len({person for person, _ in pairs})
    n_takers = np.array([takers_of(item, pairs) for item in range(N_ITEMS)])
    expected = [
        mean([-log2(max(takers_of(item, pairs), 1) / n_people) for item in row if item >= 0])
        for row in lists(seed).tolist()
    ]
    found = novelty(lists(seed), n_takers, n_people)
    assert_allclose(found, expected, atol=1e-12)
    assert isnan(expected[3]) and np.isfinite(found).sum() > N_PEOPLE // 2


@SEEDS
def test_popularity_bias_is_the_logarithm_of_mean_popularity_over_ones_own(seed: int) -> None:
    pairs = taken(seed)
    n_takers = np.array([takers_of(item, pairs) for item in range(N_ITEMS)])
    own_by_loop, expected = [], []
    for person, row in enumerate(lists(seed).tolist()):
        own = mean([float(takers_of(item, pairs)) for who, item in pairs if who == person])
        listed = mean([float(max(takers_of(item, pairs), 1)) for item in row if item >= 0])
        own_by_loop.append(own)
        expected.append(NAN if isnan(own) or isnan(listed) else log2(listed / own))
    who, what = (np.array(column) for column in zip(*pairs, strict=True))
    own_found = own_popularity(who, what, N_PEOPLE, n_takers)
    assert_allclose(own_found, own_by_loop, atol=1e-12)
    assert_allclose(popularity_bias(lists(seed), n_takers, own_found), expected, atol=1e-12)
    assert isnan(expected[-1]) and isnan(expected[3])
