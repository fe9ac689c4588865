"""A few people's best recommendations with their reasons, as text for a terminal."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.evaluation.report.plain_text import one_line

if TYPE_CHECKING:
    import pyarrow as pa

    from xdrec_assets.joined.history import History


def showcase(
    recommendations: pa.Table,
    history: History,
    titles: NDArray[np.object_],
    n_people: int = 2,
    n_best: int = 10,
    width: int = 120,
) -> str:
    """The best recommendations of the people who are known on most platforms.

    Args:
        recommendations: the table recommendations/top_k of one as-of date.
        history: what was known then.
        titles: what each item is called, shape (n_items,), None where it has no title.
        n_people: how many people.
        n_best: how many recommendations each: every platform's first, then every platform's second, and so on.
        width: columns of the terminal.
    """
    chosen = people_on_most_platforms(history, n_people)
    return "\n\n".join(_person(person, recommendations, history, titles, n_best, width) for person in chosen)


def people_on_most_platforms(history: History, n_people: int) -> list[int]:
    """Person indices, those with items on most platforms first, then those with most items, then by index."""
    on = _items_per_platform(history)
    return [int(person) for person in np.lexsort((-on.sum(axis=1), -(on > 0).sum(axis=1)))[:n_people]]


def display_width(text: str) -> int:
    """Columns that a text takes on a terminal: Chinese characters take two, combining marks none.

    >>> display_width("跑鞋 shoes")
    10
    """
    return sum(_columns(character) for character in text)


def fitted(text: str, width: int) -> str:
    """The text cut or filled up with blanks to exactly `width` columns.

    >>> fitted("跑鞋套装", 6), fitted("shoes", 6)
    ('跑鞋… ', 'shoes ')
    """
    if display_width(text) > width:
        kept = ""
        for character in text:
            if display_width(kept + character) > width - 1:
                break
            kept += character
        text = kept + "…"
    return text + " " * (width - display_width(text))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _items_per_platform(history: History) -> NDArray[np.int64]:
    on = np.zeros((history.n_people, len(history.platforms)), dtype=np.int64)
    np.add.at(on, (history.person, history.item_platform[history.item]), 1)
    return on


def _person(
    person: int, recommendations: pa.Table, history: History, titles: NDArray[np.object_], n_best: int, width: int
) -> str:
    import pyarrow.compute as pc

    person_id = history.person_id[person]
    rows = recommendations.filter(pc.equal(recommendations["person_id"], person_id))
    best = rows.sort_by([("rank", "ascending"), ("platform", "ascending")]).slice(0, n_best).to_pylist()
    counts = zip(history.platforms, _items_per_platform(history)[person], strict=True)
    known = " · ".join(f"{platform} {count}" for platform, count in counts if count)
    heading = f"Person {one_line(person_id, 16)} · items they have: {known or 'none'}"
    return "\n".join([heading, *_lines(best, _titles(best, history, titles), width)])


def _titles(rows: list[dict[str, Any]], history: History, titles: NDArray[np.object_]) -> list[str]:
    found = []
    for row in rows:
        items = history.items_of(row["platform"])
        index = items.start + int(np.flatnonzero(history.item_id[items] == row["item_id"])[0])
        found.append(one_line(titles[index] or row["item_id"]))
    return found


def _lines(rows: list[dict[str, Any]], titles: list[str], width: int) -> list[str]:
    platform = max((display_width(row["platform"]) for row in rows), default=0)
    room = width - platform - 10  # place, and two blanks between columns
    title = min(max(map(display_width, titles), default=0), room * 2 // 5)
    return [
        f"  {place:>2}  {fitted(row['platform'], platform)}  {fitted(name, title)}  "
        f"{fitted(one_line(row['reason']), room - title).rstrip()}"
        for place, (row, name) in enumerate(zip(rows, titles, strict=True), start=1)
    ]
