"""Small logs for tests of protocols: who took which item on which day of January 2026."""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np

from xdrec_assets.evaluation.protocols.events import Events, events_of
from xdrec_assets.evaluation.protocols.splits import Split, seconds_at
from xdrec_assets.evaluation.relevant_sets import RelevantSets

ITEMS = [("food", "apple"), ("food", "bread"), ("food", "cake"), ("kitchen", "pan"), ("kitchen", "pot")]
NAMES = [item_id for _, item_id in ITEMS]
Took = tuple[str, str, int]  # person, item, day


def day(number: int) -> date:
    return date(2026, 1, 1) + timedelta(days=number - 1)


def log_of(took: Iterable[Took], strength: Iterable[float] | None = None) -> Events:
    people, items, days = zip(*took, strict=True)
    return events_of(
        ITEMS,
        np.array(people),
        np.array([NAMES.index(item) for item in items]),
        np.array([seconds_at(day(number)) for number in days]),
        None if strength is None else np.array([*strength]),
    )


def random_log(seed: int, n_people: int = 12, n_events: int = 60, n_days: int = 10) -> Events:
    """Many ties in time, many repeats."""
    rng = np.random.default_rng(seed)
    days = rng.integers(1, n_days + 1, n_events)
    people = rng.integers(0, n_people, n_events)
    rows = zip(people.tolist(), rng.integers(0, len(ITEMS), n_events).tolist(), days.tolist(), strict=True)
    return log_of([(f"p{person:02d}", NAMES[item], number) for person, item, number in rows])


def learned(split: Split) -> set[tuple[str, str]]:
    history = split.history
    rows = zip(history.person.tolist(), history.item.tolist(), strict=True)
    return {(history.person_id[person], history.item_id[item]) for person, item in rows}


def asked(relevant: RelevantSets) -> dict[str, list[str]]:
    ends = zip(relevant.person_id, relevant.indptr, relevant.indptr[1:], strict=False)
    return {person: [NAMES[item] for item in relevant.item[first:last]] for person, first, last in ends}


def asked_anywhere(split: Split) -> set[tuple[str, str]]:
    return {
        (person, item)
        for relevant in split.relevant.values()
        for person, items in asked(relevant).items()
        for item in items
    }


def same(one: Split, other: Split) -> bool:
    """Whether two splits agree in every bit."""
    arrays = ("person_id", "item_id", "item_platform", "person", "item", "strength", "age_days")
    sets = ("person_id", "person", "indptr", "item")
    return (
        one.history.as_of == other.history.as_of
        and all(np.array_equal(getattr(one.history, name), getattr(other.history, name)) for name in arrays)
        and one.relevant.keys() == other.relevant.keys()
        and all(
            np.array_equal(getattr(one.relevant[platform], name), getattr(other.relevant[platform], name))
            for platform in one.relevant
            for name in sets
        )
    )
