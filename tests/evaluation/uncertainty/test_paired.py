"""Comparisons against Student's paired test and against flipping signs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tests.evaluation.uncertainty.test_bootstrap import people
from xdrec_assets.evaluation.uncertainty.bootstrap import Resampled, pooled, resample
from xdrec_assets.evaluation.uncertainty.paired import Comparison, compare, holm


def compared(a: np.ndarray, b: np.ndarray, n: int = 2000, seed: int = 0) -> Comparison:
    return compare(*resample(people(len(a)), np.column_stack([a, b]), seed, n))


def vars_of(found: Comparison) -> list[float]:
    return list(vars(found).values())


def figures(n: int, gain: float, noise: float = 0.2, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two rankers whose figures depend on the person more than on the ranker."""
    rng = np.random.default_rng(seed)
    of_person = rng.random(n) ** 3
    return of_person + gain + rng.normal(0, noise, n), of_person


@pytest.mark.parametrize("gain", [0.0, 0.01, 0.03])
@pytest.mark.parametrize("n", [20, 300])
def test_agrees_with_students_paired_test(gain: float, n: int) -> None:
    from scipy.stats import ttest_rel

    a, b = figures(n, gain)
    found, expected = compared(a, b), ttest_rel(a, b)
    assert found.difference == pytest.approx((a - b).mean())
    assert found.p_value == pytest.approx(expected.pvalue, rel=0.25, abs=0.01)
    interval = expected.confidence_interval()
    reach = interval.high - interval.low
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), abs=0.05 * reach)


def test_agrees_with_flipping_signs() -> None:
    a, b = figures(60, 0.06)
    signs = np.random.default_rng(1).choice([-1.0, 1.0], size=(20_000, 60))
    flipped = np.abs(signs @ (a - b)) >= abs((a - b).sum())
    assert compared(a, b).p_value == pytest.approx(flipped.mean(), abs=0.01)


def test_pairing_finds_what_apart_would_be_lost() -> None:
    a, b = figures(200, gain=0.05, noise=0.05)
    apart = compare(
        resample(people(200), a[:, None], 0, 1000)[0], resample(people(200, "other"), b[:, None], 0, 1000)[0]
    )
    assert compared(a, b).p_value < 1e-6
    assert apart.p_value > 0.05


def test_without_a_difference_one_in_twenty_is_called_one() -> None:
    p_values = [compared(*figures(40, 0.0, seed=seed), n=300, seed=seed).p_value for seed in range(300)]
    assert np.mean(np.array(p_values) < 0.05) == pytest.approx(0.05, abs=0.035)


def test_identical_rankers_do_not_differ() -> None:
    a, _ = figures(50, 0.0)
    found = compared(a, a)
    assert (found.difference, found.low, found.high, found.p_value) == (0, 0, 0, 1)


def test_interval_excludes_nothing_where_the_p_value_is_below_what_is_left_of_the_level() -> None:
    for seed in range(30):
        found = compared(*figures(25, 0.05, seed=seed), n=300)
        assert (found.low > 0 or found.high < 0) == (found.p_value < 0.05)


def test_few_people_prove_little() -> None:
    """All five gain the same, without any spread: no test of five people can be surer than 1 in 16."""
    for n, least in ((1, 1.0), (2, 0.5), (5, 1 / 16)):
        found = compared(np.full(n, 0.5), np.zeros(n))
        assert (found.difference, found.p_value) == (0.5, least)
        assert np.isnan([found.low, found.high]).all()
    assert compared(np.full(6, 0.5), np.zeros(6)).p_value == 1 / 32
    assert compared(np.full(6, 0.5), np.zeros(6)).low == 0.5


@pytest.mark.parametrize(("n", "least"), [(1, 1.0), (2, 0.5), (5, 1 / 16)])
def test_few_people_prove_as_little_in_many_windows(n: int, least: float) -> None:
    """The same people have gained in each of eight windows: still they say what one draw of so few people says."""
    a, b = ([resample(people(n), np.full((n, 1), value), 0, 300)[0] for _ in range(8)] for value in (0.5, 0.0))
    found = compare(pooled(a), pooled(b))
    assert (found.difference, found.p_value) == (0.5, least)
    assert np.isnan([found.low, found.high]).all()


def test_the_same_people_in_two_windows_are_as_sure_as_in_one() -> None:
    (a, b), once = resample(people(8), np.column_stack(figures(8, 0.1)), 0, 1000), compared(*figures(8, 0.1), n=1000)
    twice = compare(pooled([a, a]), pooled([b, b]))
    assert_allclose(vars_of(twice), vars_of(once))


def test_nobody_makes_no_difference() -> None:
    found = compared(np.empty(0), np.empty(0))
    assert np.isnan(found.difference)
    assert found.p_value == 1


def test_resamples_of_different_numbers_are_refused() -> None:
    a, b = (Resampled(np.zeros(n), np.ones(n)) for n in (3, 5))
    with pytest.raises(ValueError, match="3 and 5 resamples cannot be paired"):
        compare(a, b)


def test_turned_round_the_difference_changes_its_sign() -> None:
    a, b = figures(80, 0.04)
    there, back = compared(a, b), compared(b, a)
    assert there.p_value == back.p_value
    assert_allclose([there.difference, there.low, there.high], [-back.difference, -back.high, -back.low])


def test_holm_by_hand() -> None:
    # 0.005 × 4, 0.01 × 3, 0.03 × 2, 0.04 × 1 raised to the one before it
    assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])


def test_holm_leaves_out_what_was_not_tested() -> None:
    assert_allclose(holm([0.02, np.nan, 0.5]), [0.04, np.nan, 0.5])
    assert holm([]).size == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_lies_between_each_alone_and_bonferroni_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted, alone = holm(p_values), np.array(p_values)
    assert (adjusted >= alone).all()
    assert (adjusted <= np.minimum(1, len(alone) * alone) + 1e-12).all()
    assert (np.diff(adjusted[np.argsort(alone, kind="stable")]) >= 0).all()
