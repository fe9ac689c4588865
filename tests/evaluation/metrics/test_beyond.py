"""What accuracy does not tell, by hand arithmetic and by property."""

from itertools import combinations
from math import log, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from xdrec_assets.evaluation.metrics.beyond import (
    calibration,
    coverage,
    diversity,
    gini,
    novelty,
    own_popularity,
    popularity_bias,
)
from xdrec_assets.evaluation.metrics.definitions import METRICS

N_ITEMS, K = 8, 5
CANDIDATES = np.arange(N_ITEMS)


@st.composite
def lists(draw: st.DrawFn, n_people: int = 4) -> NDArray[np.int32]:
    """Lists of distinct items, some short."""
    rows = st.lists(st.integers(0, N_ITEMS - 1), max_size=K, unique=True)
    return np.array([(draw(rows) + [-1] * K)[:K] for _ in range(n_people)], dtype=np.int32)


takers = arrays(np.int64, N_ITEMS, elements=st.integers(0, 50))


def test_coverage_counts_candidates_alone() -> None:
    assert coverage(np.array([[1, 2, 9], [2, -1, -1]]), np.array([1, 2, 3, 4])) == 0.5
    assert np.isnan(coverage(np.array([[1]]), np.array([], dtype=int)))
    assert np.isnan(coverage(np.empty((0, 3), dtype=int), np.array([1])))


def test_gini_by_hand() -> None:
    assert gini(np.array([[0, 1], [2, 3]]), np.arange(4)) == 0  # each once
    # exposures 0, 1, 3: mean absolute difference over twice the mean = (2 (1 + 3 + 2) / 9) / (2 · 4 / 3)
    assert_allclose(gini(np.array([[1, 2], [2, -1], [2, 9]]), np.array([0, 1, 2])), (12 / 9) / (8 / 3))
    assert np.isnan(gini(np.array([[-1]]), np.arange(4)))
    assert np.isnan(gini(np.array([[1]]), np.array([], dtype=int)))


@given(lists())
def test_gini_is_the_mean_absolute_difference_over_twice_the_mean(recommended: NDArray[np.int32]) -> None:
    exposure = np.array([(recommended == item).sum() for item in CANDIDATES])
    found = gini(recommended, CANDIDATES)
    if not exposure.sum():
        assert np.isnan(found)
        return
    apart = np.abs(exposure[:, None] - exposure[None, :]).mean()
    assert_allclose(found, apart / (2 * exposure.mean()), atol=1e-12)
    assert METRICS["gini"].holds(found + 1e-12)


def test_novelty_by_hand() -> None:
    # taken by all 8 people, by 2, by nobody (counts as 1): 0, 2 and 3 bits
    found = novelty(np.array([[0, 1, 2], [1, -1, -1], [-1, -1, -1]]), np.array([8, 2, 0]), n_people=8)
    assert_allclose(found, [5 / 3, 2, np.nan])


def test_novelty_of_a_world_where_nobody_took_anything_is_nan() -> None:
    assert np.isnan(novelty(np.array([[0]]), np.array([0]), n_people=0)).all()


def test_no_items_at_all_is_nan_for_everyone() -> None:
    nobody, none = np.full((2, 3), -1), np.array([], dtype=np.int64)
    empty = csr_matrix((0, 4))
    assert np.isnan(novelty(nobody, none, 5)).all()
    assert np.isnan(popularity_bias(nobody, none, np.ones(2))).all()
    assert np.isnan(diversity(nobody, np.empty((0, 3)))).all()
    assert np.isnan(calibration(nobody, csr_matrix(np.full((2, 4), 0.25)), empty)).all()


@given(lists(), takers)
def test_novelty_falls_where_an_item_becomes_better_known(recommended: NDArray[np.int32], n: NDArray[np.int64]) -> None:
    before, after = novelty(recommended, n, 100), novelty(recommended, n + 1, 100)
    assert (np.isnan(before) == (recommended < 0).all(axis=1)).all()
    assert (after <= before + 1e-12)[~np.isnan(before)].all()
    assert (before[~np.isnan(before)] >= 0).all()


def test_popularity_bias_by_hand() -> None:
    n_takers = np.array([12, 4, 1, 0])
    own = own_popularity(np.array([0, 0, 1]), np.array([1, 2, 0]), 3, n_takers)
    assert_allclose(own, [5 / 2, 12, np.nan])
    found = popularity_bias(np.array([[0, 1], [2, 3], [0, 1]]), n_takers, own)
    assert_allclose(found, [log2(8 / 2.5), log2(1 / 12), np.nan])


def test_popularity_bias_of_an_empty_list_is_nan() -> None:
    assert np.isnan(popularity_bias(np.array([[-1, -1]]), np.array([3]), np.array([2.0]))).all()


