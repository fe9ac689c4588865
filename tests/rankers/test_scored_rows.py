"""Scores on their way to a ranking: candidates, seen items, unknown people, batches and threads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.rankers.planted import TARGET, history_of, planted_world
from tests.rankers.test_every_ranker import fitted, settings
from tests.rankers.test_ranking import Given, popularity_of
from xdrec_assets.rankers import scored_rows
from xdrec_assets.rankers.registry import RANKERS, create_ranker
from xdrec_assets.rankers.scored_rows import NO_COLUMN, Candidates, ScoredRows, Scoring

SHOP = slice(2, 7)  # of seven items, after two of music
HISTORY = history_of([(0, 3), (1, 0), (1, 4), (1, 5)], [2, 5], n_people=4)
POPULARITY = popularity_of(9, 9, 1, 2, 2, 0, 5)
SCORES = [[1, 5, 4, 3, 2], [1, 5, 4, 3, 2], [0, 0, 0, 0, 0], [-1, -5, 0, 0, 0]]


def scoring(scores: list[list[float]], candidates: list[int] | None = None, k: int = 2) -> Scoring:
    asked = None if candidates is None else np.array(candidates)
    return Scoring(Given(scores), HISTORY, SHOP, Candidates.of(asked, SHOP, POPULARITY), k)


def ready_rows(given: Scoring, people: list[int], **options: int) -> list[ScoredRows]:
    return given.each(np.array(people), lambda ready: replace(ready, scores=ready.scores.copy()), **options)


def test_what_was_seen_is_minus_infinity_and_counted() -> None:
    (ready,) = ready_rows(scoring(SCORES), [1, 0, 3])
    gone = -np.inf
    assert ready.scores.tolist() == [[1, 5, gone, gone, 2], [1, gone, 4, 3, 2], [-1, -5, 0, 0, 0]]
    assert ready.n_seen.tolist() == [2, 1, 0]
    assert ready.by_popularity.tolist() == [False, False, False]


def test_candidates_alone_have_columns_in_ascending_order() -> None:
    (ready,) = ready_rows(scoring(SCORES, [6, 2, 4]), [0, 1])
    assert ready.scores.tolist() == [[1, 4, 2], [1, -np.inf, 2]]
    assert ready.n_seen.tolist() == [0, 1]


def test_a_row_of_zeros_is_answered_by_popularity_without_what_was_seen() -> None:
    nothing = [[0] * 5] * 4
    (ready,) = ready_rows(scoring(nothing, [6, 2, 4]), [2, 1])
    assert ready.scores.tolist() == [[1, 2, 5], [1, -np.inf, 5]]
    assert ready.by_popularity.all()


def test_someone_with_scores_for_seen_items_alone_is_known() -> None:
    (ready,) = ready_rows(scoring([[0, 7, 0, 0, 0]] * 4), [0])
    assert ready.scores.tolist() == [[0, -np.inf, 0, 0, 0]]
    assert not ready.by_popularity.any()


def test_maxima_are_those_of_the_scores_with_what_was_seen() -> None:
    (ready,) = ready_rows(scoring(SCORES), [0, 2])
    assert ready.maxima.tolist() == [[1, 5, 4, 3, 2], [1, 2, 2, 0, 5]]  # blocks of one column each
    (ready,) = ready_rows(scoring(SCORES, [6, 2]), [0, 2])
    assert ready.maxima.tolist() == [[1, 2], [1, 5]]


def test_candidates_know_their_order_and_columns() -> None:
    candidates = Candidates.of(np.array([6, 4, 3]), SHOP, POPULARITY)
    assert candidates.items.tolist() == [3, 4, 6]
    assert candidates.popularity.tolist() == [2, 2, 5]
    assert candidates.ties.column.tolist() == [2, 0, 1]
    assert candidates.column.tolist() == [NO_COLUMN] * 3 + [0, 1, NO_COLUMN, 2]


@pytest.mark.parametrize("writeable", [True, False])
@pytest.mark.parametrize("row", [0, 2])
def test_the_rankers_own_array_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch, writeable: bool, row: int) -> None:
    kept = np.array([SCORES[row]] * 2, dtype=np.float32)
    kept.setflags(write=writeable)
    given = scoring(SCORES)
    monkeypatch.setattr(given.ranker, "score", lambda people, items: kept)
    (ready,) = ready_rows(given, [0, 1])
    assert np.isneginf(ready.scores).sum() == 3
    assert kept.tolist() == [SCORES[row]] * 2
    with pytest.raises(ZeroDivisionError):
        given.each(np.array([0, 1]), lambda ready: 1 // 0)
    assert kept.tolist() == [SCORES[row]] * 2


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("cells", [1, 7, 10, 1000])
def test_neither_batches_nor_threads_change_a_row(monkeypatch: pytest.MonkeyPatch, cells: int, threads: int) -> None:
    monkeypatch.setattr(scored_rows, "CELLS_PER_BLOCK", 5)
    people = [3, 0, 2, 1, 0]
    parts = ready_rows(scoring(SCORES), people, cells_per_batch=cells, threads=threads)
    monkeypatch.undo()
    (whole,) = ready_rows(scoring(SCORES), people)
    assert [part.rows.start for part in parts] == [0, 1, 2, 3, 4]
    for name in ("scores", "maxima", "by_popularity", "n_seen"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        assert joined.tolist() == getattr(whole, name).tolist()


def test_the_ranker_is_asked_for_a_batch_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    given, asked = scoring(SCORES), []
    score = given.ranker.score

    def watched(people: NDArray[np.int64], items: slice) -> NDArray[np.float32]:
        asked.append(people.tolist())
        return score(people, items)

    monkeypatch.setattr(given.ranker, "score", watched)
    ready_rows(given, [0, 1, 2, 3, 0, 1, 2], cells_per_batch=15, threads=3)  # 3 people of 5 items
    assert sorted(asked) == [[0, 1, 2], [2], [3, 0, 1]]


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_score_that_is_no_number_is_refused_from_any_thread(broken: float) -> None:
    with pytest.raises(ValueError, match=r"1 of 5 scores of ranker given are not finite; check what it was fitted on"):
        ready_rows(scoring([*SCORES[:3], [1, 2, broken, 4, 5]]), [0, 1, 2, 3], cells_per_batch=5, threads=2)


@pytest.mark.parametrize("name", RANKERS)
def test_every_ranker_scores_the_same_bits_in_several_threads(name: str) -> None:
    world = planted_world()
    items, people = world.history.items_of(TARGET), np.tile(np.arange(world.history.n_people), 2)
    popularity = create_ranker("popularity", settings()).fit(world.history, world.knowledge)
    given = Scoring(fitted(name, world), world.history, items, Candidates.of(None, items, popularity), 10)
    batch = 20 * (items.stop - items.start)
    one, many = (given.each(people, lambda ready: ready.scores.tobytes(), batch, threads) for threads in (1, 4))
    assert len(one) == -(-len(people) // 20)
    assert one == many
