"""Examples of recommendations."""

from typing import Any

import numpy as np

from tests.evaluation.worlds import history_of
from xdrec_assets.evaluation.report.examples import BEST, examples, people_shown

ITEMS = {"shop": ["pan", "pot", "lid"], "video": ["film", "series"]}
TOOK = [("ann", "shop", "pan"), ("ann", "video", "film"), ("bob", "shop", "pan"), ("bob", "shop", "pot")]
HISTORY = history_of(TOOK, ["ann", "bob", "cem"], ITEMS)
TITLES = np.array(["Pan", "Pot", None, "Film", "Series"], dtype=object)


def row(person: str, platform: str, item: str, rank: int = 1) -> dict[str, Any]:
    return {"person_id": person, "platform": platform, "item_id": item, "rank": rank, "reason": "because"}


def test_people_on_most_platforms_come_first_then_those_with_most_items() -> None:
    assert [HISTORY.person_id[person] for person in people_shown(HISTORY)] == ["ann", "bob", "cem"]


def test_what_was_taken_afterwards_is_marked() -> None:
    recommended = [row("ann", "video", "series"), row("ann", "shop", "lid"), row("ann", "shop", "pot", rank=2)]
    taken = {("shop", "ann", "pot"), ("shop", "bob", "lid")}
    (found,) = examples(HISTORY, TITLES, recommended, taken, {"shop": "The shop"})
    assert (found["person"], found["has"]) == ("ann", "The shop 1 · video 1")
    assert [(line["platform"], line["title"], line["taken"]) for line in found["recommendations"]] == [
        ("The shop", "lid", False),  # its id where an item has no title
        ("video", "Series", False),
        ("The shop", "Pot", True),
    ]


def test_the_best_are_shown_and_no_more() -> None:
    many = [row("bob", "shop", "lid", rank) for rank in range(1, 30)]
    (found,) = examples(HISTORY, TITLES, many, set(), {})
    assert [line["rank"] for line in found["recommendations"]] == [*range(1, BEST + 1)]


def test_nobody_recommended_nothing_shown() -> None:
    assert examples(HISTORY, TITLES, [], set(), {}) == []


def test_an_item_that_is_not_known_any_more_is_shown_by_its_id() -> None:
    (found,) = examples(HISTORY, TITLES, [row("ann", "shop", "gone"), row("ann", "music", "song")], set(), {})
    assert [line["title"] for line in found["recommendations"]] == ["song", "gone"]
