"""What was known before a moment, and what people took from then on: one window of any protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.evaluation.protocols.events import Events
from xdrec_assets.evaluation.relevant_sets import RelevantSets
from xdrec_assets.joined.history import History

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True)
class Split:
    """A history to learn from, and by platform what its people took afterwards."""

    history: History
    relevant: Mapping[str, RelevantSets]


class Validation(Split):
    """Settings are chosen by this, and by nothing else. No event of the test is in it."""


class FinalTest(Split):
    """Looked at once, when everything is chosen."""


def seconds_at(day: date) -> int:
    """Unix seconds of a day's beginning, UTC.

    >>> seconds_at(date(1970, 1, 2))
    86400
    """
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def history_of(events: Events, as_of: date) -> History:
    """The history that some events make, one row per pair: its strongest strength, and the age of its last event.

    Every person and item keeps its number, with events or without: tables of people and items have no dates here, so
    all items count as known, and a person without events is one of whom nothing is known.

    Raises:
        ValueError: an event happened on `as_of` or later.
    """
    late = np.count_nonzero(events.occurred_at >= seconds_at(as_of))
    if late:
        raise ValueError(f"{late} of {len(events)} events happened from {as_of} on; keep a history to what was before")
    pair, row = np.unique(_pairs(events.person, events.item, len(events.item_id)), return_inverse=True)
    strength, last = np.zeros(len(pair), dtype=np.float32), np.full(len(pair), np.iinfo(np.int64).min)
    np.maximum.at(strength, row, events.strength)
    np.maximum.at(last, row, events.occurred_at)
    person, item = np.divmod(pair, max(1, len(events.item_id)))
    return History(
        as_of=as_of,
        platforms=events.platforms,
        person_id=events.person_id,
        item_id=events.item_id,
        item_platform=events.item_platform,
        person=person.astype(np.int32),
        item=item.astype(np.int32),
        strength=strength,
        age_days=((seconds_at(as_of) - last) / SECONDS_PER_DAY).astype(np.float32),
    )


def relevant_of(events: Events, history: History) -> dict[str, RelevantSets]:
    """By platform, what people took that they had not taken before; several events of a pair make one item.

    As in evaluation/relevant_sets, a person without any event before is -1: nobody knew of them.
    """
    n_items = len(events.item_id)
    taken = np.unique(_pairs(events.person, events.item, n_items))
    fresh = taken[~np.isin(taken, _pairs(history.person, history.item, n_items))]
    person, item = np.divmod(fresh, max(1, n_items))
    platform = history.item_platform[item]
    known = np.zeros(history.n_people, dtype=bool)
    known[history.person] = True
    return {
        name: _relevant_on(name, person[platform == number], item[platform == number], history, known)
        for number, name in enumerate(history.platforms)
    }


def of_known_people(relevant: RelevantSets) -> RelevantSets:
    """Those alone who were known before; what most publications test."""
    kept = relevant.restricted_to(np.repeat(relevant.person >= 0, relevant.n_relevant))
    tested = kept.n_relevant > 0
    indptr = np.concatenate([[0], np.cumsum(kept.n_relevant[tested])]).astype(np.int64)
    return RelevantSets(kept.platform, kept.person_id[tested], kept.person[tested], indptr, kept.item)


def _pairs(person: NDArray[Any], item: NDArray[Any], n_items: int) -> NDArray[np.int64]:
    """One number for each person and item, shape (n,)."""
    return np.asarray(person.astype(np.int64) * n_items + item, dtype=np.int64)


def _relevant_on(
    platform: str, person: NDArray[np.int64], item: NDArray[np.int64], history: History, known: NDArray[np.bool_]
) -> RelevantSets:
    """person, item: shape (n,), by person."""
    people, n_relevant = np.unique(person, return_counts=True)
    return RelevantSets(
        platform=platform,
        person_id=history.person_id[people],
        person=np.where(known[people], people, -1).astype(np.int32),
        indptr=np.concatenate([[0], np.cumsum(n_relevant)]).astype(np.int64),
        item=item.astype(np.int32),
    )
