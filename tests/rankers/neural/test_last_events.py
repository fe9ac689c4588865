"""Last events side by side."""

import torch

from xdrec_assets.rankers.neural.last_events import LastEvents
from xdrec_assets.rankers.neural.sequences import Batch


def batch_of(*lengths: int) -> Batch:
    n = sum(lengths)
    offsets = torch.tensor([0, *torch.tensor(lengths, dtype=torch.int64).cumsum(0).tolist()])
    return Batch(torch.arange(len(lengths)), offsets, torch.arange(n) + 10, torch.arange(n) * 1.0, torch.ones(n))


def test_the_last_ones_stand_left_to_right() -> None:
    batch = batch_of(3, 0, 1)
    last = LastEvents.of(batch, 2)
    (items,) = last.of_events(batch.items)
    assert items[0].tolist() == [11, 12]
    assert items[2, 0].item() == 13
    assert last.is_event.tolist() == [[True, True], [False, False], [True, False]]
    assert last.counts.tolist() == [2, 0, 1]


def test_no_more_room_than_the_longest_needs() -> None:
    assert LastEvents.of(batch_of(3, 1), 100).place.shape == (2, 3)


def test_people_without_events_take_no_room() -> None:
    last = LastEvents.of(batch_of(0, 0), 5)
    assert last.place.shape == (2, 0)
    assert last.counts.tolist() == [0, 0]


def test_values_keep_their_own_shape() -> None:
    batch = batch_of(2, 1)
    vectors, ages = LastEvents.of(batch, 5).of_events(torch.randn(3, 4), batch.age_days)
    assert vectors.shape == (2, 2, 4)
    assert ages[0].tolist() == [0, 1]
