"""Items without events are answered for by the item whose text is nearest."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.rankers.planted import PLATFORMS, history_of, knowledge_of
from xdrec_assets.joined.history import History
from xdrec_assets.rankers.als import ALS
from xdrec_assets.rankers.item_knn import ItemKNN
from xdrec_assets.rankers.nearest_text import NearestText
from xdrec_assets.rankers.new_items import (
    StandIns,
    WithNewItems,
    answering_known_items,
    answering_new_items,
    stand_in_of,
)
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.ranking import top_k
from xdrec_assets.rankers.settings import ItemKNNSettings, NearestTextSettings, NewItemsSettings, RankerSettings
from xdrec_assets.rankers.store import load_ranker, save_ranker
from xdrec_assets.rankers.transfer.per_platform import PerPlatform
from xdrec_assets.rankers.transfer.strategy import Learned

PEOPLE = np.array([0, 1])


def at(*degrees: float) -> np.ndarray:
    return np.stack([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], axis=1).astype(np.float32)


@pytest.fixture
def history() -> History:
    """Items 0–3 on one platform, 3 new; 4–6 on another, 5 and 6 new."""
    return history_of([(0, 0), (0, 1), (1, 1), (1, 2), (1, 4)], [4, 3], n_people=3)


class Given(Ranker[Any]):
    """Scores as they are given."""

    name = "given"

    def __init__(self, scores: list[list[float]]) -> None:
        super().__init__(ItemKNNSettings())
        self.scores = np.array(scores, dtype=np.float32)

    def fit(self, history: Any, knowledge: Any) -> "Given":
        return self

    def score(self, people: np.ndarray, items: slice) -> np.ndarray:
        return self.scores[people, items]

    def arrays(self) -> dict[str, np.ndarray]:
        return {"scores": self.scores}

    @classmethod
    def from_arrays(cls, arrays: Any, settings: Any) -> "Given":
        return cls(arrays["scores"])


def test_the_nearest_text_of_the_same_platform_stands_in(history: History) -> None:
    text = at(0, 40, 90, 60, 60, 60, 30)
    found = StandIns.of(history, text, 0.5)
    assert found.item.tolist() == [3, 5, 6]
    assert found.by.tolist() == [1, 4, 4]
    expected = [0.5 * np.cos(np.radians(20)), 0.5, 0.5 * np.cos(np.radians(30))]
    np.testing.assert_allclose(found.weight, expected, rtol=1e-5)


def test_nothing_stands_in_without_a_text_or_for_what_is_the_opposite(history: History) -> None:
    text = at(0, 10, 20, 180, 60, 60, 30)
    text[5] = 0
    assert StandIns.of(history, text, 0.9).item.tolist() == [6]
    assert len(StandIns.of(history_of([], [4, 3], 3), text, 0.9).item) == 0


def test_a_new_item_comes_below_its_stand_in_whatever_the_sign() -> None:
    new = StandIns(np.array([1, 3]), np.array([0, 2]), np.array([0.75, 0.5], dtype=np.float32))
    ranker = WithNewItems(Given([[4, 0, -2, 0], [0, 0, 0, 0]]), new)
    assert ranker.score(PEOPLE, slice(0, 4)).tolist() == [[4, 3, -2, -3], [0, 0, 0, 0]]


def test_it_says_which_item_answers_for_which() -> None:
    new = StandIns(np.array([1, 3]), np.array([0, 2]), np.array([0.75, 0.5], dtype=np.float32))
    given = Given([[4, 0, -2, 0]])
    assert stand_in_of(WithNewItems(given, new), 5).tolist() == [-1, 0, -1, 2, -1]
    assert stand_in_of(given, 2).tolist() == [-1, -1]


def test_a_slice_without_the_stand_ins_changes_nothing() -> None:
    new = StandIns(np.array([1, 3]), np.array([0, 2]), np.array([0.75, 0.5], dtype=np.float32))
    given = Given([[4, 0, -2, 0], [1, 0, 8, 0]])
    ranker = WithNewItems(given, new)
    whole = ranker.score(PEOPLE, slice(0, 4))
    for items in (slice(0, 1), slice(1, 3), slice(3, 4), slice(1, 2)):
        np.testing.assert_array_equal(ranker.score(PEOPLE, items), whole[:, items])
    assert given.scores.tolist() == [[4, 0, -2, 0], [1, 0, 8, 0]]


def test_a_new_item_is_found_by_people_who_like_what_is_like_it(history: History) -> None:
    knowledge = knowledge_of(at(0, 45, 90, 89, 0, 0, 0), 3)
    alone = ItemKNN(ItemKNNSettings()).fit(history, knowledge)
    found = answering_new_items(alone, history, knowledge, NewItemsSettings(discount=0.8))
    before, after = (one.score(PEOPLE, slice(0, 4)) for one in (alone, found))
    assert before[:, 3].tolist() == [0, 0]
    np.testing.assert_allclose(after[:, 3], 0.8 * np.cos(np.radians(1)) * before[:, 2], rtol=1e-5)
    np.testing.assert_array_equal(after[:, :3], before[:, :3])


def test_rankers_that_read_texts_and_a_discount_of_zero_are_left_as_they_are(history: History) -> None:
    knowledge = knowledge_of(at(0, 45, 90, 89, 0, 0, 0), 3)
    reader = NearestText(NearestTextSettings()).fit(history, knowledge)
    assert answering_new_items(reader, history, knowledge, NewItemsSettings()) is reader
    blind = ItemKNN(ItemKNNSettings()).fit(history, knowledge)
    assert answering_new_items(blind, history, knowledge, NewItemsSettings(discount=0)) is blind


def test_it_is_kept_and_taken_back_with_its_stand_ins(history: History, tmp_path: Path) -> None:
    knowledge = knowledge_of(at(0, 45, 90, 89, 0, 0, 0), 3)
    alone = ItemKNN(ItemKNNSettings()).fit(history, knowledge)
    found = answering_new_items(alone, history, knowledge, NewItemsSettings())
    save_ranker(found, tmp_path)
    loaded = load_ranker(tmp_path)
    assert isinstance(loaded, WithNewItems)
    assert loaded.score(PEOPLE, slice(0, 7)).tobytes() == found.score(PEOPLE, slice(0, 7)).tobytes()
    assert answering_known_items(loaded).score(PEOPLE, slice(0, 7)).tobytes() == (
        alone.score(PEOPLE, slice(0, 7)).tobytes()
    )


@pytest.mark.parametrize("shift", [0.0, -3.0])
def test_the_best_are_the_same_by_products_and_by_whole_rows(shift: float) -> None:
    """With the shift all scores are below zero, where products of new items are not their scores."""
    rng, n_people, n_items = np.random.default_rng(3), 200, 5000
    taken = [(u, int(i)) for u in range(n_people) for i in rng.choice(4000, 5, replace=False)]  # 1,000 are new
    history = history_of(taken, [n_items], n_people)
    people = np.column_stack([rng.normal(size=(n_people, 8)), np.full(n_people, shift)]).astype(np.float32)
    items = np.column_stack([rng.normal(size=(n_items, 8)) * 0.2, np.ones(n_items)]).astype(np.float32)
    known = ALS.from_arrays({"people": people, "items": items}, RankerSettings().als)
    text = knowledge_of(rng.normal(size=(n_items, 6)), n_people).text
    ranker = WithNewItems(
        PerPlatform({PLATFORMS[0]: Learned(known, "none", ())}, {PLATFORMS[0]: slice(0, n_items)}),
        StandIns.of(history, text, 0.9),
    )
    popularity = Popularity(RankerSettings().popularity).fit(history, knowledge_of(text, n_people))
    asked, whole = np.arange(n_people), slice(0, n_items)
    best = top_k(ranker, popularity, history, asked, whole, 10)
    scores = ranker.score(asked, whole)
    scores[history.person, history.item] = -np.inf
    expected = np.sort(scores, axis=1)[:, ::-1][:, :10]
    np.testing.assert_allclose(best.scores, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(scores, best.items, axis=1), expected, rtol=1e-4, atol=1e-5)
    assert np.isin(best.items, ranker.stand_ins.item).any()
    factors = ranker.of_items(whole).factors()
    assert factors is not None and factors[1].shape == items.shape


def test_it_goes_by_its_rankers_name_and_settings(history: History) -> None:
    knowledge = knowledge_of(at(0, 45, 90, 89, 0, 0, 0), 3)
    alone = ItemKNN(RankerSettings().item_knn).fit(history, knowledge)
    alone.losses = (2.0, 1.0)
    found = answering_new_items(alone, history, knowledge, NewItemsSettings())
    assert (found.name, found.settings, found.losses) == ("item_knn", alone.settings, (2.0, 1.0))


def test_what_is_told_is_what_the_ranker_behind_tells(history: History) -> None:
    stand_ins = StandIns(np.array([3]), np.array([0]), np.array([0.9], dtype=np.float32))
    ranker = WithNewItems(ALS(RankerSettings().als), stand_ins)
    assert not ranker.told.losses
    ranker.fit(history, knowledge_of(np.eye(7), 3))
    assert ranker.told.losses
    assert ranker.losses == ranker.told.losses
