"""Weights that depend on the person alone, and intervals that hold as often as they say."""

from math import exp, factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from threadpoolctl import threadpool_limits

from xdrec_assets.evaluation.uncertainty import bootstrap
from xdrec_assets.evaluation.uncertainty.bootstrap import Resampled, intervals, pooled, resample, resample_weights


def people(n: int, name: str = "person") -> np.ndarray:
    return np.array([f"{name} {number}" for number in range(n)], dtype=object)


def test_weights_are_poisson_and_the_sample_comes_first() -> None:
    weights = resample_weights(people(2000), seed=0, n=200)
    assert weights.shape == (2000, 201)
    assert_array_equal(weights[:, 0], 1)
    shares = np.bincount(weights[:, 1:].ravel(), minlength=5)[:5] / weights[:, 1:].size
    assert_allclose(shares, [exp(-1) / factorial(count) for count in range(5)], atol=0.002)
    assert weights[:, 1:].mean() == pytest.approx(1, abs=0.005)
    assert weights[:, 1:].var() == pytest.approx(1, abs=0.01)


def test_a_persons_weights_do_not_depend_on_who_else_is_there_or_on_how_many_resamples() -> None:
    everyone, some = people(50), people(50)[[40, 7]]
    assert_array_equal(resample_weights(some, 3, 21), resample_weights(everyone, 3, 30)[[40, 7], :22])


def test_another_seed_and_another_person_draw_otherwise() -> None:
    one = resample_weights(people(1), seed=0, n=400)[0, 1:]
    for other in (resample_weights(people(1), 1, 400), resample_weights(people(1, "another"), 0, 400)):
        assert abs(np.corrcoef(one, other[0, 1:])[0, 1]) < 0.2


def test_resamples_and_people_are_not_correlated() -> None:
    weights = resample_weights(people(4000), seed=0, n=40)[:, 1:].astype(float)
    between = np.corrcoef(weights.T) - np.eye(40)
    assert np.abs(between).max() < 5 / np.sqrt(4000)


def test_the_first_of_each_sum_is_the_sample() -> None:
    values = np.array([[0.5, 1.0], [0.25, np.nan], [0.0, 0.5]])
    first, second = resample(people(3), values, seed=0, n=100)
    assert (first.mean, first.n_people) == (0.25, 3)
    assert (second.mean, second.n_people) == (0.75, 2)
    weights = resample_weights(people(3), seed=0, n=100).astype(float)
    assert_allclose(first.gains, values[:, 0] @ weights)
    assert_allclose(second.weights, weights[0] + weights[2])


def test_sums_do_not_depend_on_the_size_of_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).random((100, 2))
    whole = resample(people(100), values, seed=0, n=50)
    monkeypatch.setattr(bootstrap, "CELLS_AT_ONCE", 51 * 7)
    for one, other in zip(whole, resample(people(100), values, seed=0, n=50), strict=True):
        assert_allclose(one.gains, other.gains, rtol=1e-13)
        assert_array_equal(one.weights, other.weights)


def test_sums_do_not_depend_on_how_many_threads_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "CELLS_AT_ONCE", 401 * 90)
    values, found = np.random.default_rng(0).random((500, 40)), []
    for threads in (1, 3):
        with threadpool_limits(threads):
            found.append(resample(people(500), values, seed=0, n=400))
    assert [one.gains.tobytes() for one in found[0]] == [other.gains.tobytes() for other in found[1]]


def test_input_is_unchanged_and_as_many_rows_as_people_are_asked_for() -> None:
    values = np.array([[np.nan], [1.0]])
    resample(people(2), values, seed=0, n=10)
    assert_array_equal(values, [[np.nan], [1.0]])
    with pytest.raises(ValueError, match="2 rows of figures for 3 people; give one row for each"):
        resample(people(3), values, seed=0, n=10)