@given(lists(), takers, st.integers(2, 9))
def test_popularity_bias_knows_no_unit(recommended: NDArray[np.int32], n: NDArray[np.int64], times: int) -> None:
    own = np.full(len(recommended), 3.0)
    before = popularity_bias(recommended, n + 1, own)
    assert_allclose(popularity_bias(recommended, (n + 1) * times, own * times), before, atol=1e-9)


def test_diversity_by_hand() -> None:
    vectors = np.array([[2.0, 0], [0, 3], [-1, 0], [0, 0], [np.nan, 0]])
    # right angles twice and opposite once: 1 - cosine is 1, 1 and 2
    found = diversity(np.array([[0, 1, 2], [0, 3, 1], [0, 0, -1], [1, 4, -1]]), vectors)
    assert_allclose(found, [4 / 3, 1, 0, np.nan], atol=1e-12)


@given(lists(), st.integers(0, 2**32 - 1), st.sampled_from([np.float32, np.float64]))
def test_diversity_is_the_mean_over_pairs(recommended: NDArray[np.int32], seed: int, kind: type) -> None:
    vectors = np.random.default_rng(seed).standard_normal((N_ITEMS, 3)).astype(kind)
    vectors[0] = 0  # has none
    found = diversity(recommended, vectors)
    for row, value in zip(recommended, found, strict=True):
        pairs = [*combinations(row[row > 0], 2)]
        unit = vectors / np.linalg.norm(np.where(vectors == 0, 1, vectors), axis=1)[:, None]
        expected = np.mean([1 - unit[left] @ unit[right] for left, right in pairs]) if pairs else np.nan
        assert_allclose(value, expected, atol=1e-5 if kind is np.float32 else 1e-12)


def test_calibration_by_hand() -> None:
    items = csr_matrix(np.array([[1.0, 0], [0.5, 0.5], [0, 0]]))
    own = csr_matrix(np.array([[0.5, 0.5], [0.5, 0.5], [0, 0], [1, 0]]))
    found = calibration(np.array([[0, 1, -1], [1, 2, -1], [0, 1, 2], [2, -1, -1]]), own, items)
    # the first list: q = ¾, ¼ and q̃ = .99 q + .01 p; the second has the person's own mixture
    by_hand = 0.5 * log(0.5 / (0.99 * 0.75 + 0.005)) + 0.5 * log(0.5 / (0.99 * 0.25 + 0.005))
    assert_allclose(found, [by_hand, 0, np.nan, np.nan], atol=1e-12)


def test_calibration_of_a_world_without_categories_is_nan() -> None:
    found = calibration(np.array([[0, 1], [1, -1]]), csr_matrix((2, 0)), csr_matrix((3, 0)))
    assert np.isnan(found).all()


def test_calibration_of_strangers_is_its_bound() -> None:
    items, own = csr_matrix(np.eye(2)), csr_matrix(np.array([[1.0, 0]]))
    found = calibration(np.array([[1]]), own, items)
    assert_allclose(found, METRICS["calibration"].highest)


def test_arguments_stay_as_they_are() -> None:
    recommended, n_takers, vectors = np.array([[0, 1, -1]]), np.array([3, 0]), np.array([[3.0, 4.0], [np.nan, 0.0]])
    items, own = csr_matrix(np.eye(2)), csr_matrix(np.array([[0.5, 0.5]]))
    before = [array.copy() for array in (recommended, n_takers, vectors, items.data, own.data)]
    novelty(recommended, n_takers, 3), popularity_bias(recommended, n_takers, np.ones(1)), gini(recommended, n_takers)
    diversity(recommended, vectors), calibration(recommended, own, items)
    for array, as_it_was in zip((recommended, n_takers, vectors, items.data, own.data), before, strict=True):
        assert_array_equal(array, as_it_was)


@pytest.mark.parametrize("metric", ["novelty", "diversity", "calibration"])
@given(recommended=lists(), order=st.permutations(range(K)), people=st.permutations(range(4)))
def test_neither_order_within_lists_nor_of_people_matters(
    metric: str, recommended: NDArray[np.int32], order: list[int], people: list[int]
) -> None:
    rng = np.random.default_rng(0)
    own, items = (csr_matrix(rng.dirichlet(np.ones(3), size)) for size in (4, N_ITEMS))
    vectors, n_takers = rng.standard_normal((N_ITEMS, 3)), rng.integers(0, 9, N_ITEMS)
    of = {
        "novelty": lambda lists, _: novelty(lists, n_takers, 9),
        "diversity": lambda lists, _: diversity(lists, vectors),
        "calibration": lambda lists, whose: calibration(lists, whose, items),
    }[metric]
    before, after = of(recommended, own), of(recommended[people][:, order], own[people])
    assert_allclose(after, before[people], atol=1e-12)
    known = before[~np.isnan(before)]
    assert all(METRICS[metric].holds(value) for value in known)
