"""What was tried, how it did, and what is chosen of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.rankers.search.spaces import Value
from xdrec_assets.rankers.section import Section

Judged = Mapping[str, NDArray[np.float64]]
"""NDCG of each person who validates, by platform; the same people, in the same order, for all that is tried."""


@dataclass(frozen=True)
class Measured:
    """A mean over people, and its standard error; nan where there are too few."""

    mean: float
    error: float


@dataclass(frozen=True)
class Trial:
    """Settings that were tried."""

    number: int  # 0: the settings that stand
    section: Section
    tried: Mapping[str, Value]  # by setting, what may differ from those that stand
    judged: Judged = field(default_factory=dict)
    seconds: float = 0.0
    refused: str | None = None  # why they cannot be had

    @property
    def state(self) -> Literal["complete", "refused"]:
        """Whether it gave figures."""
        return "complete" if self.refused is None else "refused"


def measured(judged: Judged) -> Measured:
    """The mean over platforms of the means over their people, each platform counting alike.

    The error takes people of different platforms for different people: it is √(Σₚ varₚ / nₚ) over the platforms.

    >>> measured({"shop": np.array([0.0, 1.0]), "video": np.array([1.0, 1.0])})
    Measured(mean=0.75, error=0.25)
    """
    each = [values for values in judged.values() if len(values)]
    if not each:
        return Measured(float("nan"), float("nan"))
    variances = [values.var(ddof=1) / len(values) if len(values) > 1 else np.nan for values in each]
    return Measured(float(np.mean([values.mean() for values in each])), float(np.sqrt(np.sum(variances)) / len(each)))


def gain(trial: Trial, standing: Trial, platform: str | None = None) -> Measured:
    """What a trial has over the settings that stand, person by person; on one platform, or on all."""
    names = standing.judged if platform is None else [platform]
    return measured({name: trial.judged[name] - standing.judged[name] for name in names})


def best_of(trials: Sequence[Trial], margin: float, platform: str | None = None) -> Trial:
    """The trial with the largest gain, if that is more than `margin` of its standard errors; else what stands.

    The best of many is partly the luckiest; without the margin, settings would change with every draw of people. As
    the one-standard-error rule (Breiman, Friedman, Olshen, Stone: Classification and Regression Trees, 1984, 3.4.3),
    with what stands in the place of the simplest.
    """
    standing = trials[0]
    complete = [trial for trial in trials[1:] if trial.refused is None]
    gains = [gain(trial, standing, platform) for trial in complete]
    if not gains:
        return standing
    best = max(range(len(gains)), key=lambda n: (gains[n].mean, -n))
    found = gains[best]
    return complete[best] if found.mean > 0 and found.mean > margin * found.error else standing
