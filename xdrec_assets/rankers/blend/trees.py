"""Gradient-boosted trees as plain arrays: grown by scikit-learn's histogram method, kept and evaluated by us.

Friedman: Greedy Function Approximation: A Gradient Boosting Machine, Annals of Statistics 2001; histograms as in Ke et
al.: LightGBM, NeurIPS 2017. Every tree is filled up to the same depth, a leaf standing for all that would be below it,
so that all examples take the same steps and a whole block takes each at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.rankers.blend.bins import binned, edges_of, unbinned
from xdrec_assets.rankers.blend.settings import TreesSettings

Floats = NDArray[np.float32]
EXAMPLES_PER_BLOCK = 4096  # whose features stay near the processor while all trees are asked
FEW = 200_000  # examples; of more scikit-learn draws as many by their weights to find its bins, and is quick


@dataclass(frozen=True)
class Trees:
    """Log-odds of an example: `start` + the sum over trees of the leaf that it falls into.

    The children of node n are 2n + 1 (not above the threshold) and 2n + 2, as in a heap.
    """

    start: NDArray[np.float64]  # (1,)
    feature: NDArray[np.int32]  # (n_trees, n_inner)
    threshold: NDArray[np.float64]  # (n_trees, n_inner), inf where a leaf is filled up
    leaf: NDArray[np.float64]  # (n_trees, n_inner + 1)

    def log_odds(self, features: Floats) -> NDArray[np.float64]:
        """Of examples by their features (n, n_features): (n,)."""
        found = np.full(len(features), self.start[0])
        for first in range(0, len(features), EXAMPLES_PER_BLOCK):
            block = slice(first, first + EXAMPLES_PER_BLOCK)
            found[block] += self._of_block(np.ascontiguousarray(features[block], dtype=np.float32))
        return found

    def _of_block(self, features: Floats) -> NDArray[np.float64]:
        n, width = features.shape
        flat, row = features.reshape(-1), np.arange(n) * width
        total, n_inner = np.zeros(n), self.feature.shape[1]
        for feature, threshold, leaf in zip(self.feature, self.threshold, self.leaf, strict=True):
            node = np.zeros(n, dtype=np.int64)
            for _ in range((n_inner + 1).bit_length() - 1):
                node = 2 * node + 1 + (flat.take(row + feature.take(node)) > threshold.take(node))
            total += leaf.take(node - n_inner)
        return total

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it, by name."""
        return dict(vars(self))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Trees:
        """The trees that gave these arrays."""
        return cls(*(np.asarray(arrays[name]) for name in ("start", "feature", "threshold", "leaf")))


def grown(features: Floats, taken: NDArray[np.bool_], weights: Floats, settings: TreesSettings, seed: int) -> Trees:
    """Trees for the logistic loss.

    features: (n, n_features) without nan. taken: (n,) what is to be told. weights: (n,) of the examples.

    Few examples are learned from by one thread: several would wait for each other at each question, and sum otherwise.
    """
    if len(features) > FEW:
        return _grown(features, taken, weights, settings, seed)
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # which scikit-learn brings

    edges = edges_of(features, weights)
    with threadpool_limits(1, user_api="openmp"):
        trees = _grown(binned(features, edges), taken, weights, settings, seed)
    return replace(trees, threshold=unbinned(trees.feature, trees.threshold, edges))


def _grown(features: Floats, taken: NDArray[np.bool_], weights: Floats, settings: TreesSettings, seed: int) -> Trees:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        learning_rate=settings.learning_rate,
        max_iter=settings.trees,
        max_depth=settings.depth,
        max_leaf_nodes=None,
        min_samples_leaf=settings.examples_per_leaf,
        l2_regularization=settings.ridge,
        early_stopping=False,
        random_state=seed,
    ).fit(features, taken, sample_weight=weights)
    nodes = [each.nodes for (each,) in model._predictors]
    filled = [_filled(each, settings.depth) for each in nodes]
    start = np.asarray(model._baseline_prediction, dtype=np.float64).reshape(1)
    return Trees(start, *(np.stack(parts) for parts in zip(*filled, strict=True)))


def _filled(nodes: NDArray[Any], depth: int) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Features and thresholds of the inner nodes and values of the leaves of one tree, filled up to a depth.

    nodes: as scikit-learn keeps them, with fields is_leaf, feature_idx, num_threshold, left, right, value.
    """
    n_inner = 2**depth - 1
    feature, threshold = np.zeros(n_inner, dtype=np.int32), np.full(n_inner, np.inf)
    at = np.zeros(2 * n_inner + 1, dtype=np.int64)  # the node of theirs at each place of ours
    for place in range(n_inner):
        node = nodes[at[place]]
        if node["is_leaf"]:
            at[2 * place + 1 : 2 * place + 3] = at[place]
            continue
        feature[place], threshold[place] = node["feature_idx"], node["num_threshold"]
        at[2 * place + 1], at[2 * place + 2] = node["left"], node["right"]
    return feature, threshold, nodes["value"][at[n_inner:]].astype(np.float64)
