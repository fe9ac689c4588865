"""Examples drawn from a batch by the states' side: what came before, what was taken, what it is held against."""

import math

import pytest
import torch

from tests.rankers.transfer.tiny_network import batch_of
from xdrec_assets.rankers.transfer.next_item import contrast, drawn_of, next_items

TARGET = slice(4, 8)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_an_example_is_an_item_of_the_target_and_what_came_before_it() -> None:
    found = next_items(batch_of([0, 4, 1], [5], [], [2, 3], [1, 0, 7]), TARGET, 10, generator())
    assert found.before.people.tolist() == [0, 4]  # 1 did nothing before, 2 nothing, 3 nothing on the target
    assert found.before.items.tolist() == [0, 1, 0]
    assert found.before.offsets.tolist() == [0, 1, 3]
    assert found.item.tolist() == [4, 7]


def test_of_several_one_is_drawn_and_each_comes_up() -> None:
    batch = batch_of([0, 4, 5, 6])
    drawn = [next_items(batch, TARGET, 10, generator(seed)) for seed in range(40)]
    assert {int(each.item) for each in drawn} == {4, 5, 6}
    assert all(int(each.item) - 3 == len(each.before.items) for each in drawn)


def test_ones_own_items_are_marked_among_those_drawn() -> None:
    found = next_items(batch_of([0, 4, 6], [0, 5]), TARGET, 10, generator())
    assert sorted(found.drawn.tolist()) == [4, 5, 6, 7]
    own = [{int(item) for item in found.drawn[row]} for row in found.is_own]
    assert own == [{4, 6}, {5}]


def test_a_batch_without_examples_gives_none() -> None:
    found = next_items(batch_of([0, 1], []), TARGET, 2, generator())
    assert len(found.item) == 0
    assert float(contrast(torch.zeros(0), torch.zeros(0, 2), found.is_own)) == 0


def test_contrast_by_hand() -> None:
    taken, drawn = torch.tensor([1.0, 0.0]), torch.tensor([[0.0, 9.0], [2.0, 0.0]])
    is_own = torch.tensor([[False, True], [False, False]])
    wanted = (math.log(math.e + 1) - 1 + math.log(1 + math.e**2 + 1)) / 2
    assert float(contrast(taken, drawn, is_own)) == pytest.approx(wanted)


def test_items_are_drawn_once_each() -> None:
    assert len(set(drawn_of(50, 20, generator()).tolist())) == 20
    assert sorted(drawn_of(5, 20, generator()).tolist()) == [0, 1, 2, 3, 4]
