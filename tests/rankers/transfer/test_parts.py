"""Parts of a history and of a batch."""

from dataclasses import replace

import numpy as np
import torch

from tests.rankers.planted import history_of
from tests.rankers.transfer.tiny_network import batch_of
from xdrec_assets.rankers.neural.sequences import Sequences
from xdrec_assets.rankers.transfer.parts import places, up_to_last, with_events, with_people


def test_up_to_last_ends_with_everyones_last_event_on_the_target() -> None:
    history = history_of([(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (2, 3)], [2, 2], 3, ("a", "b"))
    history = replace(history, age_days=np.array([1, 9, 5, 7, 1, 1], dtype=np.float32))
    found = up_to_last(history, "b")
    assert [*zip(found.person.tolist(), found.item.tolist(), strict=True)] == [(0, 1), (0, 2), (0, 3), (2, 3)]
    assert Sequences.of(found).last(np.array([0, 2])).tolist() == [2, 3]
    assert found.n_people == 3
    assert len(history.person) == 6


def test_up_to_last_of_a_platform_without_events_is_nothing() -> None:
    assert len(up_to_last(history_of([(0, 0)], [2, 2], 1, ("a", "b")), "b").person) == 0


def test_parts_of_a_batch() -> None:
    batch = batch_of([3, 1], [], [2, 5, 3])
    some = with_events(batch, batch.items >= 3)
    assert (some.items.tolist(), some.offsets.tolist(), some.people.tolist()) == ([3, 5, 3], [0, 1, 1, 3], [0, 1, 2])
    others = with_people(batch, torch.tensor([False, True, True]))
    assert (others.items.tolist(), others.offsets.tolist(), others.people.tolist()) == ([2, 5, 3], [0, 0, 3], [1, 2])
    assert places(batch).tolist() == [0, 1, 0, 1, 2]
