"""The linear blend, and the one of no experience."""

import numpy as np

from xdrec_assets.rankers.blend.linear import EVEN_START, Linear, even, regressed


def test_it_finds_what_tells() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(loc=5, scale=[1, 10, 1], size=(4_000, 3)).astype(np.float32)
    features[:, 2] = 7  # tells nothing
    odds = 2 * (features[:, 0] - 5) - 0.1 * (features[:, 1] - 5)
    taken = rng.random(4_000) < 1 / (1 + np.exp(-odds))
    model = regressed(features, taken, np.ones(4_000, np.float32))
    np.testing.assert_allclose(model.weight, [2, -1, 0], atol=0.2)
    assert abs(np.mean(1 / (1 + np.exp(-model.log_odds(features)))) - taken.mean()) < 0.01  # calibrated


def test_an_example_counts_by_its_weight() -> None:
    features, taken = np.array([[0], [1], [0], [1]], dtype=np.float32), np.array([False, True, True, False])
    assert regressed(features, taken, np.array([1, 5, 1, 1], np.float32)).weight[0] > 0
    assert regressed(features, taken, np.array([1, 1, 1, 5], np.float32)).weight[0] < 0


def test_it_comes_back_from_its_arrays() -> None:
    model = Linear(np.array([1.0]), np.array([2.0]), np.array([3.0]), np.array([4.0]))
    features = np.array([[5]], dtype=np.float32)
    assert Linear.from_arrays(model.arrays()).log_odds(features).tolist() == [1 + 2 * (5 - 3) / 4]


def test_without_experience_the_members_shares_are_added_up() -> None:
    model = even(["popular_7.0", "a own score", "a own share", "a own rank", "b all share"])
    assert model.log_odds(np.array([[9, 9, 0.5, 9, 0.25]], dtype=np.float32)).tolist() == [EVEN_START + 0.75]
