"""Leave out the last item of each person: the protocol of most publications, to compare with them.

A model learns what others did after the moment it is asked about, which a live system cannot: figures are no forecast,
and not to be compared with those of a split by time. A person's items are those of first events, in time; equal times
are broken as `in_order` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from xdrec_assets.evaluation.protocols.events import Events, first_of_each_pair
from xdrec_assets.evaluation.protocols.splits import FinalTest, Validation, history_of, relevant_of


@dataclass(frozen=True)
class LeaveOneOut:
    """Hand `validation` alone to what chooses settings."""

    validation: Validation  # asks for the item before the last one, and learns from those before it
    test: FinalTest  # asks for the last item, and learns from all before it


def leave_one_out(events: Events) -> LeaveOneOut:
    """The last item of each person for the test, the one before for validation.

    Something has to be left to learn from: those with two items are tested and not validated, and the item of those
    with one is learned from. Across platforms it is the last item on any of them; ages count from the day after the
    last event.

    Raises:
        ValueError: there are no events.
    """
    if not len(events):
        raise ValueError("there are no events to leave one out of")
    events = first_of_each_pair(events)
    as_of = _day_after(int(events.occurred_at.max()))
    from_last, n_items = _places(events)
    is_test = (from_last == 0) & (n_items > 1)
    is_validation = (from_last == 1) & (n_items > 2)
    history = history_of(events.where(~is_test), as_of)
    test = FinalTest(history, relevant_of(events.where(is_test), history))
    earlier = history_of(events.where(~is_test & ~is_validation), as_of)
    return LeaveOneOut(Validation(earlier, relevant_of(events.where(is_validation), earlier)), test)


def _places(events: Events) -> tuple[np.ndarray, np.ndarray]:
    """How many items of the same person come after each, and how many there are in all; events by person and time."""
    n_items = np.bincount(events.person, minlength=len(events.person_id))
    end = np.cumsum(n_items)
    return end[events.person] - 1 - np.arange(len(events)), n_items[events.person]


def _day_after(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, tz=UTC).date() + timedelta(days=1)
