from dataclasses import replace

import numpy as np
import pytest

from tests.rankers.planted import history_of
from xdrec_assets.embeddings import retrieval
from xdrec_assets.embeddings.co_chosen import CoChosen
from xdrec_assets.embeddings.retrieval import Retrieval, judge, retrieve

TEXT = np.arange(6)
VECTORS = np.array([[0, 1], [0.8, 0.6], [1, 0], [0, 1], [0.6, 0.8], [1, 0]], dtype=np.float32)


@pytest.fixture(autouse=True)
def _as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two dimensions, whitened, would be hard to follow by hand."""
    monkeypatch.setattr(retrieval, "whitened_by_platform", lambda _, vectors: vectors)


def pair(earlier: int, later: int, person: int = 0) -> CoChosen:
    columns = (person, earlier, later, 0.0, earlier // 3 != later // 3)
    return CoChosen(*(np.array([value]) for value in columns))


NOTHING_SEEN = history_of([], [3, 3], 2)


@pytest.mark.parametrize(("later", "rank"), [(3, 1), (4, 2), (5, 3)])
def test_rank_among_the_later_items_platform(later: int, rank: int):
    assert retrieve(VECTORS, pair(0, later), TEXT, NOTHING_SEEN).rank.tolist() == [rank]


def test_the_earlier_item_is_no_candidate():
    assert retrieve(VECTORS, pair(0, 1), TEXT, NOTHING_SEEN).rank.tolist() == [1]


def test_what_the_person_has_is_no_candidate_for_them_alone():
    seen = history_of([(0, 3)], [3, 3], 2)
    assert retrieve(VECTORS, pair(0, 5, person=0), TEXT, seen).rank.tolist() == [2]
    assert retrieve(VECTORS, pair(0, 5, person=1), TEXT, seen).rank.tolist() == [3]


def test_an_item_taken_again_can_still_be_found():
    assert retrieve(VECTORS, pair(0, 3), TEXT, history_of([(0, 3)], [3, 3], 2)).rank.tolist() == [1]


def test_equal_texts_count_once():
    text = np.array([0, 1, 2, 3, 3, 4])
    vectors = VECTORS[[0, 1, 2, 3, 3, 5]]
    assert retrieve(vectors, pair(0, 4), text, NOTHING_SEEN).rank.tolist() == [1]
    assert retrieve(vectors, pair(0, 5), text, NOTHING_SEEN).rank.tolist() == [2]


def test_vectors_all_alike_find_nothing():
    assert retrieve(np.ones((6, 2), np.float32), pair(0, 3), TEXT, NOTHING_SEEN).rank.tolist() == [3]


def test_recall_and_mrr_by_hand():
    found = Retrieval(np.array([1, 10, 11, 20]), np.arange(4))
    assert found.recall == 0.5
    assert found.mrr == pytest.approx((1 + 1 / 10 + 1 / 11 + 1 / 20) / 4)


def test_a_gain_of_everyone_wins_and_says_so():
    before = Retrieval(np.full(50, 20), np.arange(50))
    judged = judge(before, replace(before, rank=np.full(50, 5)), seed=0)
    assert judged.has_won
    assert judged.gain == pytest.approx((1 / 5 - 1 / 20, 1 / 5 - 1 / 20))
    assert judged.why == "used: Recall@10 0.0000 to 1.0000, MRR 0.0500 to 0.2000 (gain +0.1500 to +0.1500)"


def test_the_gain_of_one_person_may_be_chance():
    before = Retrieval(np.full(50, 20), np.append(np.zeros(25, int), np.arange(1, 26)))
    after = replace(before, rank=np.append(np.full(25, 1), np.full(25, 20)))
    judged = judge(before, after, seed=0)
    assert judged.after.mrr > 0.5
    assert not judged.has_won
    assert judged.why.startswith("not used, the gain may be chance: ")


def test_better_ranks_that_find_less_do_not_win():
    before = Retrieval(np.full(50, 10), np.arange(50))
    after = replace(before, rank=np.append(np.full(49, 9), 11))
    judged = judge(before, after, seed=0)
    assert judged.gain[0] > 0
    assert judged.why.startswith("not used, finds less: ")
