"""EASE^R against the regressions that it stands for, learned from the items' side and from the people's."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tests.rankers.planted import history_of, knowledge_of
from xdrec_assets.joined.history import History
from xdrec_assets.rankers.ease import EASE, ItemSide, PeopleSide, item_side, most_taken, people_side
from xdrec_assets.rankers.settings import EASESettings
from xdrec_assets.rankers.store import load_ranker, save_ranker

RNG = np.random.default_rng(5)
RIDGE = 3.0
ALIKE = EASESettings(ridge=RIDGE, half_life_days=None)


def random_history(n_people: int, n_items: int) -> History:
    """Everybody takes a few items at random; the last item is taken by nobody."""
    taken = RNG.random((n_people, n_items)) < 0.3
    taken[:, 0], taken[:, -1] = True, False
    return history_of(list(zip(*np.nonzero(taken), strict=True)), [n_items], n_people)


def fitted(history: History, settings: EASESettings = ALIKE) -> EASE:
    return EASE(settings).fit(history, knowledge_of(np.eye(history.n_items), history.n_people))


def regressions(taken: np.ndarray) -> np.ndarray:
    """B column by column: the ridge regression of an item on all others."""
    weights = np.zeros((taken.shape[1], taken.shape[1]))
    for item in range(taken.shape[1]):
        others = np.delete(np.arange(taken.shape[1]), item)
        rest = taken[:, others]
        gram = rest.T @ rest + RIDGE * np.eye(len(others))
        weights[others, item] = np.linalg.solve(gram, rest.T @ taken[:, item])
    return weights


def test_of_two_items_each_is_regressed_on_the_other() -> None:
    history = history_of([(0, 0), (0, 1), (1, 0), (2, 1)], [2], n_people=3)
    both, first, second = 1, 2, 2  # takers
    scores = fitted(history).score(np.array([1, 2]), slice(0, 2))
    np.testing.assert_allclose(scores, [[0, both / (first + RIDGE)], [both / (second + RIDGE), 0]], rtol=1e-6)


@pytest.mark.parametrize(("n_people", "n_items", "side"), [(40, 12, ItemSide), (12, 40, PeopleSide)])
def test_every_item_is_regressed_on_the_others(n_people: int, n_items: int, side: type) -> None:
    history = random_history(n_people, n_items)
    ranker, taken = fitted(history), history.matrix().toarray().astype(np.float64)
    assert isinstance(ranker._side, side)
    scores = ranker.score(np.arange(n_people), slice(0, n_items))
    np.testing.assert_allclose(scores, taken @ regressions(taken), atol=1e-5)
    assert not scores[:, -1].any()


def test_both_sides_agree_where_events_weigh_differently() -> None:
    taken = csr_matrix(RNG.random((20, 30)) * (RNG.random((20, 30)) < 0.3), dtype=np.float32)
    people, items = np.flatnonzero(np.diff(taken.indptr)), np.unique(taken.indices)
    asked = np.array([19, 3, 3])
    by_items = item_side(taken, items, RIDGE).scores(taken, asked, slice(4, 25))
    by_people = people_side(taken, people, RIDGE).scores(taken, asked, slice(4, 25))
    np.testing.assert_allclose(by_people, by_items, atol=1e-5)


def test_an_event_one_half_life_before_the_last_counts_half() -> None:
    pairs = [(0, 0), (0, 1), (1, 0), (1, 2)]
    history = replace(history_of(pairs, [3], n_people=2), age_days=np.array([40, 10, 7, 7], dtype=np.float32))
    faded = fitted(history, EASESettings(ridge=RIDGE, half_life_days=30)).score(np.array([0]), slice(0, 3))
    taken = np.array([[0.5, 1, 0], [1, 0, 1]])
    np.testing.assert_allclose(faded, taken[:1] @ regressions(taken), atol=1e-6)


def test_the_least_taken_items_are_left_out_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    history = history_of([(0, 0), (1, 0), (0, 1), (1, 1), (0, 3), (1, 3), (2, 2), (2, 0)], [4], n_people=3)
    settings = EASESettings(ridge=RIDGE, half_life_days=None, largest=2)
    with caplog.at_level(logging.WARNING):
        scores = fitted(history, settings).score(np.arange(3), slice(0, 4))
    assert "ease learns of the 2 most taken of 4 items" in caplog.text
    taken = history.matrix().toarray()[:, :2]
    np.testing.assert_allclose(scores[:, :2], taken @ regressions(taken), atol=1e-6)
    assert not scores[:, 2:].any()


def test_of_items_taken_equally_often_the_lower_index_stays() -> None:
    taken = csr_matrix(np.array([[1, 1, 1, 0], [0, 1, 1, 0]], dtype=np.float32))
    assert most_taken(taken, np.arange(3), 1).tolist() == [1]
    assert most_taken(taken, np.arange(3), 3).tolist() == [0, 1, 2]


def test_more_items_than_may_be_inverted_are_all_learned_where_people_are_few() -> None:
    history = random_history(6, 15)
    settings = EASESettings(ridge=RIDGE, half_life_days=None, largest=6)
    few, all_of_them = fitted(history, settings), fitted(history)
    people = np.arange(6)
    assert few.score(people, slice(0, 15)).tobytes() == all_of_them.score(people, slice(0, 15)).tobytes()


def test_someone_without_events_is_unknown_among_few_people() -> None:
    history = replace(random_history(5, 9), person_id=np.array([f"person {u}" for u in range(6)], dtype=object))
    scores = fitted(history).score(np.array([5, 0]), slice(0, 9))
    assert not scores[0].any()
    assert scores[1].any()


def test_what_was_learned_from_the_peoples_side_is_kept(tmp_path: Path) -> None:
    ranker, people = fitted(random_history(6, 15)), np.arange(6)
    save_ranker(ranker, tmp_path)
    loaded = load_ranker(tmp_path)
    assert loaded.score(people, slice(2, 9)).tobytes() == ranker.score(people, slice(2, 9)).tobytes()


def test_a_ridge_too_small_to_count_is_refused() -> None:
    twins = history_of([(u, i) for u in range(5) for i in (0, 1)], [2], n_people=5)
    with pytest.raises(ValueError, match=r"with a ridge of 1e-12 row 1 of 2 depends on those before it.*raise"):
        fitted(twins, EASESettings(ridge=1e-12))
