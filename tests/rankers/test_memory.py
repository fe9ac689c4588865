"""One person with very many items makes pairs by the square of them; what is held of them at once is bounded."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tests.rankers.planted import World, history_of, knowledge_of, planted_world
from xdrec_assets.rankers import item_knn, linear, user_knn
from xdrec_assets.rankers.item_knn import shrunk_cosine
from xdrec_assets.rankers.linear import Linear
from xdrec_assets.rankers.settings import LinearSettings
from xdrec_assets.rankers.user_knn import nearest_people

MB = 1_000_000
N_ITEMS = 3000  # 9 million pairs: 36 MB as float32, 72 MB as a sparse matrix


@pytest.fixture(scope="module")
def planted() -> World:
    return planted_world()


@contextmanager
def at_most(n_bytes: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] <= n_bytes
    finally:
        tracemalloc.stop()


def test_similar_items_are_found_without_holding_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_knn, "ENTRIES_PER_BLOCK", 100_000)
    with at_most(10 * MB):
        nearest = shrunk_cosine(csr_matrix(np.ones((1, N_ITEMS), dtype=np.float32)), 10.0, 5)
    assert np.diff(nearest.indptr).tolist() == [5] * N_ITEMS
    assert nearest[2999].indices.tolist() == [0, 1, 2, 3, 4]


def test_where_all_similarities_do_not_fit_the_nearest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_knn, "ENTRIES_PER_BLOCK", 100_000)
    monkeypatch.setattr(item_knn, "ENTRIES_KEPT", 7 * N_ITEMS)
    taken = csr_matrix(np.ones((1, N_ITEMS), dtype=np.float32))
    with at_most(10 * MB):
        nearest = shrunk_cosine(taken, 10.0, None)
    assert (nearest != shrunk_cosine(taken, 10.0, 7)).nnz == 0


def test_near_people_are_found_without_holding_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_knn, "ENTRIES_PER_BLOCK", 100_000)
    everyone_took_it = csr_matrix(np.ones((N_ITEMS, 1), dtype=np.float32))
    with at_most(10 * MB):
        nearest = nearest_people(everyone_took_it, 5)
    assert np.diff(nearest.indptr).tolist() == [5] * N_ITEMS


def test_blocks_change_no_bit(planted: World, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = planted.history.matrix(planted.history.strength)
    found = [shrunk_cosine(taken, 10.0, 20), shrunk_cosine(taken, 10.0, None), nearest_people(taken, 20)]
    for module in (item_knn, user_knn):
        monkeypatch.setattr(module, "ENTRIES_PER_BLOCK", 700)
    again = [shrunk_cosine(taken, 10.0, 20), shrunk_cosine(taken, 10.0, None), nearest_people(taken, 20)]
    for one, other in zip(found, again, strict=True):
        assert one.data.tobytes() == other.data.tobytes()
        assert one.indices.tobytes() == other.indices.tobytes()


def test_a_regression_over_many_items_needs_no_matrix_of_all_their_pairs() -> None:
    history = history_of([(0, item) for item in range(N_ITEMS)], [N_ITEMS], n_people=1)
    vectors = np.random.default_rng(3).normal(size=(N_ITEMS, 8)).astype(np.float32)
    ranker = Linear(LinearSettings())
    with at_most(10 * MB):
        ranker.fit(history, knowledge_of(vectors, 1))
    assert np.isfinite(ranker.score(np.array([0]), slice(0, N_ITEMS))).all()


def test_many_people_of_many_items_each_are_solved_some_at_a_time() -> None:
    n_people, n_items = 40, 1000  # a kernel is of 4 MB
    history = history_of([(who, item) for who in range(n_people) for item in range(n_items)], [n_items], n_people)
    vectors = np.random.default_rng(3).normal(size=(n_items, 8)).astype(np.float32)
    with at_most(80 * MB):
        Linear(LinearSettings()).fit(history, knowledge_of(vectors, n_people))


def test_a_regression_comes_out_the_same_either_way(planted: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people, items = np.arange(planted.history.n_people), slice(0, planted.history.n_items)
    by_pairs = Linear(LinearSettings()).fit(planted.history, planted.knowledge).score(people, items)
    monkeypatch.setattr(linear, "CELLS_PER_BATCH", 0)
    as_it_stands = Linear(LinearSettings()).fit(planted.history, planted.knowledge).score(people, items)
    np.testing.assert_allclose(as_it_stands, by_pairs, atol=1e-4)
