"""The comparisons that a challenger must win, every one of them, with confidence.

A challenger is tried against the champion, against popularity and, trained on all platforms, against its own
single-platform twin. What was trained on all platforms is tried twice against each: on all products, and on those that
no other platform lists too, so that a gain made by products listed twice is none.

To win all of them is to win the hardest: the p-value of a challenger is the largest of its trials (Berger,
"Multiparameter hypothesis testing and acceptance sampling", 1982: intersection–union). Over all challengers the
p-values are corrected by Holm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from xdrec_assets.evaluation.champion.evidence import EVERYONE, UNLISTED, Evidence, Name, Part
from xdrec_assets.evaluation.uncertainty.paired import Comparison, compare, holm

POPULAR: Final[Name] = ("popularity", "one")


@dataclass(frozen=True)
class Trial:
    """One comparison of a challenger with a rival."""

    rival: Name
    part: Part
    comparison: Comparison | None  # None: they were not tested on the same people

    @property
    def is_ahead(self) -> bool:
        """Whether the challenger did better at all."""
        return self.comparison is not None and self.comparison.difference > 0

    @property
    def is_behind(self) -> bool:
        """Whether it did worse at all."""
        return self.comparison is not None and self.comparison.difference < 0

    @property
    def p_value(self) -> float:
        """Two-sided, where the challenger is ahead; else 1."""
        return self.p_of_equal if self.is_ahead else 1.0

    @property
    def p_of_equal(self) -> float:
        """Two-sided, of there being no difference; 1 where none could be measured."""
        return self.comparison.p_value if self.comparison else 1.0


@dataclass(frozen=True)
class Challenger:
    """A ranker that would be served in the champion's place, and how it fared."""

    name: Name
    ndcg: float
    trials: tuple[Trial, ...]
    p_adjusted: float = 1.0

    @property
    def hardest(self) -> Trial:
        """The trial that it came out of worst: the first one lost, else the one of the largest p-value."""
        return max(self.trials, key=lambda trial: trial.p_value)

    def may_be_a_leak(self, alpha: float) -> bool:
        """Whether its gains over all products are not found again in those that no other platform lists."""
        by_part = {part: [one.p_value for one in self.trials if one.part == part] for part in (EVERYONE, UNLISTED)}
        return max(by_part[EVERYONE]) <= alpha < max(by_part[UNLISTED], default=0.0)

    def beats_all(self, alpha: float) -> bool:
        """Whether it has won every trial with confidence."""
        return self.p_adjusted <= alpha


def challengers(evidence: Evidence, champion: Name, level: float) -> list[Challenger]:
    """All rankers but the champion and popularity, best NDCG first, with their trials and corrected p-values.

    The single-platform one of two equals comes first, as the simpler one, then the order of their names decides.
    """
    names = [name for name in evidence.figures if name not in (champion, POPULAR)]
    names.sort(key=lambda name: (-evidence.figures[name].ndcg, name[1] == "all", name))
    tried = [tuple(_trials(evidence, name, champion, level)) for name in names]
    adjusted = holm([max(trial.p_value for trial in trials) for trials in tried])
    return [
        Challenger(name, evidence.figures[name].ndcg, trials, float(p_adjusted))
        for name, trials, p_adjusted in zip(names, tried, adjusted, strict=True)
    ]


def trial(evidence: Evidence, name: Name, rival: Name, part: Part, level: float) -> Trial:
    """Compare two rankers on a part; the interval is of the given level."""
    mine, theirs = evidence.resampled(name, part), evidence.resampled(rival, part)
    if mine is None or theirs is None or not np.array_equal(mine.weights, theirs.weights):
        return Trial(rival, part, None)
    return Trial(rival, part, compare(mine, theirs, level))


def twin_of(name: Name) -> Name:
    """The same ranker in its other training."""
    return name[0], "one" if name[1] == "all" else "all"


def _trials(evidence: Evidence, name: Name, champion: Name, level: float) -> Iterator[Trial]:
    rivals = [champion] if champion in evidence.figures and champion != POPULAR else []
    rivals.append(POPULAR)
    if name[1] == "all" and twin_of(name) != champion:
        rivals.append(twin_of(name))
    for rival in rivals:
        for part in (EVERYONE, UNLISTED) if name[1] == "all" else (EVERYONE,):
            yield trial(evidence, name, rival, part, level)