def test_the_standard_error_of_the_resamples_is_that_of_the_mean() -> None:
    values = np.random.default_rng(0).exponential(size=(400, 1))
    found = resample(people(400), values, seed=0, n=2000)[0]
    assert found.means.std() == pytest.approx(values.std() / np.sqrt(400), rel=0.06)


def test_several_intervals_are_those_of_each() -> None:
    """Among them one of nobody, one of one person, and one that some resamples have drawn nobody for."""
    values = np.random.default_rng(1).random((60, 5))
    values[:, 1], values[1:, 2], values[3:, 3] = np.nan, np.nan, np.nan
    found = resample(people(60), values, seed=0, n=200)
    assert np.isnan(found[3].means).any() and not np.isnan(found[3].interval()).any()
    means = [each.means[~np.isnan(each.means)] for each in found]
    by_hand = [np.quantile(each, [0.05, 0.95]) if len(each) else [np.nan] * 2 for each in means]
    by_hand[2] = [np.nan] * 2  # of one person nothing varies
    assert_array_equal(intervals(found, 0.9), by_hand)
    assert intervals([], 0.9) == []


def test_intervals_hold_as_often_as_they_say() -> None:
    """Skewed figures as NDCG has them: nothing found for most people."""
    rng, n_samples = np.random.default_rng(0), 400
    values = rng.random((n_samples, 200)) * (rng.random((n_samples, 200)) < 0.3)
    # each sample has people of its own, as a new draw of people has
    found = [
        resample(people(200, f"sample {number}"), sample[:, None], seed=0, n=300)[0].interval(0.9)
        for number, sample in enumerate(values)
    ]
    held = np.mean([low <= 0.15 <= high for low, high in found])
    assert held == pytest.approx(0.9, abs=0.05)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30), st.floats(0.5, 0.99))
def test_intervals_lie_within_the_figures(figures: list[float], level: float) -> None:
    found = resample(people(len(figures)), np.array(figures)[:, None], seed=0, n=100)[0]
    low, high = found.interval(level)
    assert min(figures) - 1e-12 <= low <= high <= max(figures) + 1e-12


@pytest.mark.parametrize("n", [0, 1])
def test_one_person_has_no_interval(n: int) -> None:
    found = resample(people(n), np.ones((n, 1)), seed=0, n=100)[0]
    assert np.isnan(found.interval()).all()
    assert found.n_people == n
    assert np.isnan(found.mean) == (n == 0)


def test_pooling_windows_counts_each_person_of_each_window_the_same() -> None:
    first, second = (resample(people(n), np.full((n, 1), value), 0, 20)[0] for n, value in ((3, 1.0), (1, 0.0)))
    both = pooled([first, second])
    assert (both.mean, both.n_values) == (0.75, 4)
    assert_allclose(both.weights, first.weights + second.weights)


def test_windows_of_the_same_people_do_not_count_as_more_people() -> None:
    """Pooled as independent people, the error would shrink by the root of 2."""
    values = np.random.default_rng(0).random((200, 1))
    window = resample(people(200), values, seed=0, n=1000)[0]
    assert pooled([window, window]).means.std() == pytest.approx(window.means.std())


def test_people_of_several_windows_are_counted_once() -> None:
    """Ids are not kept: as many people as the largest window has, however windows are pooled."""
    small, large = (resample(people(n), np.ones((n, 1)), 0, 20)[0] for n in (2, 3))
    assert pooled([small, large, large]).n_people == 3
    assert pooled([pooled([small, small]), pooled([large, small])]).n_people == 3


def test_one_person_of_many_windows_has_no_interval() -> None:
    values = np.random.default_rng(0).random(6)
    found = pooled([resample(people(1), np.array([[value]]), 0, 100)[0] for value in values])
    assert np.isnan(found.interval()).all()
    assert found.mean == pytest.approx(values.mean())


def test_windows_of_different_lengths_are_refused() -> None:
    windows = [Resampled(np.zeros(n), np.zeros(n)) for n in (3, 5)]
    with pytest.raises(ValueError, match=r"lengths \[3, 5\] cannot be pooled"):
        pooled(windows)
