"""Features by hand arithmetic."""

import numpy as np
import pytest

from tests.rankers.blend.worlds import timed
from xdrec_assets.rankers.blend.item_features import LEAST, item_features
from xdrec_assets.rankers.blend.members import said
from xdrec_assets.rankers.blend.person_features import company_of, person_features
from xdrec_assets.rankers.blend.text_features import text_features

# music: items 0 and 1; shop: items 2 and 3
WORLD = timed([(0, 0, 0), (0, 2, 30), (1, 0, 14), (1, 1, 30), (2, 2, 40)], [2, 2], 4)


class TestItems:
    def test_popularity_is_the_share_of_its_platform_faded(self) -> None:
        columns = item_features(WORLD)
        zero, one = 1 + 2 ** (-14 / 30), 2 ** (-30 / 30)
        wanted = np.log([1000 * zero / (zero + one) + LEAST, 1000 * one / (zero + one) + LEAST, 1000 + LEAST, LEAST])
        np.testing.assert_allclose(columns["popular_30.0"], wanted, rtol=1e-5)
        np.testing.assert_allclose(np.exp(columns["popular_ever"][:2]), np.array([2000, 1000]) / 3 + LEAST, rtol=1e-5)

    def test_events_of_late_and_the_first_and_last(self) -> None:
        columns = item_features(WORLD)
        assert columns["events_7"].tolist() == [1, 0, 0, 0]
        assert columns["events_30"].tolist() == [2, 1, 1, 0]
        np.testing.assert_allclose(columns["days_since_first"][:3], np.log1p([14, 30, 40]), rtol=1e-6)
        np.testing.assert_allclose(columns["days_since_last"], np.log1p([0, 30, 30, 10_000]), rtol=1e-6)


class TestPeople:
    def test_here_and_elsewhere_are_counted_apart(self) -> None:
        columns = person_features(WORLD, slice(2, 4))
        assert columns["person_events_here"].tolist() == [1, 0, 1, 0]
        assert columns["person_events_elsewhere"].tolist() == [1, 2, 0, 0]
        assert columns["person_is_cold"].tolist() == [0, 1, 0, 1]
        np.testing.assert_allclose(columns["person_days_since_elsewhere"][:2], np.log1p([0, 14]), rtol=1e-6)

    def test_company_is_who_took_the_same_within_two_weeks(self) -> None:
        assert company_of(WORLD).tolist() == [1, 1, 1, 0, 1]
        later = timed([(0, 0, 0), (1, 0, 15), (2, 0, 31), (2, 1, 1)], [2], 3)
        assert company_of(later).tolist() == [1, 1, 0, 0]

    def test_a_persons_company_is_the_mean_of_its_logarithm(self) -> None:
        columns = person_features(WORLD, slice(0, 2))
        np.testing.assert_allclose(columns["person_company_here"], [np.log(2), np.log(2) / 2, 0, 0], rtol=1e-6)


def test_texts_near_to_the_nearest_the_last_and_all_lately() -> None:
    text = np.array([[1, 0], [0, 1], [0.6, 0.8], [1, 0]], dtype=np.float32)
    history = timed([(0, 0, 60), (0, 1, 0), (1, 2, 5)], [2, 2], 3)
    found = text_features(
        history, text, slice(2, 4), np.array([0, 1, 2]), np.array([0, 2, 3, 4]), np.array([2, 3, 3, 3])
    )
    np.testing.assert_allclose(found[0], [0, 0, 0, 0.8, 0.36 / 2 + 0.64], rtol=1e-5)
    np.testing.assert_allclose(found[1], [0, 0, 0, 1, 1 / 2], rtol=1e-5)
    np.testing.assert_allclose(found[2], [0.6, 0.36, 0.6, 0, 0], rtol=1e-5)
    assert not found[3].any()


def test_members_say_their_score_its_share_and_its_rank() -> None:
    scores = np.array([[2, 4, 8], [0, 0, 0]], dtype=np.float32)
    found = said([scores], np.array([0, 0, 1]), np.array([0, 1, 2]), np.array([0, 2, 3]))
    np.testing.assert_allclose(found, [[2, 0.25, np.log(2)], [4, 0.5, 0], [0, 0, 0]], rtol=1e-6)


@pytest.mark.parametrize("items", [slice(0, 2), slice(2, 4)])
def test_of_no_events_nothing_is_known(items: slice) -> None:
    nothing = timed([], [2, 2], 2)
    assert not person_features(nothing, items)["person_events_here"].any()
    assert all(np.isfinite(column).all() for column in item_features(nothing).values())
    assert company_of(nothing).tolist() == []
