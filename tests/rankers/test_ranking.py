"""The ranking of scores: ties, seen items, candidates, people of whom nothing is known."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.rankers.planted import history_of
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranker import Arrays, Ranker
from xdrec_assets.rankers.ranking import NO_ITEM, best_of, joined, popular, top_k
from xdrec_assets.rankers.scored_rows import Candidates, Scoring
from xdrec_assets.rankers.settings import PopularitySettings, Section

HISTORY = history_of([(0, 3), (1, 4), (1, 5), (2, 0)], [2, 5], n_people=4)  # music: items 0, 1; shop: items 2 to 6
SHOP = slice(2, 7)


class Given(Ranker[Section]):
    """Scores as the test gives them, one row per person of the history."""

    name = "given"

    def __init__(self, scores: list[list[float]]) -> None:
        super().__init__(Section())
        self.scores = np.array(scores, dtype=np.float32)

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        return self

    def score(self, people: NDArray[Any], items: slice) -> NDArray[Any]:
        return np.asarray(self.scores[people])

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {"scores": self.scores}

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Section) -> Self:
        return cls(arrays["scores"].tolist())


def popularity_of(*popularity: float) -> Popularity:
    return Popularity.from_arrays({"popularity": np.array(popularity, dtype=np.float32)}, PopularitySettings())


POPULARITY = popularity_of(9, 9, 1, 2, 2, 0, 5)


def test_equal_scores_go_to_the_more_popular_item_then_to_the_lower_index() -> None:
    ranker = Given([[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0]])
    assert top_k(ranker, POPULARITY, HISTORY, np.array([2]), SHOP, 5).items.tolist() == [[6, 3, 4, 2, 5]]


def test_what_a_person_has_seen_is_left_out() -> None:
    ranker = Given([[1, 5, 4, 3, 2], [1, 5, 4, 3, 2], [1, 5, 4, 3, 2], [1, 5, 4, 3, 2]])
    best = top_k(ranker, POPULARITY, HISTORY, np.array([1, 0, 2]), SHOP, 3)
    assert best.items.tolist() == [[3, 6, 2], [4, 5, 6], [3, 4, 5]]
    assert best.scores.tolist() == [[5, 2, 1], [4, 3, 2], [5, 4, 3]]


def test_only_candidates_are_recommended_in_whatever_order_they_come() -> None:
    ranker = Given([[1, 5, 4, 3, 2]] * 4)
    best = top_k(ranker, POPULARITY, HISTORY, np.array([2]), SHOP, 2, candidates=np.array([6, 2, 5]))
    assert best.items.tolist() == [[5, 6]]


def test_where_candidates_run_out_there_is_no_item() -> None:
    ranker = Given([[1, 5, 4, 3, 2]] * 4)
    best = top_k(ranker, POPULARITY, HISTORY, np.array([1]), SHOP, 3, candidates=np.array([4, 6]))
    assert best.items.tolist() == [[6, NO_ITEM, NO_ITEM]]
    assert best.scores.tolist() == [[2, -np.inf, -np.inf]]


def test_people_of_whom_nothing_is_known_get_what_is_popular_and_a_flag() -> None:
    ranker = Given([[0, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]])
    best = top_k(ranker, POPULARITY, HISTORY, np.array([0, 1]), SHOP, 2)
    assert best.items.tolist() == [[6, 4], [6, 3]]
    assert best.scores[0].tolist() == [5, 2]
    assert best.by_popularity.tolist() == [True, False]


@pytest.mark.parametrize("k", [1, 3, 5, 9])
@pytest.mark.parametrize("candidates", [None, [2, 4, 5, 6], []])
def test_what_is_popular_is_what_rows_of_popularity_tell(k: int, candidates: list[int] | None) -> None:
    nothing, people = Given([[0] * 5] * 4), np.array([3, 1, 0, 2])
    chosen = Candidates.of(None if candidates is None else np.array(candidates, dtype=int), SHOP, POPULARITY)
    scoring = Scoring(nothing, HISTORY, SHOP, chosen, k)
    found, expected = popular(scoring, people), joined(scoring.each(people, lambda row: best_of(row, chosen, k)), k)
    assert found.items.tolist() == expected.items.tolist()
    assert found.scores.tolist() == expected.scores.tolist()
    assert found.by_popularity.all()


def test_negative_scores_rank_below_zero() -> None:
    ranker = Given([[-1, 0, -3, -2, 0]] * 4)
    assert top_k(ranker, POPULARITY, HISTORY, np.array([3]), SHOP, 4).items.tolist() == [[6, 3, 2, 5]]


@pytest.mark.parametrize("cells_per_batch", [1, 7, 10, 1000])
def test_the_size_of_batches_changes_nothing(cells_per_batch: int) -> None:
    ranker = Given(np.random.default_rng(1).integers(0, 3, (4, 5)).tolist())
    people = np.array([3, 0, 2, 1])
    whole, parts = (
        top_k(ranker, POPULARITY, HISTORY, people, SHOP, 3, None, size) for size in (10_000, cells_per_batch)
    )
    assert whole.items.tolist() == parts.items.tolist()
    assert whole.by_popularity.tolist() == parts.by_popularity.tolist()


def test_nobody_to_rank_for_is_no_error() -> None:
    best = top_k(Given([[1] * 5] * 4), POPULARITY, HISTORY, np.array([], dtype=np.int64), SHOP, 3)
    assert best.items.shape == (0, 3)


def test_candidates_of_another_platform_are_refused() -> None:
    with pytest.raises(ValueError, match=r"candidates from 1 to 4 for items 2 to 6; keep to the target"):
        top_k(Given([[1] * 5] * 4), POPULARITY, HISTORY, np.array([0]), SHOP, 3, candidates=np.array([4, 1]))


def test_candidates_named_twice_are_refused() -> None:
    with pytest.raises(ValueError, match=r"1 of 3 candidates stand twice"):
        top_k(Given([[1] * 5] * 4), POPULARITY, HISTORY, np.array([0]), SHOP, 3, candidates=np.array([4, 4, 5]))


def test_scores_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match=r"1 of 5 scores of ranker given are not finite"):
        top_k(Given([[1, np.nan, 1, 1, 1]] * 4), POPULARITY, HISTORY, np.array([0]), SHOP, 3)


def test_scores_are_handed_out_with_the_items() -> None:
    scores = np.random.default_rng(3).normal(size=(4, 5)).astype(np.float32)
    best = top_k(Given(scores.tolist()), POPULARITY, HISTORY, np.arange(4), SHOP, 5)
    for person, (items, found) in enumerate(zip(best.items, best.scores, strict=True)):
        listed = items != NO_ITEM
        assert found[listed].tolist() == scores[person, items[listed] - SHOP.start].tolist()
        assert (np.diff(found[listed]) < 0).all()


def test_without_candidates_lists_are_empty() -> None:
    best = top_k(Given([[1] * 5] * 4), POPULARITY, HISTORY, np.array([0, 1]), SHOP, 2, np.array([], dtype=np.int32))
    assert best.items.tolist() == [[NO_ITEM] * 2] * 2
    assert best.scores.tolist() == [[-np.inf] * 2] * 2


def test_an_item_that_scores_minus_infinity_is_not_recommended() -> None:
    best = top_k(Given([[1, -np.inf, 4, -np.inf, 2]] * 4), POPULARITY, HISTORY, np.array([3]), SHOP, 4)
    assert best.items.tolist() == [[4, 6, 2, NO_ITEM]]
