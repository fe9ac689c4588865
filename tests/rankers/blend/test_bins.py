"""Bins hold what scikit-learn's would."""

import numpy as np
import pytest
from sklearn.ensemble._hist_gradient_boosting.binning import _BinMapper

from xdrec_assets.rankers.blend.bins import MOST_BINS, binned, edges_of, unbinned

RNG = np.random.default_rng(3)
N = 4_000
EVEN = np.ones(N, dtype=np.float32)
UNEVEN = np.where(RNG.random(N) < 0.1, 1, RNG.uniform(1, 40, N)).astype(np.float32)
COLUMNS = {
    "all different": RNG.normal(size=N),
    "many alike": np.where(RNG.random(N) < 0.6, 0, RNG.exponential(size=N)),
    "rounded": RNG.normal(size=N).round(2),
    "three values": RNG.integers(0, 3, N),
    "as many values as bins": np.arange(N) % MOST_BINS,
    "one more": np.arange(N) % (MOST_BINS + 1),
    "one value": np.zeros(N),
}
FEATURES = np.stack(list(COLUMNS.values()), axis=1).astype(np.float32)


@pytest.mark.parametrize("weights", [EVEN, UNEVEN], ids=["even", "uneven"])
def test_edges_are_those_of_scikit_learn(weights: np.ndarray) -> None:
    peer = _BinMapper(n_bins=MOST_BINS + 1).fit(FEATURES.astype(np.float64), sample_weight=weights.astype(np.float64))
    found = edges_of(FEATURES, weights)
    for name, ours, theirs in zip(COLUMNS, found, peer.bin_thresholds_, strict=True):
        assert ours.tobytes() == np.asarray(theirs, dtype=np.float64).tobytes(), name
    np.testing.assert_array_equal(binned(FEATURES, found), peer.transform(FEATURES.astype(np.float64)))


def test_bins_hold_about_equal_weight() -> None:
    edges = edges_of(FEATURES[:, :1], UNEVEN)
    held = np.bincount(binned(FEATURES[:, :1], edges)[:, 0].astype(int), UNEVEN)
    assert len(held) == MOST_BINS
    assert np.abs(held - UNEVEN.sum() / MOST_BINS).max() < 2 * UNEVEN.max()


def test_a_value_on_an_edge_is_in_the_bin_below() -> None:
    edges = [np.array([0.5, 2.0])]
    values = np.array([[-1], [0.5], [0.6], [2], [3]], dtype=np.float32)
    assert binned(values, edges)[:, 0].tolist() == [0, 0, 1, 1, 2]


def test_thresholds_are_told_of_features_again() -> None:
    """Between bins 0 and 1 lies 0.5; between 1 and 3, where no example is in bin 2, the edge above 1; inf stays."""
    edges = [np.array([10.0, 20.0, 30.0]), np.array([7.0])]
    feature = np.array([[0, 0, 1, 0]], dtype=np.int32)
    threshold = np.array([[0.5, 2.0, 0.5, np.inf]])
    assert unbinned(feature, threshold, edges).tolist() == [[10.0, 20.0, 7.0, np.inf]]
    assert threshold[0, 0] == 0.5  # what was given stays as it was


def test_what_is_given_stays_as_it_was() -> None:
    features, weights = FEATURES.copy(), UNEVEN.copy()
    binned(features, edges_of(features, weights))
    assert features.tobytes() == FEATURES.tobytes() and weights.tobytes() == UNEVEN.tobytes()
