"""Measures of alignment, by hand."""

import math

import numpy as np
import pytest

from tests.knowledge.alignment.worlds import two_platforms
from tests.knowledge.histories import history_of
from xdrec_assets.knowledge.alignment.measures import (
    domain_accuracy,
    people_retrieval,
    retrieval,
    twin_retrieval,
)

ITEMS = [("shop", "pot"), ("shop", "pan"), ("video", "cook"), ("video", "bake")]
TAKEN = [("ann", "pot", 1), ("ann", "cook", 1), ("bob", "pan", 1), ("bob", "bake", 1)]
BOTH = np.array([0, 1])


def test_reciprocal_ranks_and_recall_by_hand() -> None:
    found = retrieval([np.array([1.0, 2.0]), np.array([20.0])])
    assert found.mrr == pytest.approx((1 + 1 / 2 + 1 / 20) / 3)
    assert found.recall == pytest.approx(2 / 3)
    assert found.n == 3


def test_nothing_asked_is_not_a_number() -> None:
    found = retrieval([])
    assert found.n == 0
    assert math.isnan(found.mrr)
    assert math.isnan(found.recall)


def test_people_find_themselves_where_platforms_agree() -> None:
    history = history_of(ITEMS, TAKEN)  # items in order: shop pan, pot; video bake, cook
    agreeing = np.eye(2, dtype=np.float32)[[0, 1, 0, 1]]
    crossed = np.eye(2, dtype=np.float32)[[0, 1, 1, 0]]
    assert people_retrieval(history, agreeing, BOTH).mrr == 1
    assert people_retrieval(history, crossed, BOTH).mrr == 0.5
    assert people_retrieval(history, agreeing, BOTH).n == 4


def test_twins_find_themselves_among_all_items_of_the_other_platform() -> None:
    history = history_of(ITEMS, TAKEN)
    vectors = np.array([[1, 0], [0, 1], [0.9, 0.1], [1, 0]], dtype=np.float32)
    found = twin_retrieval(history, vectors, np.array([[0, 2]]))
    # pan looks for bake: cook is nearer, rank 2; bake looks for pan: rank 1
    assert found.mrr == pytest.approx((1 / 2 + 1) / 2)
    vectors[0] = 0
    assert twin_retrieval(history, vectors, np.array([[0, 2]])).n == 0


def test_platforms_apart_are_told_and_alike_ones_are_not() -> None:
    history, vectors, _ = two_platforms()
    alike = np.random.default_rng(3).standard_normal(vectors.shape).astype(np.float32)
    assert domain_accuracy(history, vectors, 0) > 0.9
    assert domain_accuracy(history, alike, 0) == pytest.approx(0.5, abs=0.1)


def test_one_platform_cannot_be_told_from_others() -> None:
    history, vectors, _ = two_platforms()
    vectors[history.items_of("shop")] = 0
    assert math.isnan(domain_accuracy(history, vectors, 0))
