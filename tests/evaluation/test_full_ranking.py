"""One pass over the catalogue: the lists of top_k to the bit, and the area under the curve counted pair by pair."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.worlds import events_of, history_of
from tests.rankers.test_ranking import Given, popularity_of
from xdrec_assets.evaluation import full_ranking as module
from xdrec_assets.evaluation.full_ranking import FullRanking, full_ranking, n_beaten
from xdrec_assets.evaluation.relevant_sets import RelevantSets, relevant_sets
from xdrec_assets.joined.history import History
from xdrec_assets.rankers import scored_rows
from xdrec_assets.rankers.ranking import top_k

ITEMS = {"music": ["m1"], "shop": ["a", "b", "c", "d"]}
HISTORY = history_of([("ann", "shop", "b"), ("eve", "music", "m1")], ["ann", "bob", "eve"], ITEMS)
POPULARITY = popularity_of(7, 1, 3, 2, 0)  # m1, then a to d
SCORES = [[4, 9, 3, 1], [0, 0, 0, 0], [1, 2, 2, 4]]  # of a to d, for ann, bob and eve


def relevant(*turned_to: tuple[str, str]) -> RelevantSets:
    return relevant_sets(events_of(*(("shop", who, item, 1.0) for who, item in turned_to)), HISTORY, "shop")


def ranked(sets: RelevantSets, candidates: np.ndarray | None = None, k: int = 3) -> FullRanking:
    return full_ranking(Given(SCORES), POPULARITY, HISTORY, sets, k, candidates)


def test_everyone_gets_a_list_in_the_order_of_the_relevant_sets() -> None:
    found = ranked(relevant(("zoe", "a"), ("eve", "c"), ("ann", "d"), ("bob", "a"), ("new", "b")))
    # ann, bob, eve, new, zoe: b is ann's already; nothing is known of bob, and the last two are strangers
    assert found.items.tolist() == [[1, 3, 4], [2, 3, 1], [4, 2, 3], [2, 3, 1], [2, 3, 1]]
    assert found.scores.tolist() == [[4, 3, 1], [3, 2, 1], [4, 2, 2], [3, 2, 1], [3, 2, 1]]
    assert found.by_popularity.tolist() == [False, True, False, True, True]
    assert found.seconds > 0


def test_the_area_counts_pairs_by_hand() -> None:
    sets = relevant(("ann", "c"), ("bob", "a"), ("bob", "c"), ("eve", "b"), ("zoe", "c"))
    # ann: c beats d, not a (b is seen). bob, by popularity: a beats d alone, c all but b: 3 of 4 pairs are a-d, c-d.
    # eve: b beats a, ties with c, loses to d. zoe, by popularity: c beats a and d, not b.
    assert ranked(sets).auc.tolist() == pytest.approx([1 / 2, 2 / 4, 1.5 / 3, 2 / 3])


def test_a_relevant_item_that_is_no_candidate_stays_out_of_the_area() -> None:
    sets = relevant(("eve", "d"), ("eve", "a"), ("eve", "unheard of"), ("zoe", "unheard of"))
    some = np.array([1, 2, 3])  # without d
    assert ranked(sets, some).auc.tolist() == pytest.approx([0 / 2, np.nan], nan_ok=True)
    assert ranked(sets, some).items.tolist() == [[2, 3, 1], [2, 3, 1]]


def test_without_any_other_candidate_there_is_no_area() -> None:
    sets = relevant(("ann", "a"), ("zoe", "a"))
    assert np.isnan(ranked(sets, np.array([1, 2])).auc[0])  # b is seen
    assert ranked(sets, np.array([1, 2])).auc[1] == 0
    assert np.isnan(ranked(sets, np.array([1])).auc).all()


def test_a_relevant_item_that_was_seen_is_not_ranked() -> None:
    sets = replace(relevant(("ann", "a"), ("ann", "c")), item=np.array([1, 2], dtype=np.int32))  # b is ann's already
    assert ranked(sets).auc.tolist() == [1.0]  # a beats c and d


def test_the_area_can_be_left_out() -> None:
    sets = relevant(("ann", "c"), ("zoe", "c"))
    found = full_ranking(Given(SCORES), POPULARITY, HISTORY, sets, 3, None, with_auc=False)
    assert np.isnan(found.auc).all()
    assert found.items.tolist() == ranked(sets).items.tolist()


@pytest.mark.parametrize("threads", [1, 2])
def test_time_spent_on_areas_does_not_count(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    areas = module._Curves.areas

    def slow(self: module._Curves, ready: scored_rows.ScoredRows, people: np.ndarray) -> np.ndarray:
        time.sleep(0.3)
        return areas(self, ready, people)

    monkeypatch.setattr(module._Curves, "areas", slow)
    sets, began = relevant(("ann", "d"), ("bob", "a"), ("eve", "c")), time.perf_counter()
    found = full_ranking(Given(SCORES), POPULARITY, HISTORY, sets, 3, None, cells_per_batch=4, threads=threads)
    elapsed = time.perf_counter() - began
    assert elapsed >= 3 * 0.3 / threads
    assert 0 < found.seconds < elapsed - 0.9 * 3 * 0.3 / threads


def test_nobody_to_rank_for_is_no_error() -> None:
    found = ranked(relevant_sets(events_of(("music", "zoe", "m1", 1.0)), HISTORY, "shop"))
    assert (found.items.shape, found.auc.shape) == ((0, 3), (0,))


def test_only_strangers_need_no_ranker() -> None:
    assert ranked(relevant(("zoe", "c"))).items.tolist() == [[2, 3, 1]]


def random_world(seed: int, n_people: int = 30, n_items: int = 300) -> tuple[Given, History, RelevantSets]:
    """Whole scores with many ties; people 0 to 4 have none, and every tenth test person is a stranger."""
    rng = np.random.default_rng(seed)
    names = [f"i{i:03}" for i in range(n_items)]
    people = [f"p{p:02}" for p in range(n_people)]
    took = [(who, "shop", item) for who in people for item in rng.choice(names, 20, replace=False)]
    history = history_of(took, people, {"shop": names})
    asked = [f"s{p:02}" if p % 10 == 9 else who for p, who in enumerate(people)]
    rows = [
        ("shop", who, str(item), 1.0)
        for who in asked
        for item in rng.choice([*names, "new"], rng.integers(1, 30), replace=False)
    ]
    scores = rng.integers(-20, 20, (n_people, n_items)) * (np.arange(n_people) > 4)[:, None]
    return Given(scores.tolist()), history, relevant_sets(events_of(*rows), history, "shop")


def area_by_pairs(scores: np.ndarray, seen: np.ndarray, wanted: np.ndarray) -> float:
    """The slow way: every pair of a relevant and another candidate."""
    left = np.setdiff1d(np.arange(len(scores)), seen)
    good, other = scores[np.intersect1d(left, wanted)], scores[np.setdiff1d(left, wanted)]
    wins = (good[:, None] > other).mean() + (good[:, None] == other).mean() / 2
    return float(wins)


@pytest.mark.parametrize("seed", [0, 1])
def test_lists_are_those_of_top_k_and_areas_those_of_all_pairs(seed: int) -> None:
    ranker, history, sets = random_world(seed)
    popular = np.random.default_rng(seed).integers(0, 9, history.n_items)
    popularity, items = popularity_of(*popular), history.items_of("shop")
    found = full_ranking(ranker, popularity, history, sets, 25, None)
    known = sets.person >= 0
    expected = top_k(ranker, popularity, history, sets.person[known], items, 25)
    assert found.items[known].tobytes() == expected.items.tobytes()
    assert found.scores[known].tobytes() == expected.scores.tobytes()
    assert found.by_popularity[known].tobytes() == expected.by_popularity.tobytes()
    assert (found.items[~known] == np.argsort(-popular, kind="stable")[:25]).all()
    for row, person in enumerate(sets.person):
        scores = ranker.scores[person] if person > 4 else popular
        seen = history.item[history.person == person]
        wanted = sets.item[sets.indptr[row] : sets.indptr[row + 1]]
        assert found.auc[row] == pytest.approx(area_by_pairs(scores, seen, wanted), abs=1e-12)


@pytest.mark.parametrize(("cells", "threads"), [(1, 1), (700, 2), (10**6, 3)])
def test_neither_batches_nor_threads_change_a_bit(monkeypatch: pytest.MonkeyPatch, cells: int, threads: int) -> None:
    ranker, history, sets = random_world(2)
    popularity, candidates = popularity_of(*range(300)), np.arange(0, 300, 3)
    whole = full_ranking(ranker, popularity, history, sets, 10, candidates)
    monkeypatch.setattr(scored_rows, "CELLS_PER_BLOCK", 900)
    parts = full_ranking(ranker, popularity, history, sets, 10, candidates, cells, threads)
    for name in ("items", "scores", "by_popularity", "auc"):
        assert getattr(parts, name).tobytes() == getattr(whole, name).tobytes()


def test_inputs_are_left_as_they_are() -> None:
    ranker, history, sets = random_world(3)
    arrays = [ranker.scores, history.person, history.item, sets.person, sets.item, sets.indptr]
    before = [array.tobytes() for array in arrays]
    full_ranking(ranker, popularity_of(*range(300)), history, sets, 10, np.arange(0, 300, 2))
    assert [array.tobytes() for array in arrays] == before


VALUES = st.lists(st.integers(-3, 3), min_size=1, max_size=30)


@given(VALUES, VALUES)
def test_few_and_many_values_beat_the_same(scores: list[int], values: list[int]) -> None:
    of, asked = np.array(scores, dtype=np.float32), np.array(values, dtype=np.float32)
    by_hand = [sum((score < value) + (score == value) / 2 for score in scores) for value in values]
    assert n_beaten(of, asked).tolist() == by_hand
    assert n_beaten(of, np.repeat(asked, module.FEW + 1))[:: module.FEW + 1].tolist() == by_hand


def test_an_infinite_score_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1 of 4 scores of ranker given are not finite"):
        full_ranking(Given([[1, np.inf, 0, 0]] * 3), POPULARITY, HISTORY, relevant(("ann", "a")), 3, None)


def test_candidates_of_another_platform_are_refused() -> None:
    with pytest.raises(ValueError, match="keep to the target platform's items"):
        ranked(relevant(("ann", "a")), np.array([0, 1]))
