"""The split by time and the figures that the benchmarks share."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from benchmarks.held_out import HeldOut, Log, interval, log_of

ITEMS = pd.DataFrame({"item_id": ["a", "b", "c"], "platform": ["food", "food", "kitchen"], "text": ["", "", ""]})


def at(day: int) -> datetime:
    return datetime(2014, 1, day, tzinfo=UTC)


@pytest.fixture
def log() -> Log:
    taken = [("u", "a", 1), ("u", "b", 5), ("u", "a", 6), ("v", "b", 2), ("v", "a", 7), ("v", "c", 7), ("w", "a", 8)]
    events = pd.DataFrame(taken, columns=["user_id", "item_id", "day"])
    return log_of(["food", "kitchen"], ITEMS, events.assign(timestamp=[at(day).timestamp() for day in events.day]))


def test_the_first_event_of_a_pair_stands_for_all(log: Log) -> None:
    history, _ = log.split(at(7))
    assert list(zip(history.person.tolist(), history.item.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 1)]
    assert history.age_days.tolist() == [6, 2, 5]


def test_people_and_items_unknown_before_the_cut_are_not_asked_for(log: Log) -> None:
    _, tests = log.split(at(7))
    assert tests["food"].people.tolist() == [1]
    assert tests["food"].relevant[0].tolist() == [0]
    assert len(tests["kitchen"].people) == 0


def test_a_window_ends(log: Log) -> None:
    _, tests = log.split(at(3), until=at(7))
    assert {platform: test.people.tolist() for platform, test in tests.items()} == {"food": [0], "kitchen": []}


def test_a_sample_keeps_people_and_what_they_took_together() -> None:
    test = HeldOut(np.arange(3), np.arange(100), [np.array([person]) for person in range(100)])
    some = test.sample(10)
    assert len(some.people) == 10
    assert [taken[0] for taken in some.relevant] == some.people.tolist() == test.sample(10).people.tolist()


def test_interval_is_that_of_the_mean() -> None:
    values = np.random.default_rng(0).normal(1, 2, size=4_000)
    low, high = interval(values, np.random.default_rng(1))
    assert (low, high) == pytest.approx(
        (values.mean() - 1.96 * 2 / 4_000**0.5, values.mean() + 1.96 * 2 / 4_000**0.5), abs=0.01
    )
    assert interval(np.ones(5), np.random.default_rng(0)) == pytest.approx((1, 1))
