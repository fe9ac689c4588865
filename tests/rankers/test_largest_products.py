"""Largest products: what sorting whole rows finds, whatever the lengths, ties, candidates and what was seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.rankers.planted import history_of
from tests.rankers.test_ranking import popularity_of
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers import largest_products as module
from xdrec_assets.rankers import raised_bar
from xdrec_assets.rankers.factors import FactorRanker
from xdrec_assets.rankers.largest_products import ByLength, largest_products
from xdrec_assets.rankers.logistic import Logistic
from xdrec_assets.rankers.ranking import NO_ITEM, Ranking, top_k
from xdrec_assets.rankers.scored_rows import Candidates, Scoring
from xdrec_assets.rankers.settings import LogisticSettings, Section

N_PEOPLE, N_OTHER, N_ITEMS, SIZE, K = 60, 40, 1000, 4, 7
SHOP = slice(N_OTHER, N_OTHER + N_ITEMS)
EVERYONE = np.arange(N_PEOPLE)


class Products(FactorRanker[Section]):
    """Of the vectors that the test gives."""

    name = "products"

    def fit(self, history: History, knowledge: Knowledge) -> Products:
        return self


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small worlds are taken for large ones."""
    for name, value in {"PEOPLE": 25, "ITEMS": 96, "FEWEST_PEOPLE": 1}.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(raised_bar, "FEWEST_BLOCKS", 32)


def ranker_of(people: NDArray[Any], items: NDArray[Any]) -> Products:
    return Products.from_arrays({"people": people.astype(np.float32), "items": items.astype(np.float32)}, Section())


