"""Scores as a classification, by hand arithmetic and by property."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from xdrec_assets.evaluation.metrics.classification import Outcomes, at_threshold, auc, auc_of_ranks, lists_at_threshold

N = (3, 6)
tied = arrays(np.int64, N, elements=st.integers(0, 4)).map(lambda array: array / 4)
masks = arrays(np.bool_, N)


def pair_by_pair(scores: NDArray[np.float64], relevant: NDArray[np.bool_]) -> float:
    """The definition itself: every relevant score against every other one."""
    pairs = scores[relevant][:, None] - scores[~relevant][None, :]
    return float(np.mean((pairs > 0) + (pairs == 0) / 2)) if pairs.size else float("nan")


def test_auc_by_hand() -> None:
    # relevant scores 4 and 2 against 3, 2 and 1: right 3 + 1, tied 1, wrong 1
    scores, relevant = np.array([[4.0, 2, 3, 2, 1]]), np.array([[True, True, False, False, False]])
    assert_allclose(auc(scores, relevant), 4.5 / 6)


def test_auc_without_pairs_is_nan() -> None:
    scores = np.array([[1.0, 2], [1, 2], [1, 2]])
    relevant, judged = np.array([[False, False], [True, True], [True, False]]), np.ones((3, 2), dtype=bool)
    judged[2, 0] = False  # its relevant item cannot be recommended
    assert np.isnan(auc(scores, relevant, judged)).all()
    assert auc(np.empty((0, 5)), np.empty((0, 5), dtype=bool)).shape == (0,)


def test_auc_of_ranks_from_best_to_worst() -> None:
    assert_allclose(auc_of_ranks(np.array([4 + 5, 1 + 2]), np.array([2, 2]), np.array([5, 5])), [1, 0])


@given(tied, masks, masks)
def test_auc_is_the_share_of_pairs_among_the_judged(
    scores: NDArray[np.float64], relevant: NDArray[np.bool_], judged: NDArray[np.bool_]
) -> None:
    expected = [pair_by_pair(s[j], r[j]) for s, r, j in zip(scores, relevant, judged, strict=True)]
    assert_allclose(auc(scores, relevant, judged), expected, atol=1e-12)


@given(tied, masks)
def test_auc_of_scores_turned_over_is_the_rest_to_one(scores: NDArray[np.float64], relevant: NDArray[np.bool_]) -> None:
    assert_allclose(auc(-scores, relevant), 1 - auc(scores, relevant), atol=1e-12)
    assert_allclose(auc(np.exp(scores), relevant), auc(scores, relevant), atol=1e-12)  # order alone matters


def test_threshold_by_hand() -> None:
    # at .5 or above: three of six, two of them relevant; one relevant below
    scores = np.array([[0.9, 0.5, 0.7, 0.1, 0.2, 0.3]])
    relevant = np.array([[True, True, False, True, False, False]])
    found = at_threshold(scores, relevant, 0.5)
    assert_allclose(
        [found.precision(), found.recall(), found.f1(), found.accuracy()], [[2 / 3], [2 / 3], [2 / 3], [4 / 6]]
    )


def test_a_threshold_above_all_scores_leaves_precision_open_and_recall_zero() -> None:
    found = at_threshold(np.array([[0.1, 0.2]]), np.array([[True, False]]), 0.5)
    assert np.isnan(found.precision()).all()
    assert (found.recall(), found.f1(), found.accuracy()) == (0, 0, 0.5)


def test_nothing_relevant_is_nan_everywhere() -> None:
    found = Outcomes(*(np.array([count]) for count in (0, 2, 0, 5)))
    assert np.isnan([found.precision(), found.recall(), found.f1(), found.accuracy()]).all()


@given(tied, masks, st.floats(0, 1))
def test_raising_the_threshold_never_finds_more(
    scores: NDArray[np.float64], relevant: NDArray[np.bool_], threshold: float
) -> None:
    lower, higher = at_threshold(scores, relevant, threshold), at_threshold(scores, relevant, threshold + 0.25)
    assert (higher.hits <= lower.hits).all()
    assert (higher.n_predicted <= lower.n_predicted).all()
    for values in (lower.precision(), lower.recall(), lower.f1(), lower.accuracy()):
        known = values[~np.isnan(values)]
        assert ((known >= 0) & (known <= 1)).all()


@given(tied, masks, st.floats(0, 1))
def test_lists_of_everything_say_what_the_matrix_says(
    scores: NDArray[np.float64], relevant: NDArray[np.bool_], threshold: float
) -> None:
    order = np.argsort(-scores, axis=1)
    listed, hits = (np.take_along_axis(of, order, axis=1) for of in (scores, relevant))
    whole = at_threshold(scores, relevant, threshold)
    found = lists_at_threshold(listed, hits, threshold, whole.n_relevant, whole.n_judged)
    assert_allclose(found.f1(), whole.f1())
    assert_allclose(found.accuracy(), whole.accuracy())


def test_places_that_a_short_list_leaves_empty_are_no_predictions() -> None:
    scores, hits = np.array([[0.9, -np.inf]]), np.array([[True, False]])
    found = lists_at_threshold(scores, hits, -np.inf, np.array([1]), np.array([5]))
    assert (found.precision(), found.n_predicted) == (1, 1)
