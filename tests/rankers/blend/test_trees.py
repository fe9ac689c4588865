"""Trees as arrays say what scikit-learn's say."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_info, threadpool_limits

from xdrec_assets.rankers.blend.settings import TreesSettings
from xdrec_assets.rankers.blend.trees import Trees, grown

SETTINGS = TreesSettings(trees=12, depth=4, examples_per_leaf=5, ridge=1.0)


@pytest.fixture(scope="module")
def examples() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(5_000, 6)).astype(np.float32)
    taken = features[:, 0] * features[:, 1] + 0.3 * rng.normal(size=5_000) > 0.5
    return features, taken, rng.uniform(1, 3, 5_000).astype(np.float32)


@pytest.mark.parametrize("few", [200_000, 4_999], ids=["few", "many"])
def test_the_arrays_give_what_scikit_learn_gives(
    examples: tuple[np.ndarray, np.ndarray, np.ndarray], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xdrec_assets.rankers.blend.trees.FEW", few)
    features, taken, weights = examples
    peer = HistGradientBoostingClassifier(
        learning_rate=0.08,
        max_iter=12,
        max_depth=4,
        max_leaf_nodes=None,
        min_samples_leaf=5,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=0,
    ).fit(features, taken, sample_weight=weights)
    ours = grown(features, taken, weights, SETTINGS, 0).log_odds(features)
    np.testing.assert_allclose(ours, peer.decision_function(features), rtol=1e-9)


def test_they_come_back_from_their_arrays(examples: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    features, *rest = examples
    trees = grown(features, *rest, SETTINGS, 0)
    again = Trees.from_arrays(trees.arrays())
    assert again.log_odds(features).tobytes() == trees.log_odds(features).tobytes()
    assert {name: array.shape[0] for name, array in trees.arrays().items() if name != "start"} == dict.fromkeys(
        ("feature", "threshold", "leaf"), 12
    )


def test_trees_do_not_depend_on_how_many_threads_there_are(
    examples: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    found = []
    for threads in (1, 3):
        with threadpool_limits(threads):
            found.append(grown(*examples, SETTINGS, 0))
            assert {each["num_threads"] for each in threadpool_info()} == {threads}
    assert found[0].leaf.tobytes() == found[1].leaf.tobytes()
    assert found[0].threshold.tobytes() == found[1].threshold.tobytes()


def test_an_example_is_told_by_itself(examples: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    features, *rest = examples
    trees = grown(features, *rest, SETTINGS, 0)
    assert trees.log_odds(features[4_500:]).tobytes() == trees.log_odds(features)[4_500:].tobytes()


def test_a_leaf_that_ends_early_stands_for_all_below() -> None:
    features = np.array([[0], [0], [1], [1]], dtype=np.float32)
    settings = TreesSettings(trees=1, depth=3, examples_per_leaf=1, ridge=0.0, learning_rate=1.0)
    trees = grown(features, np.array([False, True, True, True]), np.ones(4, np.float32), settings, 0)
    odds = trees.log_odds(np.array([[-5], [0.4], [0.6], [9]], dtype=np.float32))
    start = np.log(3)  # three of four; one Newton step from there by gradient over p (1 - p) = 3 / 16
    np.testing.assert_allclose(odds, start + np.array([-0.25, -0.25, 0.25, 0.25]) * 16 / 3, rtol=1e-5)