def normal(n: int, seed: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal((n, SIZE), dtype=np.float32)


def whole(n: int, seed: int) -> NDArray[np.float32]:
    """Few values, so that many products are equal and all are exact."""
    return np.random.default_rng(seed).integers(-2, 3, (n, SIZE)).astype(np.float32)


def lengths(n: int, seed: int) -> NDArray[np.float32]:
    return normal(n, seed) * np.exp(2 * np.random.default_rng(seed).standard_normal((n, 1), dtype=np.float32))


def world(seed: int, most_seen: int = 60) -> History:
    rng = np.random.default_rng(seed)
    took = [(who, int(i)) for who in EVERYONE for i in rng.choice(SHOP.stop, rng.integers(0, most_seen), replace=False)]
    return history_of(took, [N_OTHER, N_ITEMS], n_people=N_PEOPLE)


def by_rows(monkeypatch: pytest.MonkeyPatch, *asked: Any) -> Ranking:
    with monkeypatch.context() as patch:
        patch.setattr(Products, "factors", lambda self: None)
        return top_k(*asked)


@pytest.mark.parametrize("people", [normal, whole, lengths])
@pytest.mark.parametrize("items", [normal, whole, lengths])
@pytest.mark.parametrize("k", [1, 7, 20])
@pytest.mark.parametrize("some", [False, True])
def test_lists_are_those_of_whole_rows(
    monkeypatch: pytest.MonkeyPatch, people: Any, items: Any, k: int, some: bool
) -> None:
    ranker, history = ranker_of(people(N_PEOPLE, 1), items(SHOP.stop, 2)), world(3)
    popularity = popularity_of(*np.random.default_rng(4).integers(0, 9, SHOP.stop))
    candidates = np.random.default_rng(5).permutation(np.arange(SHOP.start, SHOP.stop))[:700] if some else None
    asked = (ranker, popularity, history, EVERYONE[::-1], SHOP, k, candidates)
    found, expected = top_k(*asked), by_rows(monkeypatch, *asked)
    assert found.items.tolist() == expected.items.tolist()
    np.testing.assert_allclose(found.scores, expected.scores, rtol=1e-4, atol=1e-6)
    assert found.by_popularity.tolist() == expected.by_popularity.tolist()


def best(ranker: Products | Logistic, k: int = K, people: NDArray[Any] = EVERYONE, cells: int = 10**6) -> module.Best:
    candidates = Candidates.of(None, SHOP, popularity_of(*range(SHOP.stop)))
    return largest_products(Scoring(ranker, world(3), SHOP, candidates, k), people, cells)


def test_all_are_clear_where_no_products_are_equal() -> None:
    assert best(ranker_of(normal(N_PEOPLE, 1), normal(SHOP.stop, 2))).is_clear.all()


def test_who_is_unknown_is_not_clear_and_gets_what_is_popular() -> None:
    people = normal(N_PEOPLE, 1)
    people[::3] = 0
    ranker = ranker_of(people, normal(SHOP.stop, 2))
    assert best(ranker).is_clear.tolist() == [bool(who % 3) for who in EVERYONE]
    assert best(ranker).is_unknown.tolist() == [not who % 3 for who in EVERYONE]
    ranking = top_k(ranker, popularity_of(*range(SHOP.stop)), history_of([], [N_OTHER, N_ITEMS], 60), EVERYONE, SHOP, 2)
    assert ranking.by_popularity.tolist() == [not who % 3 for who in EVERYONE]
    assert ranking.items[::3].tolist() == [[SHOP.stop - 1, SHOP.stop - 2]] * 20


def test_where_all_products_are_equal_nobody_is_clear() -> None:
    assert not best(ranker_of(normal(N_PEOPLE, 1), np.ones((SHOP.stop, SIZE)))).is_clear.any()


def test_who_has_seen_all_but_a_few_is_not_clear_and_gets_these() -> None:
    ranker = ranker_of(normal(N_PEOPLE, 1), normal(SHOP.stop, 2))
    history = history_of([(0, item) for item in range(SHOP.start + 3, SHOP.stop)], [N_OTHER, N_ITEMS], N_PEOPLE)
    ranking = top_k(ranker, popularity_of(*range(SHOP.stop)), history, EVERYONE, SHOP, 5)
    assert sorted(ranking.items[0]) == [NO_ITEM, NO_ITEM, *range(SHOP.start, SHOP.start + 3)]


@pytest.mark.filterwarnings("ignore:.* encountered in matmul")  # of whole rows
@pytest.mark.parametrize("broken", [np.nan, np.inf, 3e38])
def test_products_that_may_not_be_finite_are_left_to_whole_rows_which_refuse_them(broken: float) -> None:
    people = normal(N_PEOPLE, 1)
    people[7] = broken
    ranker = ranker_of(people, normal(SHOP.stop, 2))
    assert np.flatnonzero(~best(ranker).is_clear).tolist() == [7]
    items = normal(SHOP.stop, 2)
    items[SHOP.start + 5] = np.nan
    people[8] = 0
    found = best(ranker_of(people, items))
    assert not found.is_clear.any()
    assert not found.is_unknown.any()
    with pytest.raises(ValueError, match=r"scores of ranker products are not finite"):
        top_k(ranker, popularity_of(*range(SHOP.stop)), world(3), EVERYONE, SHOP, K)


def test_scores_that_are_no_products_are_left_to_whole_rows() -> None:
    arrays = {"people": normal(N_PEOPLE, 1), "items": normal(SHOP.stop, 2)}
    ranker = Logistic.from_arrays(arrays, LogisticSettings())
    assert ranker.factors() is None
    assert not best(ranker).is_clear.any()


@pytest.mark.parametrize("cells", [96 * 60, 96 * 11])
def test_batches_change_no_list(cells: int) -> None:
    ranker = ranker_of(normal(N_PEOPLE, 1), normal(SHOP.stop, 2))
    assert best(ranker, cells=cells).columns.tolist() == best(ranker).columns.tolist()


def test_few_people_or_nothing_to_find_are_left_to_whole_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    ranker = ranker_of(normal(N_PEOPLE, 1), normal(SHOP.stop, 2))
    assert best(ranker, k=0).columns.shape == (N_PEOPLE, 0)
    assert best(ranker, people=EVERYONE[:0]).is_clear.shape == (0,)
    monkeypatch.setattr(module, "FEWEST_PEOPLE", 26)
    assert not best(ranker).is_clear.any()


def test_no_more_products_are_computed_than_long_items_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    items, looked, look = normal(SHOP.stop, 2), [], raised_bar.RaisedBar.look
    items[SHOP.start + 300 :] *= 1e-3

    def watched(self: raised_bar.RaisedBar, products: NDArray[np.float32], first: int) -> None:
        looked.append(first)
        look(self, products, first)

    monkeypatch.setattr(raised_bar.RaisedBar, "look", watched)
    assert best(ranker_of(normal(N_PEOPLE, 1), items)).is_clear.all()
    assert max(looked) <= 288


def test_items_go_from_the_longest_to_the_shortest() -> None:
    items = ByLength.of(np.array([[1, 0], [3, 4], [0, 0], [0, 1]], dtype=np.float32))
    assert items.length.tolist() == [5, 1, 1, 0]
    assert (items.column.tolist(), items.place.tolist()) == ([1, 0, 3, 2], [1, 0, 3, 2])


def test_inputs_are_left_as_they_are() -> None:
    ranker, history = ranker_of(normal(N_PEOPLE, 1), normal(SHOP.stop, 2)), world(3)
    popularity = popularity_of(*range(SHOP.stop))
    arrays = [*ranker.arrays().values(), history.item, history.person, popularity.popularity, EVERYONE]
    before = [array.tobytes() for array in arrays]
    top_k(ranker, popularity, history, EVERYONE, SHOP, K)
    assert [array.tobytes() for array in arrays] == before
