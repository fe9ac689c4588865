"""Try settings of a ranker, the next where the last ones did best, within a budget.

Tree-structured Parzen estimator: Bergstra, Bardenet, Bengio, Kégl: Algorithms for Hyper-Parameter Optimization, NIPS
2011, section 4, by Optuna (Akiba, Sano, Yanase, Ohta, Koyama: Optuna, KDD 2019).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xdrec_assets.rankers.search.spaces import Choice, Dimension, Space, Value
from xdrec_assets.rankers.search.trials import Judged, Trial, measured
from xdrec_assets.rankers.section import Section

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution

AT_RANDOM = 0.3  # share of the trials before the estimator begins
FEWEST_AT_RANDOM = 3


@dataclass(frozen=True)
class Budget:
    """How much is tried. The same seed tries the same, as far as the seconds go."""

    trials: int  # beside the settings that stand
    seconds: float = float("inf")  # no trial begins after so long
    seed: int = 0


def search(standing: Section, space: Space, judge: Callable[[Section], Judged], budget: Budget) -> Iterator[Trial]:
    """What was tried, as it goes: the settings that stand first, then others of the space.

    Args:
        standing: settings of a ranker; what the space does not name stays as it is in them.
        space: by setting, what may be tried.
        judge: NDCG of each person by platform of a ranker with some settings.
        budget: where it ends.

    Raises:
        ValueError: the settings that stand cannot be judged, or nobody validates. Other settings that raise it are
            refused, and the search goes on.
    """
    began = time.perf_counter()
    found = _tried(0, standing, {name: getattr(standing, name) for name in space}, judge)
    if found.refused is not None:
        raise ValueError(f"the settings that stand cannot be judged, so nothing is searched: {found.refused}")
    if not any(len(values) for values in found.judged.values()):
        raise ValueError("nobody validates, so nothing can be chosen; give a longer window, or search where people are")
    study, known = _study(budget), {standing.model_dump_json(): found}
    _tell_standing(study, space, found)
    yield found
    for number in range(1, budget.trials + 1):
        if time.perf_counter() - began >= budget.seconds:
            return
        asked = study.ask({name: _distribution(dimension) for name, dimension in space.items()})
        tried = {name: dimension.setting(asked.params[name]) for name, dimension in space.items()}
        found = _next(number, standing, tried, judge, known)
        _tell(study, asked, found)
        yield found


def _next(
    number: int,
    standing: Section,
    tried: Mapping[str, Value],
    judge: Callable[[Section], Judged],
    known: dict[str, Trial],
) -> Trial:
    """A trial; what was tried before is not judged again."""
    try:
        section = standing.model_validate({**standing.model_dump(), **tried})
    except ValueError as error:  # settings that do not go together
        return Trial(number, standing, tried, refused=_in_short(error))
    key = section.model_dump_json()
    if key not in known:
        known[key] = _tried(number, section, tried, judge)
    former = known[key]
    seconds = former.seconds if former.number == number else 0.0
    return Trial(number, section, tried, former.judged, seconds, former.refused)


def _tried(number: int, section: Section, tried: Mapping[str, Value], judge: Callable[[Section], Judged]) -> Trial:
    began = time.perf_counter()
    try:
        judged, refused = judge(section), None
    except (
        ValueError,
        ArithmeticError,
        RuntimeError,
        MemoryError,
    ) as error:  # numbers that no ranker can be learned with
        judged, refused = {}, _in_short(error)
    return Trial(number, section, tried, judged, time.perf_counter() - began, refused)


def _in_short(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def _study(budget: Budget) -> Study:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    first = max(FEWEST_AT_RANDOM, round(AT_RANDOM * budget.trials))
    sampler = optuna.samplers.TPESampler(seed=budget.seed, n_startup_trials=first)
    return optuna.create_study(direction="maximize", sampler=sampler)


def _distribution(dimension: Dimension) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(dimension, Choice):
        return CategoricalDistribution(dimension.values)
    if dimension.is_integer:
        return IntDistribution(int(dimension.low), int(dimension.high), log=dimension.is_log)
    return FloatDistribution(dimension.low, dimension.high, log=dimension.is_log)


def _tell_standing(study: Study, space: Space, standing: Trial) -> None:
    """Let the estimator know of the settings that stand, where they lie in the space."""
    from optuna.trial import create_trial

    params = {name: dimension.drawn(standing.tried[name]) for name, dimension in space.items()}
    if None not in params.values():
        distributions = {name: _distribution(dimension) for name, dimension in space.items()}
        value = measured(standing.judged).mean
        study.add_trial(create_trial(params=params, distributions=distributions, value=value))


def _tell(study: Study, asked: Any, found: Trial) -> None:
    from optuna.trial import TrialState

    if found.refused is None:
        study.tell(asked, measured(found.judged).mean)
    else:
        study.tell(asked, state=TrialState.FAIL)
