import numpy as np
import pytest

from tests.knowledge.histories import history_of
from xdrec_assets.knowledge.links.audience import audience

ITEMS = [("shop", "a"), ("shop", "b"), ("video", "x"), ("video", "y")]
A, B, X, Y = range(4)


def test_fisher_s_test_by_hand():
    # Four people are on both platforms; two of them took a, the same two took x: one way out of 4 over 2 = 6.
    taken = [("p1", "a", 1), ("p1", "x", 1), ("p2", "a", 1), ("p2", "x", 1)]
    taken += [("p3", "b", 1), ("p3", "y", 1), ("p4", "b", 1), ("p4", "y", 1)]
    found = audience(history_of(ITEMS, taken), np.array([[A, X], [A, Y]]))
    assert found.shared.tolist() == [2, 0]
    assert found.smaller.tolist() == [2, 2]
    assert found.p_value == pytest.approx([1 / 6, 1])


def test_people_of_one_platform_do_not_count():
    taken = [("p1", "a", 1), ("p1", "x", 1), ("p2", "b", 1), ("p2", "y", 1)]
    alone = [(f"q{i}", "a", 1.0) for i in range(50)]
    found = audience(history_of(ITEMS, taken + alone), np.array([[A, X]]))
    assert found.smaller.tolist() == [1]
    assert found.p_value == pytest.approx([1 / 2])


def test_pairs_of_several_platforms_are_each_held_against_their_own_people():
    items = [*ITEMS, ("news", "n")]
    taken = [("p1", "a", 1), ("p1", "x", 1), ("p2", "b", 1), ("p2", "n", 1), ("p3", "a", 1), ("p3", "y", 1)]
    history = history_of(items, taken)  # n, a, b, x, y
    found = audience(history, np.array([[1, 3], [0, 2]]))
    assert found.shared.tolist() == [1, 1]
    assert found.p_value == pytest.approx([1, 1])  # both who are in shop and video took a; one is in news and shop


def test_no_pairs_no_audience():
    assert audience(history_of(ITEMS, [("p", "a", 1)]), np.zeros((0, 2), dtype=np.int64)).shared.shape == (0,)
