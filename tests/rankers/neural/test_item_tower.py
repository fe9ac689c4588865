"""Items' states out of embeddings and vectors."""

import numpy as np
import pytest
import torch

from tests.rankers.planted import planted_world
from xdrec_assets.rankers.neural.item_tower import FixedVectors, ItemTower, known_vectors, standardised

WORLD = planted_world()


def tower(id_dropout: float = 0.5) -> ItemTower:
    """Four items: known and taken, known, taken, neither."""
    torch.manual_seed(0)
    vectors = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 0]], dtype=np.float32)
    return ItemTower(FixedVectors(vectors), np.array([True, False, True, False]), 4, 0.0, id_dropout)


def test_known_rows_are_centred_and_together_of_spread_one() -> None:
    vectors = np.array([[1, 2], [3, 4], [0, 0]], dtype=np.float32)
    found, mean = standardised(vectors, vectors.any(axis=1))
    assert mean.tolist() == [2, 3]
    assert found.tolist() == [[-1, -1], [1, 1], [0, 0]]
    assert vectors.tolist() == [[1, 2], [3, 4], [0, 0]]


def test_where_nothing_is_known_nothing_is_made_of_it() -> None:
    found, mean = standardised(np.zeros((2, 3), np.float32), np.zeros(2, bool))
    assert not found.any()
    assert not mean.any()


def test_states_are_of_length_one_or_zero() -> None:
    states = tower().eval()()
    assert states.norm(dim=1).tolist() == pytest.approx([1, 1, 1, 0])


def test_some_items_have_the_states_that_they_have_among_all() -> None:
    network = tower().eval()
    some = torch.tensor([2, 0])
    torch.testing.assert_close(network(some), network()[some])


def test_nobodys_item_does_without_its_embedding() -> None:
    network = tower().eval()
    before = network().clone()
    with torch.no_grad():
        network.embedding.weight += 1
    after = network()
    assert after[1].tolist() == before[1].tolist()
    assert after[3].tolist() == [0, 0, 0, 0]
    assert not torch.equal(after[0], before[0])


def test_in_training_vectors_speak_alone_at_random() -> None:
    network = tower().train()
    alone = tower(id_dropout=1.0).train()()[0]
    both = tower(id_dropout=0.0).train()()[0]
    states = [network()[0] for _ in range(200)]
    n_alone = sum(bool(torch.equal(state, alone)) for state in states)
    assert n_alone + sum(bool(torch.equal(state, both)) for state in states) == 200
    assert 70 < n_alone < 130


def test_told_by_its_vectors_always_it_is_asked_so_too() -> None:
    network = tower(id_dropout=1.0).eval()
    before = network().clone()
    with torch.no_grad():
        network.embedding.weight += 1
    assert network()[0].tolist() == before[0].tolist()


def test_an_item_without_vectors_always_has_its_embedding() -> None:
    network = tower(id_dropout=1.0).train()
    assert network()[2].norm().item() == pytest.approx(1)


def test_the_tower_reads_what_it_is_told_to() -> None:
    assert [known_vectors(WORLD.knowledge, which).size for which in ("text", "fused", "both")] == [16, 16, 32]


def test_the_weights_tell_the_vectors_that_they_belong_to() -> None:
    state = tower().state_dict()
    assert state["vectors.mean"].tolist() == [0.5, 0.5, 0]
    assert "vectors.vectors" not in state
