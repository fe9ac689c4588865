"""Which test people and items a figure is about.

- all: everyone with something relevant.
- warm_people: had events on the target platform before as_of.
- cold_people: had none there, but some on another platform: where transfer has to show.
- new_people: had none anywhere.
- cold_items: everyone again, but only items without any training event count as relevant.

Warm, cold and new people make up all people, each once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.evaluation.catalogue import is_seen

if TYPE_CHECKING:
    from xdrec_assets.evaluation.relevant_sets import RelevantSets
    from xdrec_assets.joined.history import History

SEGMENTS: Final = ("all", "warm_people", "cold_people", "new_people", "cold_items")


@dataclass(frozen=True)
class Segment:
    """Some test people, and which of their relevant items and of the candidates count."""

    name: str
    people: NDArray[np.bool_]  # (n_people of the relevant sets,)
    relevant: RelevantSets  # of all test people, restricted to the items that count
    candidates: NDArray[np.int32]  # whose coverage is measured


def segments(history: History, relevant: RelevantSets, candidates: NDArray[np.int32]) -> Iterator[Segment]:
    """All segments, in the order of `SEGMENTS`; one may hold nobody."""
    warm, known = _has_events(history, relevant)
    masks = {"all": np.ones(relevant.n_people, dtype=bool), "warm_people": warm}
    masks |= {"cold_people": known & ~warm, "new_people": ~known}
    for name, people in masks.items():
        yield Segment(name, people, relevant, candidates)
    yield _cold_items(history, relevant, candidates)


def _has_events(history: History, relevant: RelevantSets) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each test person has events on the target platform, and on any."""
    items = history.items_of(relevant.platform)
    on_target = (history.item >= items.start) & (history.item < items.stop)
    n_target = np.bincount(history.person[on_target], minlength=history.n_people + 1)
    n_any = np.bincount(history.person, minlength=history.n_people + 1)
    # index -1 (not known before as_of) reads the last entry, which belongs to nobody and is 0
    return n_target[relevant.person] > 0, n_any[relevant.person] > 0


def _cold_items(history: History, relevant: RelevantSets, candidates: NDArray[np.int32]) -> Segment:
    cold = ~np.append(is_seen(history), False)  # index -1 (not known before as_of) reads the last entry: cold
    restricted = relevant.restricted_to(cold[relevant.item])
    return Segment("cold_items", restricted.n_relevant > 0, restricted, candidates[cold[candidates]])
