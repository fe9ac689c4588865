"""Split by time, the same moment for all people: nothing that happened later is learned from.

What a live system can do, and so the default. A split that cuts each person's history at a moment of its own lets a
model learn from what others did later (Ji, Sun, Zhang, Li: A Critical Study on Data Leakage in Recommender System
Offline Evaluation, TOIS 2023; Meng, McCreadie, Macdonald, Ounis: Exploring Data Splitting Strategies for the Evaluation
of Recommendation Models, RecSys 2020).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from xdrec_assets.evaluation.protocols.events import Events
from xdrec_assets.evaluation.protocols.splits import (
    FinalTest,
    Split,
    Validation,
    history_of,
    relevant_of,
    seconds_at,
)


@dataclass(frozen=True)
class SplitByTime:
    """Two windows, one after the other. Hand `validation` alone to what chooses settings."""

    validation: Validation  # learns from before the validation window, which it is asked about
    test: FinalTest  # learns from all before the test window, the validation window included


def split_global_time(events: Events, validation_from: date, test_from: date, until: date | None = None) -> SplitByTime:
    """Train before `validation_from`, validate until `test_from`, test from then on and before `until`; days of UTC.

    Raises:
        ValueError: the dates are not in this order.
    """
    dates = [validation_from, test_from, *([until] if until else [])]
    if any(one >= other for one, other in pairwise(dates)):
        found = ", ".join(map(str, dates))
        raise ValueError(f"the windows start and end at {found}; expected validation, then test, then its end")
    validation, test = _window(events, validation_from, test_from), _window(events, test_from, until)
    return SplitByTime(Validation(validation.history, validation.relevant), FinalTest(test.history, test.relevant))


def back_test(events: Events, as_of: Sequence[date], days: int) -> Iterator[Split]:
    """For each as-of date what was known before it, and what was taken in the `days` days from it on.

    Raises:
        ValueError: the dates do not rise, or a window has no day.
    """
    if days < 1:
        raise ValueError(f"windows of {days} days; expected 1 or more")
    if any(one >= other for one, other in pairwise(as_of)):
        raise ValueError(f"as-of dates {', '.join(map(str, as_of))} do not rise; give each once, the earliest first")
    for day in as_of:
        yield _window(events, day, day + timedelta(days=days))


def _window(events: Events, first: date, after: date | None) -> Split:
    is_past = events.occurred_at < seconds_at(first)
    is_asked = ~is_past if after is None else ~is_past & (events.occurred_at < seconds_at(after))
    history = history_of(events.where(is_past), first)
    return Split(history, relevant_of(events.where(is_asked), history))
