import numpy as np
from scipy import sparse

from tests.knowledge.histories import history_of, planted_history
from xdrec_assets.knowledge.behaviour import behaviour_vectors, leading_directions, positive_information


def test_items_of_one_taste_are_close_across_platforms():
    history = planted_history(np.random.default_rng(0))
    vectors = behaviour_vectors(history, size=8, seed=0)
    topic = np.tile(np.arange(40) % 4, 2)
    chosen = np.flatnonzero(vectors.any(axis=1))
    directions = vectors[chosen] / np.linalg.norm(vectors[chosen], axis=1, keepdims=True)
    nearness = directions @ directions.T
    same = topic[chosen][:, None] == topic[chosen]
    across = (chosen < 40)[:, None] != (chosen < 40)
    assert nearness[same & across].mean() > nearness[~same & across].mean() + 0.5


def test_item_that_nobody_chose_has_zeros():
    history = history_of([("shop", "a"), ("shop", "b"), ("video", "c")], [("ann", "a", 1), ("bob", "c", 1)])
    assert behaviour_vectors(history, size=2, seed=0).any(axis=1).tolist() == [True, False, True]


def test_rarely_chosen_item_is_less_sure():
    taken = [(f"p{i}", "a", 1.0) for i in range(20)] + [("p0", "b", 1.0), ("q", "c", 1.0)]
    vectors = behaviour_vectors(history_of([("shop", item) for item in "abc"], taken), size=2, seed=0)
    lengths = np.linalg.norm(vectors, axis=1)
    np.testing.assert_allclose(lengths, [20 / 25, 1 / 6, 1 / 6], rtol=1e-4)


def test_nobody_chose_anything():
    assert not behaviour_vectors(history_of([("shop", "a")], []), size=3, seed=0).any()


def test_positive_information_by_hand():
    matrix = sparse.csr_matrix(np.array([[1, 1], [1, 0]], dtype=np.float32))
    expected = [[0, np.log(1 * 3 / (2 * 1))], [np.log(1 * 3 / (1 * 2)), 0]]
    np.testing.assert_allclose(positive_information(matrix).toarray(), expected, rtol=1e-6)


def test_leading_directions_agree_with_the_full_decomposition():
    rng = np.random.default_rng(0)
    low_rank = rng.standard_normal((60, 5)) @ rng.standard_normal((5, 50))
    matrix = sparse.csr_matrix(low_rank.astype(np.float32))
    vectors, values = leading_directions(matrix, 5, rng)
    _, expected, rows = np.linalg.svd(matrix.toarray())
    np.testing.assert_allclose(values, expected[:5], rtol=1e-4)
    np.testing.assert_allclose(np.abs(np.diag(rows[:5] @ vectors)), 1, atol=1e-4)


def test_same_seed_gives_the_same_vectors():
    history = planted_history(np.random.default_rng(0))
    one, two = (behaviour_vectors(history, size=8, seed=5) for _ in range(2))
    np.testing.assert_array_equal(one, two)
