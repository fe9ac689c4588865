"""The benchmark of nearest items: what it grows, what it measures, and what it carries on."""

import numpy as np
import pytest

from benchmarks.nearest import Measured, Timed, grown, measure
from xdrec_assets.embeddings.vectors import unit_rows


@pytest.fixture(scope="module")
def titles() -> np.ndarray:
    return unit_rows(np.random.default_rng(0).standard_normal((60, 16)))


def test_new_items_lie_near_the_titles_they_come_from(titles: np.ndarray) -> None:
    items = grown(titles, 2_000, np.random.default_rng(1))
    assert items.shape == (2_000, 16)
    np.testing.assert_allclose(np.linalg.norm(items, axis=1), 1, rtol=1e-5)
    strangers = unit_rows(np.random.default_rng(2).standard_normal((2_000, 16)))
    assert np.median((items @ titles.T).max(axis=1)) > 1.2 * np.median((strangers @ titles.T).max(axis=1))


def test_both_ways_are_measured(titles: np.ndarray) -> None:
    asking, others = (grown(titles, 1_500, np.random.default_rng(seed)) for seed in (1, 2))
    found = measure(asking, others)
    assert found.n_items == 1_500
    assert found.recall > 0.9
    assert found.code_mb == pytest.approx(1_500 * 4 / 1e6)
    assert min(each.seconds for each in (found.build, found.fast, found.exact)) > 0
    assert str(round(found.recall, 3)) in found.line()


def test_asking_grows_with_both_sizes_and_building_with_one() -> None:
    small = Measured(100, Timed(1, 2), Timed(3, 5), Timed(10, 20), 0.99, 0.5, 100)
    large = small.carried_to(1_000)
    assert large.build == Timed(10, 20)
    assert large.fast == Timed(2 * 100 + 10, 3 * 100 + 20)
    assert large.exact == Timed(1_000, 2_000)
    assert large.code_mb == 5
    assert np.isnan(large.recall)
