"""Whom publications ask, and for what."""

import numpy as np
import pytest

from benchmarks.held_out import HeldOut, held_out, interval
from tests.evaluation.protocols.logs import asked, day, log_of
from xdrec_assets.evaluation.protocols.by_time import split_global_time
from xdrec_assets.evaluation.protocols.splits import FinalTest
from xdrec_assets.evaluation.relevant_sets import RelevantSets

LOG = [("u", "apple", 1), ("v", "bread", 2), ("v", "pan", 3)]
LATER = [("u", "bread", 5), ("u", "cake", 5), ("u", "pan", 5), ("v", "cake", 6), ("w", "apple", 6)]


@pytest.fixture
def split() -> FinalTest:
    return split_global_time(log_of(LOG + LATER), day(2), day(4)).test


def test_people_and_items_unknown_before_are_not_asked_for(split: FinalTest) -> None:
    found = held_out(split)
    assert asked(found["food"].relevant) == {"u": ["bread"]}
    assert asked(found["kitchen"].relevant) == {"u": ["pan"]}
    assert found["food"].candidates.tolist() == [0, 1]
    assert found["food"].people.tolist() == [0]


def test_with_all_items_known_nothing_is_left_out_but_people(split: FinalTest) -> None:
    found = held_out(split, "known")
    assert asked(found["food"].relevant) == {"u": ["bread", "cake"], "v": ["cake"]}
    assert found["food"].candidates.tolist() == [0, 1, 2]


def test_a_sample_keeps_people_and_what_they_took_together() -> None:
    names = np.array([f"p{person:02d}" for person in range(100)], dtype=object)
    indptr = np.cumsum([0, *(1 + person % 2 for person in range(100))])
    items = np.concatenate([[person, 100][: 1 + person % 2] for person in range(100)])
    test = HeldOut(np.arange(101), RelevantSets("food", names, np.arange(100), indptr, items))
    some = test.sample(10)
    assert len(some.people) == 10
    assert (
        some.relevant.item[some.relevant.indptr[:-1]].tolist()
        == some.people.tolist()
        == test.sample(10).people.tolist()
    )
    assert some.relevant.n_relevant.tolist() == [1 + person % 2 for person in some.people]
    assert test.sample(10, seed=1).people.tolist() != some.people.tolist()
    assert test.sample(1_000).people.tolist() == test.people.tolist()


def test_ndcg_by_hand() -> None:
    names = np.array(["u", "v"], dtype=object)
    test = HeldOut(
        np.arange(10), RelevantSets("food", names, np.array([0, 1]), np.array([0, 2, 3]), np.array([7, 9, 4]))
    )
    ranked = np.array([[7, 1, 9, *[-1] * 7], [5, *[-1] * 9]])
    first = (1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3))
    np.testing.assert_allclose(test.ndcg(ranked), [first, 0])


def test_interval_is_that_of_the_mean() -> None:
    values = np.random.default_rng(0).normal(1, 2, size=4_000)
    low, high = interval(values)
    assert (low, high) == pytest.approx(
        (values.mean() - 1.96 * 2 / 4_000**0.5, values.mean() + 1.96 * 2 / 4_000**0.5), abs=0.01
    )
    assert interval(np.ones(5)) == pytest.approx((1, 1))
