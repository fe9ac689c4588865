"""Which own item explains a recommendation."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.recommendations.worlds import BOTH, COOKING, HISTORY, SPORT, TEXT
from xdrec_assets.recommendations import reasons
from xdrec_assets.recommendations.reasons import OwnItems, most_popular, nearest_own_items, reason_kinds

PAN, SHOES, WOK, BAKE, RUN = range(5)
ANN, BOB, CID, DOT = range(4)
PEOPLE = np.arange(4, dtype=np.int32)


def test_nearest_own_item_may_stand_on_another_platform() -> None:
    own = OwnItems.of(HISTORY, latest=10)
    nearest = nearest_own_items(own, TEXT, PEOPLE, np.array([[SHOES, PAN], [WOK, RUN], [PAN, -1], [PAN, SHOES]]))
    assert_array_equal(nearest.item, [[RUN, -1], [-1, -1], [-1, -1], [-1, -1]])
    assert_allclose(nearest.similarity, [[1, 0], [0, 0], [0, 0], [0, 0]])


def test_of_several_own_items_the_nearest_is_named_with_its_strength() -> None:
    text = np.array([BOTH, SPORT, COOKING, COOKING, SPORT], dtype=np.float32)  # bob has the pan and the baking
    nearest = nearest_own_items(OwnItems.of(HISTORY, latest=10), text, np.array([BOB]), np.array([[SHOES, WOK]]))
    assert_array_equal(nearest.item, [[PAN, BAKE]])
    assert_allclose(nearest.similarity, [[0.6, 1.0]])
    assert_allclose(nearest.strength, [[0.2, 1.0]])


def test_batches_give_what_single_people_give(monkeypatch: pytest.MonkeyPatch) -> None:
    own, listed = OwnItems.of(HISTORY, latest=10), np.tile(np.arange(5, dtype=np.int32), (4, 1))
    together = nearest_own_items(own, TEXT, PEOPLE, listed)
    monkeypatch.setattr(reasons, "FLOATS_PER_BATCH", 1)
    alone = nearest_own_items(own, TEXT, PEOPLE, listed)
    assert_array_equal(together.item, alone.item)
    assert_array_equal(together.similarity, alone.similarity)


def test_agrees_with_a_loop_on_random_vectors() -> None:
    rng = np.random.default_rng(5)
    text = rng.normal(size=(5, 3)).astype(np.float32)
    listed = rng.integers(0, 5, size=(4, 3)).astype(np.int32)
    nearest = nearest_own_items(OwnItems.of(HISTORY, latest=10), text, PEOPLE, listed)
    for person in PEOPLE:
        owned = HISTORY.item[HISTORY.person == person]
        for place, item in enumerate(listed[person]):
            best = max((float(text[mine] @ text[item]) for mine in owned), default=0.0)
            assert_allclose(nearest.similarity[person, place], max(best, 0.0), rtol=1e-5)


def test_latest_items_are_kept_and_the_history_is_not_written_into() -> None:
    history = replace(HISTORY, age_days=np.array([1, 9, 2, 1], dtype=np.float32))
    before = history.item.copy()
    own = OwnItems.of(history, latest=1)
    assert_array_equal(own.item, [RUN, BAKE, WOK])  # bob's pan is older than the baking
    assert_array_equal(own.indptr, [0, 1, 2, 3, 3])
    assert_array_equal(history.item, before)


def test_kinds_by_what_can_be_said() -> None:
    near, popular = np.array([[True, True, False, False]] * 2), np.array([[True, False, True, False]] * 2)
    new = np.array([[False, True, False, False]] * 2)
    kinds = reason_kinds(near, new, np.array([False, True]), popular)
    assert kinds.tolist() == [["similar", "new", "popular", "taste"], ["popular"] * 4]


def test_popular_is_a_share_of_the_platform_and_never_without_events() -> None:
    popularity = np.array([9, 9, 1, 3, 0, 0], dtype=np.float32)
    assert_array_equal(most_popular(popularity, slice(2, 6), 0.25), [0, 0, 0, 1, 0, 0])
    assert_array_equal(most_popular(popularity, slice(2, 6), 1.0), [0, 0, 1, 1, 0, 0])
