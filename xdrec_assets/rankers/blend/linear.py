"""Logistic regression on standardised features, and what stands in where there is nothing to learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
PENALTY, PASSES = 10.0, 500
EVEN_START = -3.0  # log-odds of a candidate that no member has a word for


@dataclass(frozen=True)
class Linear:
    """Log-odds = start + Σ weight × (feature - mean) / scale."""

    start: NDArray[np.float64]  # (1,)
    weight: NDArray[np.float64]  # (n_features,)
    mean: NDArray[np.float64]  # (n_features,)
    scale: NDArray[np.float64]  # (n_features,) positive

    def log_odds(self, features: Floats) -> NDArray[np.float64]:
        """Of examples by their features (n, n_features): (n,), each by itself, whatever else is asked for."""
        standardised = (features - self.mean) / self.scale
        return np.asarray(self.start[0] + (standardised * self.weight).sum(axis=1))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it, by name."""
        return dict(vars(self))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Linear:
        """The model that gave these arrays."""
        return cls(*(np.asarray(arrays[name]) for name in ("start", "weight", "mean", "scale")))


def regressed(features: Floats, taken: NDArray[np.bool_], weights: Floats) -> Linear:
    """The logistic regression of `taken` (n,) on features (n, n_features), examples weighted by `weights` (n,)."""
    from sklearn.linear_model import LogisticRegression

    mean, scale = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64)
    scale = np.where(scale > np.finfo(np.float32).eps, scale, 1.0)
    model = LogisticRegression(C=1 / PENALTY, max_iter=PASSES).fit((features - mean) / scale, taken, weights)
    return Linear(model.intercept_.astype(np.float64), model.coef_[0].astype(np.float64), mean, scale)


def even(names: Sequence[str]) -> Linear:
    """What blends by no experience: the members' shares of their largest scores, added up."""
    weight = np.array([1.0 if name.endswith(" share") else 0.0 for name in names])
    return Linear(np.array([EVEN_START]), weight, np.zeros(len(names)), np.ones(len(names)))
