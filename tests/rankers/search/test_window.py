"""What is held out of a history, whom it asks, and how their answers are judged."""

from dataclasses import fields, replace
from datetime import timedelta

import numpy as np
import pytest

from tests.rankers.planted import AS_OF, history_of, knowledge_of
from xdrec_assets.joined.history import History
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.search.window import inner_window
from xdrec_assets.rankers.settings import PopularitySettings

PAIRS = [(0, 0), (0, 1), (0, 4), (1, 1), (1, 2), (2, 3), (3, 0)]
AGES = [30.0, 3.0, 2.0, 20.0, 7.0, 1.0, 40.0]  # of music's items 0-2, then shop's 3-5


@pytest.fixture
def history() -> History:
    """Person 1's item 2 was taken at the very start of the last seven days; person 2 came in them."""
    found = history_of(PAIRS, [3, 3], n_people=4)
    return replace(found, age_days=np.array(AGES, dtype=np.float32))


def rows(history: History) -> list[tuple[int, int, float]]:
    return list(zip(history.person.tolist(), history.item.tolist(), history.age_days.tolist(), strict=True))


def test_a_window_of_time_holds_out_its_days_and_moves_the_date(history: History) -> None:
    found = inner_window(history, "time", days=7)
    assert found.history.as_of == AS_OF - timedelta(days=7)
    assert rows(found.history) == [(0, 0, 23), (1, 1, 13), (3, 0, 33)]


def test_those_known_before_are_asked_for_what_they_took(history: History) -> None:
    found = inner_window(history, "time", days=7)
    music, shop = found.asked["music"], found.asked["shop"]
    assert (music.person.tolist(), music.indptr.tolist(), music.item.tolist()) == ([0, 1], [0, 1, 2], [1, 2])
    assert (shop.person.tolist(), shop.item.tolist()) == ([0], [4])  # person 2 was not known on any platform
    assert music.candidates.tolist() == [0, 1, 2]


def test_of_seen_candidates_nothing_else_is_relevant(history: History) -> None:
    found = inner_window(history, "time", days=7, catalogue="seen")
    assert found.asked["music"].candidates.tolist() == [0, 1]
    assert found.asked["music"].person.tolist() == [0]
    assert "shop" not in found.asked  # nothing was taken there before


def test_weak_events_are_not_asked_for(history: History) -> None:
    strength = np.where(history.item == 4, 0.2, 1).astype(np.float32)
    found = inner_window(replace(history, strength=strength), "time", days=7, min_strength=0.2)
    assert [*found.asked] == ["music"]
    assert len(found.history.person) == 3


def test_the_last_event_of_those_with_several_is_held_out(history: History) -> None:
    found = inner_window(history, "last_event", days=7)
    assert found.history.as_of == AS_OF
    assert rows(found.history) == [(0, 0, 30), (0, 1, 3), (1, 1, 20), (2, 3, 1), (3, 0, 40)]
    assert found.asked["shop"].person.tolist() == [0]
    assert found.asked["music"].person.tolist() == [1]
    assert found.asked["music"].item.tolist() == [2]


def test_of_events_at_one_time_the_last_item_is_held_out(history: History) -> None:
    together = replace(history, age_days=np.zeros_like(history.age_days))
    found = inner_window(together, "last_event", days=7)
    assert [one[:2] for one in rows(found.history)] == [(0, 0), (0, 1), (1, 1), (2, 3), (3, 0)]


def test_what_was_taken_in_the_window_says_nothing_of_before(history: History) -> None:
    other = replace(history, item=np.where(history.age_days <= 7, history.item // 3 * 3, history.item).astype(np.int32))
    before, after = (inner_window(one, "time", days=7).history for one in (history, other))
    for field in fields(before):
        np.testing.assert_array_equal(getattr(before, field.name), getattr(after, field.name))


def test_the_history_is_left_as_it_is(history: History) -> None:
    kept = {field.name: np.copy(getattr(history, field.name)) for field in fields(history)}
    inner_window(history, "time", days=7)
    inner_window(history, "last_event", days=7)
    for name, value in kept.items():
        np.testing.assert_array_equal(getattr(history, name), value)


def test_nobody_is_asked_where_nothing_happened() -> None:
    assert inner_window(history_of([], [2, 2], n_people=2), "time", days=7).asked == {}
    assert inner_window(history_of([], [2, 2], n_people=2), "last_event", days=7).asked == {}


def test_a_sample_is_of_the_same_people_with_all_they_took(history: History) -> None:
    asked = inner_window(history, "time", days=50)
    assert asked.asked == {}  # nobody was known before
    music = inner_window(history, "time", days=7).asked["music"]
    one, again = music.sample(1, seed=3), music.sample(1, seed=3)
    assert one.person.tolist() == again.person.tolist()
    assert len(one.person) == 1
    assert one.item.tolist() == [{0: 1, 1: 2}[int(one.person[0])]]
    assert music.sample(99, seed=3).item.tolist() == music.item.tolist()


def test_lists_are_judged_by_hand_arithmetic(history: History) -> None:
    """Popular before: item 0 twice, item 1 once. Person 0 had item 0, so 1 is first; person 1 had 1 and gets 0, 2."""
    found = inner_window(history, "time", days=7)
    nothing = knowledge_of(np.zeros((history.n_items, 1)), history.n_people)
    popularity = Popularity(PopularitySettings(half_life_days=None)).fit(found.history, nothing)
    values = found.asked["music"].ndcg(popularity, popularity, found.history, "music", k=10)
    np.testing.assert_allclose(values, [1.0, 1 / np.log2(3)])
    assert found.asked["music"].ndcg(popularity, popularity, found.history, "music", k=1).tolist() == [1.0, 0.0]
