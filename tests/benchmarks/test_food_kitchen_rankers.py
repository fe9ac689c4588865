"""The protocol on Amazon Food × Kitchen, and the figures noted with the data."""

import numpy as np
import pytest

from benchmarks.food_kitchen_rankers import CASES, PLATFORMS, Case, HeldOut, mean_ndcg, read_world, run
from tests.rankers.planted import knowledge_of
from tests.real_data import real_data
from xdrec_assets.joined.history import History

WITHOUT_TEXT = [case for case in CASES if case.ranker in ("popularity", "item_knn", "user_knn")]


@pytest.fixture(scope="module")
def world() -> tuple[History, dict[str, HeldOut]]:
    history, tests, _ = read_world(real_data("amazon_food_kitchen"))
    return history, tests


def test_ndcg_by_hand() -> None:
    ranked = np.array([[7, 1, 9, *[-1] * 7], [5, *[-1] * 9]])
    relevant = [np.array([9, 7]), np.array([4])]
    first = (1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3))
    assert mean_ndcg(ranked, relevant) == pytest.approx((first + 0) / 2)


@pytest.mark.parametrize("case", WITHOUT_TEXT, ids=lambda case: f"{case.title} {case.trained_on}")
def test_rankers_reach_what_is_noted(case: Case, world: tuple[History, dict[str, HeldOut]]) -> None:
    history, tests = world
    nothing = knowledge_of(np.zeros((history.n_items, 1)), history.n_people)
    outcome = run(case, history, tests, dict.fromkeys(["all", *PLATFORMS], nothing))
    assert case.noted is not None
    for found, noted in zip(outcome.ndcg, case.noted, strict=True):
        assert found > 0.95 * noted
