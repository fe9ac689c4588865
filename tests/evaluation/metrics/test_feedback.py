"""Shares of what was shown, with Wilson's interval: by hand, against SciPy, by property."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import binomtest

from xdrec_assets.evaluation.metrics.feedback import Rate, rate

Z = 1.959963984540054  # 97.5% of a standard normal distribution lies below


def test_by_hand() -> None:
    # 1 of 4: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)
    found = rate(1, 4)
    middle, reach, scale = 1 / 4 + Z**2 / 8, Z * sqrt(3 / 64 + Z**2 / 64), 1 + Z**2 / 4
    assert_allclose([found.value, found.low, found.high], [1 / 4, (middle - reach) / scale, (middle + reach) / scale])


def test_nothing_shown_or_nothing_named_is_no_figure() -> None:
    assert rate(0, 0) == rate(None, 10) == Rate(None, None, None)


@pytest.mark.parametrize(("answered", "shown"), [(0, 7), (7, 7), (3, 7), (12, 4000), (1, 1)])
def test_agrees_with_scipy(answered: int, shown: int) -> None:
    peer = binomtest(answered, shown).proportion_ci(0.9, method="wilson")
    found = rate(answered, shown, level=0.9)
    assert_allclose([found.low, found.high], [peer.low, peer.high], atol=1e-12)


@given(st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_within_0_and_1(counts: tuple[int, int]) -> None:
    found = rate(*counts)
    assert found.value is not None and found.low is not None and found.high is not None
    assert 0 <= found.low <= found.value <= found.high <= 1


@given(st.integers(1, 500), st.integers(2, 50))
def test_more_showings_say_more(shown: int, times: int) -> None:
    few, many = rate(shown // 2, shown), rate(shown // 2 * times, shown * times)
    assert few.high is not None and few.low is not None and many.high is not None and many.low is not None
    assert many.high - many.low < few.high - few.low
