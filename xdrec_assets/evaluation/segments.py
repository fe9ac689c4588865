"""Which test people and items a figure is about.

Segments of people:

- all: everyone with something relevant.
- warm_people: had events on the target platform before as_of.
- cold_people: had none there, but some on another platform: where transfer has to show.
- new_people: had none anywhere.
- few_events: warm people who took fewer than `few_events` items on the target platform.

Segments of items, with everyone who has a relevant one among them:

- cold_items: items without any training event.
- long_tail: items outside the most popular ones, which together hold `head_share` of the platform's training events.

Warm, cold and new people make up all people, each once. Each segment is given with twins and without: in the latter,
items that another platform lists too do not count as relevant. Lists stay as they are.
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

OF_ITEMS: Final = ("cold_items", "long_tail")
SEGMENTS: Final = ("all", "warm_people", "cold_people", "new_people", "few_events", *OF_ITEMS)
WITH, WITHOUT = "with", "without"
TWINS: Final = (WITH, WITHOUT)


@dataclass(frozen=True)
class Segment:
    """Some test people, and which of their relevant items and of the candidates count."""

    name: str
    twins: str  # with | without
    people: NDArray[np.bool_]  # (n_people of the relevant sets,) those who have something relevant that counts
    relevant: RelevantSets  # of all test people, restricted to the items that count
    candidates: NDArray[np.int32]  # whose coverage is measured


def segments(
    history: History,
    relevant: RelevantSets,
    candidates: NDArray[np.int32],
    is_twin: NDArray[np.bool_],
    few_events: int = 5,
    head_share: float = 0.5,
) -> Iterator[Segment]:
    """All segments in the order of `SEGMENTS`, first with twins and then without; one may hold nobody.

    Args:
        history: what was known before the test window: decides who and what is warm, cold or new.
        relevant: what the test people turned to, on the platform that is evaluated.
        candidates: item indices that could be recommended.
        is_twin: whether each item of the history is listed on another platform too, shape (n_items,).
        few_events: people with fewer items than this on the platform are in few_events.
        head_share: the share of training events that the most popular items hold.
    """
    masks = _people(history, relevant, few_events)
    counted = {"cold_items": ~is_seen(history), "long_tail": ~is_head(history, relevant.platform, head_share)}
    for twins, base in ((WITH, relevant), (WITHOUT, _restricted(relevant, ~is_twin))):
        has_any = base.n_relevant > 0
        for name, people in masks.items():
            yield Segment(name, twins, people & has_any, base, candidates)
        for name, counts in counted.items():
            kept = _restricted(base, counts)
            yield Segment(name, twins, kept.n_relevant > 0, kept, candidates[counts[candidates]])


def is_head(history: History, platform: str, head_share: float) -> NDArray[np.bool_]:
    """Which items are the platform's most popular, as few as hold `head_share` of what was taken; shape (n_items,).

    Of equally popular ones the item that stands first in the history is taken first.
    """
    items = history.items_of(platform)
    taken = np.bincount(history.item, minlength=history.n_items)[items]
    order = np.argsort(-taken, kind="stable")
    before = np.cumsum(taken[order]) - taken[order]
    head = np.zeros(history.n_items, dtype=bool)
    head[items.start + order[before < head_share * taken.sum()]] = True
    return head


def _people(history: History, relevant: RelevantSets, few_events: int) -> dict[str, NDArray[np.bool_]]:
    items = history.items_of(relevant.platform)
    on_target = (history.item >= items.start) & (history.item < items.stop)
    # index -1 (not known before as_of) reads the last entry, which belongs to nobody and is 0
    n_target = np.bincount(history.person[on_target], minlength=history.n_people + 1)[relevant.person]
    n_any = np.bincount(history.person, minlength=history.n_people + 1)[relevant.person]
    return {
        "all": np.ones(relevant.n_people, dtype=bool),
        "warm_people": n_target > 0,
        "cold_people": (n_any > 0) & (n_target == 0),
        "new_people": n_any == 0,
        "few_events": (n_target > 0) & (n_target < few_events),
    }


def _restricted(relevant: RelevantSets, counts: NDArray[np.bool_]) -> RelevantSets:
    """The relevant items that count; those not known before as_of, index -1, do: nobody took or listed them twice."""
    return relevant.restricted_to(np.append(counts, True)[relevant.item])
