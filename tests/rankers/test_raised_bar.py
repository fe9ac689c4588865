"""The bar: who is kept, who is done, who is given up."""

import numpy as np
import pytest

from xdrec_assets.rankers.raised_bar import RaisedBar, n_blocks

N_PEOPLE, N_ITEMS, SIZE = 11, 640, 3


def shown(bar: RaisedBar, items: np.ndarray, step: int = 128) -> RaisedBar:
    for start in range(0, len(items), step):
        if not bar.goes_on(np.linalg.norm(items[start])):
            break
        bar.look(items[start : start + step] @ bar.vectors.T, start)
    return bar


def by_length(seed: int) -> np.ndarray:
    items = np.random.default_rng(seed).standard_normal((N_ITEMS, SIZE), dtype=np.float32)
    return items[np.argsort(-np.linalg.norm(items, axis=1))]


def people(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((N_PEOPLE, SIZE), dtype=np.float32)


@pytest.mark.parametrize("k", [1, 5, 30])
def test_what_is_kept_has_the_k_largest(k: int) -> None:
    items, vectors = by_length(1), people(2)
    person, place, product, is_clear = shown(RaisedBar(vectors, np.linalg.norm(items[0]), k), items).best()
    assert is_clear.all()
    np.testing.assert_allclose(product, (vectors[person] * items[place]).sum(axis=1), rtol=1e-4, atol=1e-5)
    for who, row in enumerate(vectors @ items.T):
        assert set(np.argsort(-row)[:k]) <= set(place[person == who])
    assert len(person) < 2 * k * N_PEOPLE + 60  # and little more


def test_who_is_done_leaves_and_keeps_what_was_found() -> None:
    items, vectors = by_length(1), people(2)
    items[128:] *= 0.01
    bar = shown(RaisedBar(vectors, np.linalg.norm(items[0]), 3), items)
    assert len(bar.person) < N_PEOPLE
    person, place, _, is_clear = bar.best()
    assert is_clear.all()
    assert (place < 128).all()
    assert (np.bincount(person) >= 3).all()


def test_cells_follow_those_who_are_left() -> None:
    bar = RaisedBar(people(2), np.float32(1), 3)
    assert bar.cells_of(np.array([0, 5, N_PEOPLE + 4])).tolist() == [0, 5, N_PEOPLE + 4]
    bar.bar[:6] = np.inf
    assert bar.goes_on(np.float32(1))
    assert bar.person.tolist() == [6, 7, 8, 9, 10]
    assert bar.cells_of(np.array([0, 7, N_PEOPLE + 4, N_PEOPLE + 10])).tolist() == [1, 5 + 4]


def test_too_many_tied_are_given_up_and_a_few_are_not() -> None:
    vectors, items = np.ones((2, 1), dtype=np.float32), np.ones((N_ITEMS, 1), dtype=np.float32)
    assert not shown(RaisedBar(vectors, np.float32(1), 3), items).best()[3].any()
    items[:] = 0.5
    items[:4] = 1  # four for three places
    person, place, _, is_clear = shown(RaisedBar(vectors, np.float32(1), 3), items).best()
    assert is_clear.all()
    assert sorted(place[person == 0]) == [0, 1, 2, 3]


@pytest.mark.parametrize("broken", [0.0, np.nan, np.inf, 3e38])
def test_vectors_without_usable_products_are_given_up_at_once(broken: float) -> None:
    vectors = people(2)
    vectors[4] = broken
    bar = RaisedBar(vectors, np.float32(1), 3)
    assert np.flatnonzero(np.isposinf(bar.bar)).tolist() == [4]
    assert np.isfinite(bar.vectors).all()


def test_blocks_are_a_power_of_two_and_four_times_k_at_least() -> None:
    assert [n_blocks(k) for k in (1, 32, 33, 64, 65)] == [128, 128, 256, 256, 512]
