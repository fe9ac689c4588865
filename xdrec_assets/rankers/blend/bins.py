"""Bins of features for boosted trees: the edges that scikit-learn finds, at one sorting of each feature.

With weights scikit-learn (1.9) sorts a feature anew for each of its quantiles, which takes seven times as long as to
grow the trees. Given the bins' numbers as features, which are few, it has none to find.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Edges = Sequence[NDArray[np.float64]]  # of each feature, ascending: x lies in bin i if edge[i - 1] < x <= edge[i]

MOST_BINS = 255  # of a feature: as many as scikit-learn's, one byte less the bin for what is missing


def edges_of(features: NDArray[np.float32], weights: NDArray[np.float32]) -> list[NDArray[np.float64]]:
    """Of each feature, those between its bins, of which each holds about as much weight as another.

    A feature with no more values than there may be bins has one for each, with edges halfway.

    Args:
        features: (n, n_features), without nan.
        weights: (n,), positive.

    >>> [edges.tolist() for edges in edges_of(np.array([[1, 3], [2, 3]], dtype=np.float32), np.ones(2, np.float32))]
    [[1.5], []]
    """
    return [_edges(column, weights) for column in features.T]


def binned(features: NDArray[np.float32], edges: Edges) -> NDArray[np.float32]:
    """The number of the bin that each value lies in, (n, n_features)."""
    columns = [np.searchsorted(of_one, column) for column, of_one in zip(features.T, edges, strict=True)]
    return np.stack(columns, axis=1).astype(np.float32)


def unbinned(feature: NDArray[np.int32], threshold: NDArray[np.float64], edges: Edges) -> NDArray[np.float64]:
    """Thresholds on features in place of those on numbers of bins, (n_trees, n_inner); inf stays.

    A threshold lies between two numbers of bins; that it says of both is that of the edge above the lower one.
    """
    found = threshold.copy()
    asked = np.isfinite(threshold)
    places = np.ceil(threshold[asked]).astype(np.int64) - 1
    found[asked] = [edges[column][place] for column, place in zip(feature[asked], places, strict=True)]
    return found


def _edges(column: NDArray[Any], weights: NDArray[Any]) -> NDArray[np.float64]:
    order = np.argsort(column)
    values, up_to = column[order].astype(np.float64), np.cumsum(weights[order], dtype=np.float64)
    distinct = _without_repeats(values)
    if len(distinct) <= MOST_BINS:
        return (distinct[:-1] + distinct[1:]) / 2
    asked = np.linspace(0, 100, MOST_BINS + 1)[1:-1] / 100 * up_to[-1]
    place = np.minimum(np.searchsorted(up_to, asked), len(values) - 1)
    is_between = up_to[place] - asked > np.finfo(np.float64).eps  # else the value ends just there: halfway to the next
    after = np.minimum(place + 1, len(values) - 1)
    return _without_repeats(np.where(is_between, values[place], (values[place] + values[after]) / 2))


def _without_repeats(ascending: NDArray[np.float64]) -> NDArray[np.float64]:
    is_first = np.append(True, ascending[1:] > ascending[:-1])
    return np.asarray(ascending[is_first])
