"""People's events come in the order in which they happened, and the last day can be held out."""

from dataclasses import replace

import numpy as np
import pytest

from tests.rankers.planted import history_of
from xdrec_assets.joined.history import History
from xdrec_assets.rankers.neural.sequences import Sequences


@pytest.fixture
def history() -> History:
    """Person 0 took 3, 0, 2 in this order; person 1 nothing; person 2 took 4 and 1 on one day."""
    found = history_of([(0, 0), (0, 2), (0, 3), (2, 1), (2, 4)], [2, 3], n_people=3)
    return replace(found, age_days=np.array([5, 1, 9, 2, 2], dtype=np.float32))


def test_a_batch_has_each_persons_events_oldest_first(history: History) -> None:
    batch = Sequences.of(history).batch(np.array([2, 1, 0]))
    assert batch.people.tolist() == [2, 1, 0]
    assert batch.offsets.tolist() == [0, 2, 2, 5]
    assert batch.items.tolist() == [1, 4, 3, 0, 2]
    assert batch.age_days.tolist() == [2, 2, 9, 5, 1]
    assert batch.row.tolist() == [0, 0, 2, 2, 2]
    assert batch.lengths.tolist() == [2, 0, 3]


def test_the_last_day_is_held_out(history: History) -> None:
    sequences = Sequences.of(history).holding_out(np.array([0]))
    assert sequences.n_events.tolist() == [2, 0, 2]
    assert sequences.batch(np.array([0, 2])).items.tolist() == [3, 0, 1, 4]
    assert sequences.batch(np.array([0, 2])).offsets.tolist() == [0, 2, 4]
    assert sequences.last(np.array([0, 2])).tolist() == [2, 4]
    assert Sequences.of(history).on_last_day(np.array([2, 0])).tolist() == [2, 1]
    assert Sequences.of(history).holding_out(np.array([2, 0])).n_events.tolist() == [2, 0, 0]


def test_what_is_held_out_is_told(history: History) -> None:
    items, age_days = Sequences.of(history).holding_out(np.array([2, 0])).held_out(np.array([0, 2]))
    assert items.tolist() == [2, 1, 4]
    assert age_days.tolist() == [1, 2, 2]
    assert Sequences.of(history).held_out(np.array([0, 2]))[0].tolist() == []


def test_nobody_without_events_is_held_out(history: History) -> None:
    with pytest.raises(ValueError, match="1 of 2 people have no event to hold out"):
        Sequences.of(history).holding_out(np.array([0, 1]))


def test_batches_have_about_so_many_events_and_everyone_once() -> None:
    history = history_of([(u, i) for u in range(10) for i in range(u % 4)], [4], n_people=10)
    sequences, people = Sequences.of(history), np.random.default_rng(1).permutation(10)
    batches = [*sequences.batches(people, 4)]
    assert np.concatenate(batches).tolist() == people.tolist()
    assert all(sequences.n_events[some].sum() <= 4 + 3 for some in batches)
    assert 3 <= len(batches) <= 5
    assert [*sequences.batches(people[:0], 4)] == []


def test_arrays_on_disk_do_as_well(history: History, tmp_path) -> None:
    names = ("person", "item", "strength", "age_days")
    for name in names:
        np.save(tmp_path / f"{name}.npy", getattr(history, name))
    on_disk = replace(history, **{name: np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in names})
    here, there = (Sequences.of(each).batch(np.array([0, 2])) for each in (history, on_disk))
    assert there.items.tolist() == here.items.tolist()
    assert there.age_days.tolist() == here.age_days.tolist()
