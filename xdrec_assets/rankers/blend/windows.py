"""Moments inside a history to learn from: what was known then, and what people took next.

A window by time is cut at one moment for everybody, as in life. Where ages say no more than an event's place in its
person's sequence, a moment for all means nothing, and a window holds out everyone's last item instead, the one before
the last, and so on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History

REGULAR = 0.9  # share of a person's steps from event to event that are alike where ages are places in a sequence


@dataclass(frozen=True)
class Window:
    """What was known before a cut, and what its people took afterwards that they had not taken before."""

    before: History  # ages counted from the cut; the same people and items as of the whole history
    person: NDArray[np.int32]  # (n_taken,) ascending; all of them have events before the cut
    item: NDArray[np.int32]  # (n_taken,) all of them have events before the cut


def windows_by_time(history: History, ends_days: Sequence[float], length_days: float) -> list[Window]:
    """Windows that end so many days before `as_of` and last for `length_days`; those without anything taken left out.

    An event is before a cut if it is strictly older: one of that very moment is after it, as it is with `as_of`.
    """
    windows = []
    for end in ends_days:
        cut = end + length_days
        earlier, inside = history.age_days > cut, (history.age_days <= cut) & (history.age_days > end)
        before = history.where(earlier, cut)
        windows.append(_window(replace(before, as_of=history.as_of - timedelta(days=round(cut))), history, inside))
    return [window for window in windows if len(window.person)]


def windows_of_last_events(history: History, n_windows: int) -> list[Window]:
    """Windows that hold out everyone's last item, the one before the last, …; those with nothing held out left out.

    A person's ages are lessened so that the newest event left is as old as the newest of all was.
    """
    place = places_from_last(history)
    windows = []
    for n in range(1, n_windows + 1):
        before = history.where(place >= n, _newest(history, place >= n) - _newest(history, place >= 0))
        windows.append(_window(before, history, place == n - 1))
    return [window for window in windows if len(window.person)]


def places_from_last(history: History) -> NDArray[np.int64]:
    """How many events of the same person are newer, (n_interactions,); of one moment the higher item is newer."""
    order = np.lexsort((-history.item, history.age_days, history.person))
    first = np.searchsorted(history.person, np.arange(history.n_people))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - first[history.person[order]]
    return place


def is_regular(history: History) -> bool:
    """Whether nearly all steps from a person's event to the next take equally long, as places in a sequence do."""
    order = np.lexsort((history.age_days, history.person))
    person, age = history.person[order], history.age_days[order]
    steps = np.diff(age)[person[1:] == person[:-1]]
    if not len(steps):
        return False
    lengths, counts = np.unique(steps, return_counts=True)
    return bool(lengths[counts.argmax()] > 0 and counts.max() >= REGULAR * len(steps))


def _newest(history: History, among: NDArray[np.bool_]) -> NDArray[np.float32]:
    """For each event the age of its person's newest event among some; 0 where there is none."""
    newest = np.full(history.n_people, np.inf, dtype=np.float32)
    np.minimum.at(newest, history.person[among], history.age_days[among])
    return np.where(np.isinf(newest), 0, newest).astype(np.float32)[history.person]


def _window(before: History, history: History, inside: NDArray[np.bool_]) -> Window:
    """Of what happened inside, that of people and items known before."""
    person, item = history.person[inside], history.item[inside]
    known = has_events(before.person, history.n_people)[person] & has_events(before.item, history.n_items)[item]
    return Window(before, person[known], item[known])


def has_events(index: NDArray[Any], n: int) -> NDArray[np.bool_]:
    """Which of n people, or items, stand in an index of events; (n,)."""
    found = np.zeros(n, dtype=bool)
    found[index] = True
    return found
