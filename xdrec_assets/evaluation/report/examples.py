"""What a few people were recommended last time, why, and what they then turned to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from xdrec_assets.joined.history import History

Row = Mapping[str, Any]
PEOPLE, BEST = 3, 8  # people shown, and recommendations of each


def people_shown(history: History, n: int = PEOPLE) -> list[int]:
    """Person indices: those with items on most platforms first, then those with most items, then by index.

    Chosen by what was known before, never by how well it went.
    """
    on = np.zeros((history.n_people, len(history.platforms)), dtype=np.int64)
    np.add.at(on, (history.person, history.item_platform[history.item]), 1)
    return [int(person) for person in np.lexsort((-on.sum(axis=1), -(on > 0).sum(axis=1)))[:n]]


def examples(
    history: History,
    titles: NDArray[np.object_],
    recommended: Sequence[Row],
    taken: Set[tuple[str, str, str]],
    platforms: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Each person of `people_shown` with their best recommendations.

    Args:
        history: what was known when they were made.
        titles: what each item is called, shape (n_items,), None where it has no title.
        recommended: rows of recommendations/top_k of these people.
        taken: platform, person_id and item_id of what people turned to afterwards.
        platforms: their titles by name.

    Returns:
        person, has (items by platform) and recommendations: rank, platform, title, reason, taken; every platform's
        first, then every platform's second, and so on. People without recommendations are left out.
    """
    found = []
    for person in people_shown(history):
        person_id = history.person_id[person]
        own = sorted(
            (row for row in recommended if row["person_id"] == person_id),
            key=lambda row: (row["rank"], row["platform"]),
        )
        lines = [_line(history, titles, row, taken, platforms) for row in own[:BEST]]
        if lines:
            found.append({"person": person_id, "has": _has(history, person, platforms), "recommendations": lines})
    return found


def _has(history: History, person: int, platforms: Mapping[str, str]) -> str:
    own = history.item[history.person == person]
    counts = np.bincount(history.item_platform[own], minlength=len(history.platforms))
    pairs = zip(history.platforms, counts, strict=True)
    return " · ".join(f"{platforms.get(platform, platform)} {count}" for platform, count in pairs if count)


def _line(
    history: History,
    titles: NDArray[np.object_],
    row: Row,
    taken: Set[tuple[str, str, str]],
    platforms: Mapping[str, str],
) -> dict[str, Any]:
    return {
        "rank": row["rank"],
        "platform": platforms.get(row["platform"], row["platform"]),
        "title": _title(history, titles, row["platform"], row["item_id"]),
        "reason": row["reason"],
        "taken": (row["platform"], row["person_id"], row["item_id"]) in taken,
    }


def _title(history: History, titles: NDArray[np.object_], platform: str, item_id: str) -> str:
    """What an item is called; its id where it has no title, or is not known any more."""
    if platform not in history.platforms:
        return item_id
    items = history.items_of(platform)
    found = titles[items][history.item_id[items] == item_id]
    return str(found[0]) if len(found) and found[0] else item_id
