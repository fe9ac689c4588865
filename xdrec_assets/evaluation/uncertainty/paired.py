"""Compare two rankers on the same people, and correct for having compared many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.evaluation.uncertainty.bootstrap import Resampled


@dataclass(frozen=True)
class Comparison:
    """One mean minus another."""

    difference: float  # nan where nobody was tested
    low: float  # nan where too few people were tested for an interval of this level
    high: float
    p_value: float  # two-sided, of there being no difference; 1 where nobody was tested


def compare(a: Resampled, b: Resampled, level: float = 0.95) -> Comparison:
    """The mean of `a` minus that of `b`, both resampled with the same seed.

    The standard error is that of the difference over the resamples, so people whose figures rise and fall together
    make it small: the comparison is paired. Interval and p-value are Student's, which hold where the mean of some tens
    of people is nearly normal; the two agree. No p-value is below 2 ** (1 - n_people), the least that flipping the
    signs of so few people's differences could give (Fisher, "The design of experiments", 1935, section 21): so one
    person proves nothing, and below six people there is no interval of 95 %.

    Raises:
        ValueError: they have different numbers of resamples.
    """
    if len(a.gains) != len(b.gains):
        raise ValueError(f"{len(a.gains)} and {len(b.gains)} resamples cannot be paired; resample both alike")
    difference, n_people = a.mean - b.mean, min(a.n_people, b.n_people)
    if n_people < 2:
        return Comparison(difference, float("nan"), float("nan"), 1.0)
    error, least = _standard_error(a.means - b.means, n_people), 2.0 ** (1 - n_people)
    reach = _reach(level, n_people) * error if least <= 1 - level else float("nan")
    p_value = max(_p_value(difference, error, n_people), least)
    return Comparison(difference, difference - reach, difference + reach, p_value)


def holm(p_values: Sequence[float]) -> NDArray[np.float64]:
    """P-values adjusted so that all of a family hold together, in the given order; nan stays out and stays nan.

    Holm, "A simple sequentially rejective multiple test procedure", 1979: the i-th smallest of m times m - i + 1, and
    never below the one before it.

    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(len(values), np.nan)
    tested = np.flatnonzero(~np.isnan(values))
    order = tested[np.argsort(values[tested], kind="stable")]
    raised = values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(raised))
    return adjusted


def _standard_error(differences: NDArray[np.float64], n_people: int) -> float:
    """Of a mean, from its resamples, which vary by (n - 1) / n of what the sample does."""
    found = differences[~np.isnan(differences)]
    return float(found.std() * np.sqrt(n_people / (n_people - 1))) if len(found) else 0.0


def _reach(level: float, n_people: int) -> float:
    """How many standard errors the interval reaches to either side."""
    from scipy.special import stdtrit

    return float(stdtrit(n_people - 1, (1 + level) / 2))


def _p_value(difference: float, error: float, n_people: int) -> float:
    from scipy.special import stdtr

    if error == 0:
        return float(difference == 0)
    return 2 * float(stdtr(n_people - 1, -abs(difference) / error))
