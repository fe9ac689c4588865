import numpy as np
import pytest

from tests.knowledge.histories import history_of
from xdrec_assets.knowledge.people import pool_people, recency_weights

ITEMS = [("shop", "pan"), ("shop", "pot"), ("video", "film")]
VECTORS = np.array([[1, 0, 0], [0, 0, 0], [0, 1, 0]], dtype=np.float32)


def test_choice_of_a_half_life_ago_weighs_half():
    history = history_of(ITEMS, [("ann", "pan", 40), ("ann", "film", 10)])
    people = pool_people(history, VECTORS, half_life_days=30)
    np.testing.assert_allclose(people.vectors, [np.array([0.5, 1, 0]) / np.sqrt(1.25)], rtol=1e-6)


def test_shares_say_which_platform_gave_how_much():
    history = history_of(ITEMS, [("ann", "pan", 40), ("ann", "film", 10), ("bob", "pot", 1), ("bob", "pan", 1)])
    people = pool_people(history, VECTORS, half_life_days=30)
    np.testing.assert_allclose(people.shares, [[1 / 3, 2 / 3], [1, 0]], rtol=1e-6)
    assert people.n_events.tolist() == [2, 2]


def test_person_whose_items_have_no_vector_has_zeros():
    people = pool_people(history_of(ITEMS, [("bob", "pot", 1)]), VECTORS, half_life_days=30)
    assert people.vectors.tolist() == [[0, 0, 0]]
    assert people.n_events.tolist() == [1]


def test_person_without_choices_in_scope_has_zeros():
    history = history_of(ITEMS, [("ann", "film", 10), ("bob", "pan", 1)]).only("shop")
    people = pool_people(history, VECTORS, half_life_days=30)
    assert people.vectors.any(axis=1).tolist() == [False, True]
    assert people.shares.tolist() == [[0, 0], [1, 0]]
    assert people.n_events.tolist() == [0, 1]


def test_very_old_history_does_not_vanish():
    history = history_of(ITEMS, [("ann", "pan", 20_000), ("ann", "film", 20_010)])
    np.testing.assert_allclose(recency_weights(history, 10.0), [1, 0.5])


def test_strength_counts():
    history = history_of(ITEMS, [("ann", "pan", 1)], strength=0.25)
    assert recency_weights(history, 10.0)[0] == pytest.approx(0.25)
