"""The protocol on Amazon Food × Kitchen, and the figures noted with the data."""

import numpy as np
import pytest

from benchmarks.food_kitchen_rankers import CASES, PLATFORMS, Case, read_world, run
from benchmarks.held_out import HeldOut
from tests.rankers.planted import knowledge_of
from tests.real_data import real_data
from xdrec_assets.joined.history import History

WITHOUT_TEXT = [case for case in CASES if case.ranker in ("popularity", "item_knn", "user_knn")]


@pytest.fixture(scope="module")
def world() -> tuple[History, dict[str, HeldOut]]:
    """Of the sizes that are noted: anything else is refused."""
    _, history, asked = read_world(real_data("amazon_food_kitchen"))
    return history, asked


@pytest.mark.parametrize("case", WITHOUT_TEXT, ids=lambda case: f"{case.title} {case.trained_on}")
def test_rankers_reach_what_is_noted(case: Case, world: tuple[History, dict[str, HeldOut]]) -> None:
    history, asked = world
    nothing = knowledge_of(np.zeros((history.n_items, 1)), history.n_people)
    outcome = run(case, history, asked, dict.fromkeys(["all", *PLATFORMS], nothing))
    assert outcome.ndcg == pytest.approx(case.noted, rel=0.02)
