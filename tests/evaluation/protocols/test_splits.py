"""What a history and relevant sets take from events."""

import pytest

from tests.evaluation.protocols.logs import asked, day, log_of
from xdrec_assets.evaluation.protocols.splits import history_of, of_known_people, relevant_of

LOG = [("u", "cake", 2), ("u", "cake", 4), ("u", "pan", 1), ("v", "apple", 3)]


def test_a_pair_is_as_strong_as_its_strongest_event_and_as_old_as_its_last() -> None:
    history = history_of(log_of(LOG, strength=[0.9, 0.2, 0.5, 1]), day(5))
    assert (history.person.tolist(), history.item.tolist()) == ([0, 0, 1], [2, 3, 0])
    assert history.strength.tolist() == pytest.approx([0.9, 0.5, 1])
    assert history.age_days.tolist() == [1, 4, 2]


def test_a_history_takes_nothing_from_its_date_on() -> None:
    with pytest.raises(ValueError, match="1 of 4 events happened from 2026-01-04 on"):
        history_of(log_of(LOG), day(4))


def test_a_history_of_nothing_knows_nobody() -> None:
    events = log_of(LOG)
    history = history_of(events.where(events.person < 0), day(5))
    assert (history.n_people, history.n_items, len(history.person)) == (2, 5, 0)
    assert relevant_of(events, history)["food"].person.tolist() == [-1, -1]


def test_relevant_is_what_people_did_not_have() -> None:
    events = log_of([*LOG, ("u", "cake", 6), ("u", "bread", 7), ("u", "bread", 8), ("u", "pot", 6), ("w", "pot", 9)])
    history = history_of(events.where(events.occurred_at < events.occurred_at[4]), day(5))
    relevant = relevant_of(events.where(events.occurred_at >= events.occurred_at[4]), history)
    assert asked(relevant["food"]) == {"u": ["bread"]}
    assert asked(relevant["kitchen"]) == {"u": ["pot"], "w": ["pot"]}
    assert relevant["kitchen"].person.tolist() == [0, -1]


def test_people_who_were_not_known_can_be_left_out() -> None:
    events = log_of([("u", "cake", 1), ("t", "pot", 6), ("u", "pot", 6), ("u", "pan", 6), ("w", "pot", 9)])
    history = history_of(events.where(events.occurred_at == events.occurred_at[0]), day(5))
    relevant = relevant_of(events, history)["kitchen"]
    assert asked(relevant) == {"t": ["pot"], "u": ["pan", "pot"], "w": ["pot"]}
    known = of_known_people(relevant)
    assert asked(known) == {"u": ["pan", "pot"]}
    assert known.person.tolist() == [1]
