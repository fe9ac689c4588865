"""A bootstrap over people whose resamples are the same for every ranker, segment and test window.

In resample b a person weighs Poisson(1), which depends on the person's id, the seed and b alone: so differences between
rankers are paired, several windows pool by adding, and a person who stands in many rows stays one person. Weights of
this kind are those of Chamandy, Muralidharan, Najmi and Naidu, "Estimating uncertainty for massive data streams", 2012
(section 3); the bootstrap and its percentile interval are those of Efron and Tibshirani, "An introduction to the
bootstrap", 1993 (chapter 13).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from math import exp, factorial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.rankers.threads import workers

CELLS_AT_ONCE: Final = 4_000_000
"""Weights that each thread holds at once, which bounds memory: 32 MB as float64."""
STEPS: Final = 2**16
"""A weight is one of this many equally likely quantiles of Poisson(1)."""


@dataclass(frozen=True)
class Resampled:
    """A mean over people, in the sample and in each resample: Σ wᵢ xᵢ and Σ wᵢ. The first is the sample, all wᵢ = 1."""

    gains: NDArray[np.float64]  # (1 + n_resamples,)
    weights: NDArray[np.float64]  # (1 + n_resamples,)
    at_least: int | None = None  # so many different people; None: every value is of another person

    @property
    def n_values(self) -> int:
        """How many values the mean is of: people, or people of each window where windows are pooled."""
        return round(float(self.weights[0]))

    @property
    def n_people(self) -> int:
        """How many different people the values are of at least; exact unless windows are pooled."""
        return self.n_values if self.at_least is None else self.at_least

    @property
    def mean(self) -> float:
        """The mean of the sample; nan where it has nobody."""
        return float(self.gains[0] / self.weights[0]) if self.weights[0] > 0 else float("nan")

    @property
    def means(self) -> NDArray[np.float64]:
        """The mean of each resample, shape (n_resamples,); nan where one has drawn nobody."""
        return _ratio(self.gains[1:], self.weights[1:])

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """The percentile interval; nan, nan with fewer than two people, of whom nothing varies.

        It holds where there are some tens of people or more. Where all have the same value it is that value alone.
        """
        return intervals([self], level)[0]


def intervals(several: Sequence[Resampled], level: float = 0.95) -> list[tuple[float, float]]:
    """The interval of each, as `Resampled.interval` tells it; of many means resampled alike it is quicker at once."""
    means = [each.means for each in several]
    drawn = [found[~np.isnan(found)] for found in means]
    n_drawn = np.array([len(found) if each.n_people >= 2 else 0 for each, found in zip(several, drawn, strict=True)])
    bounds = np.full((len(several), 2), np.nan)
    for n in np.unique(n_drawn[n_drawn > 0]):
        alike = np.flatnonzero(n_drawn == n)
        bounds[alike] = np.quantile([drawn[place] for place in alike], [(1 - level) / 2, (1 + level) / 2], axis=1).T
    return [(float(low), float(high)) for low, high in bounds]


def resample(person_id: NDArray[Any], values: NDArray[np.float64], seed: int, n: int) -> list[Resampled]:
    """Resample the means of some columns of figures over the same people.

    Args:
        person_id: whose figures stand in each row, str, shape (n_people,).
        values: shape (n_people, n_columns); nan where a person does not count in a column.
        seed: another seed draws other resamples.
        n: how many resamples.

    Returns:
        One for each column. Memory is bounded by `CELLS_AT_ONCE`, not by people × resamples.

    Raises:
        ValueError: there are not as many rows as people.
    """
    if len(values) != len(person_id):
        raise ValueError(f"{len(values)} rows of figures for {len(person_id)} people; give one row for each")
    counted = ~np.isnan(values)
    filled = np.where(counted, values, 0.0)
    gains, weights = np.zeros((2, 1 + n, values.shape[1]))

    def sums(rows: slice) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        drawn = resample_weights(person_id[rows], seed, n).astype(np.float64).T  # (1 + n, people of the batch)
        return drawn @ filled[rows], drawn @ counted[rows].astype(np.float64)

    with workers() as threads:  # the matrix library's own would wait for each other longer than they compute
        for of_gains, of_weights in threads.pool.map(sums, _batches(len(person_id), n)):
            gains += of_gains
            weights += of_weights
    return [Resampled(gains[:, column], weights[:, column]) for column in range(values.shape[1])]


def resample_weights(person_id: NDArray[Any], seed: int, n: int) -> NDArray[np.uint8]:
    """How often each person is drawn, shape (n_people, 1 + n): once in the sample, then Poisson(1) in each resample.

    A person's row depends on nothing but their id and the seed; its beginning does not depend on n.

    >>> resample_weights(np.array(["ann", "bob"]), seed=0, n=6)[:, 0].tolist()
    [1, 1]
    """
    key = str(seed).encode()
    digests = b"".join(blake2b(str(person).encode(), digest_size=8, key=key).digest() for person in person_id)
    state = np.frombuffer(digests, dtype="<u8")[:, None]
    drawn = np.ones((len(person_id), 1 + n), dtype=np.uint8)
    numbers = _mixed(state + np.arange(1, n // 4 + 2, dtype="<u8") * np.uint64(0x9E3779B97F4A7C15))
    drawn[:, 1:] = _poisson_table()[numbers.view("<u2")[:, :n]]  # four weights of 16 bits out of each number
    return drawn


def pooled(windows: Sequence[Resampled]) -> Resampled:
    """The mean over several test windows, in which each person of each window counts the same.

    Who stands in several windows is one person still, and says no more by it about other people. Ids are not kept, so
    the different people are counted as those of the largest window: never too many, which would make figures too sure.

    Raises:
        ValueError: there are none, or they have different numbers of resamples.
    """
    lengths = sorted({len(window.gains) for window in windows})
    if len(lengths) != 1:
        raise ValueError(f"resamples of lengths {lengths} cannot be pooled; give windows of one number of resamples")
    gains, weights = (np.sum([getattr(window, name) for window in windows], axis=0) for name in ("gains", "weights"))
    return Resampled(gains, weights, at_least=max(window.n_people for window in windows))


def _batches(n_people: int, n: int) -> Iterator[slice]:
    rows = max(1, CELLS_AT_ONCE // (1 + n))
    return (slice(start, start + rows) for start in range(0, n_people, rows))


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014: the output function."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.ascontiguousarray(state ^ (state >> np.uint64(31)), dtype="<u8")


@cache
def _poisson_table() -> NDArray[np.uint8]:
    """Quantiles of Poisson(1) in the middle of each of `STEPS` equal parts of 0–1; their mean is 1 within 1e-5."""
    up_to = np.cumsum([exp(-1) / factorial(count) for count in range(16)])
    return np.searchsorted(up_to, (np.arange(STEPS) + 0.5) / STEPS).astype(np.uint8)


def _ratio(gains: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    means = np.full(len(gains), np.nan)
    np.divide(gains, weights, out=means, where=weights > 0)
    return means
