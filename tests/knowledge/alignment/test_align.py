"""Every method on a planted world: what was turned is turned back, and shuffled people teach nothing."""

import numpy as np
import pytest

from tests.knowledge.alignment.worlds import two_platforms
from xdrec_assets.embeddings.vectors import is_known
from xdrec_assets.knowledge.alignment.align import LEARNED, align
from xdrec_assets.knowledge.alignment.measures import before_and_after
from xdrec_assets.knowledge.alignment.settings import AlignmentSettings

METHODS = ("none", "whitening", "procrustes_twins", *LEARNED)
QUICK = {"steps": 200, "batch_size": 64, "learning_rate": 0.01, "anchor": 0.0}
BY_PEOPLE = ("procrustes_people", "contrastive")


def quick(method: str, **changed: object) -> AlignmentSettings:
    return AlignmentSettings.model_validate({**QUICK, "method": method, **changed})


@pytest.mark.parametrize("method", [*BY_PEOPLE, "procrustes_twins"])
def test_a_turned_platform_is_turned_back(method: str) -> None:
    history, vectors, pairs = two_platforms()
    before, after = before_and_after(history, vectors, quick(method), pairs)
    assert before.people.n == after.people.n == 2 * 40
    assert before.domain_accuracy > 0.9
    assert after.domain_accuracy < 0.65
    assert after.people.mrr > before.people.mrr + 0.15
    assert after.twins.recall > before.twins.recall + 0.5


def test_adversaries_bring_together_what_was_moved_and_turned_a_little() -> None:
    history, vectors, pairs = two_platforms(angle=0.2)
    before, after = before_and_after(history, vectors, quick("adversarial", anchor=1.0), pairs)
    assert before.domain_accuracy > 0.9
    assert after.domain_accuracy < 0.65
    assert after.people.mrr > before.people.mrr + 0.05
    assert after.twins.recall > before.twins.recall + 0.2


@pytest.mark.parametrize("method", BY_PEOPLE)
def test_shuffled_people_teach_nothing(method: str) -> None:
    history, vectors, pairs = two_platforms(shuffled=True)
    _, after = before_and_after(history, vectors, quick(method), pairs)
    chance = (1 / np.arange(1, 41)).mean()
    assert after.people.mrr == pytest.approx(chance, abs=0.06)
    assert after.twins.recall < 0.2


@pytest.mark.parametrize("method", METHODS)
def test_rows_stay_in_order_of_unit_length_and_the_same_each_time(method: str) -> None:
    history, vectors, pairs = two_platforms()
    vectors[[3, 200]] = 0
    given = vectors.copy()
    one, two = (align(method, history, vectors, quick(method, steps=20), pairs) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(vectors, given)
    assert (one.shape, one.dtype) == (vectors.shape, np.float32)
    np.testing.assert_array_equal(is_known(one), is_known(vectors))
    np.testing.assert_allclose(np.linalg.norm(one[is_known(one)], axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("method", ["procrustes_twins", *LEARNED])
def test_the_platform_with_most_vectors_stays_whitened(method: str) -> None:
    history, vectors, pairs = two_platforms()
    vectors[:5] = 0
    aligned = align(method, history, vectors, quick(method, steps=20), pairs)
    white = align("whitening", history, vectors)
    np.testing.assert_array_equal(aligned[history.items_of("video")], white[history.items_of("video")])
    assert not np.allclose(aligned[history.items_of("shop")], white[history.items_of("shop")])


@pytest.mark.parametrize("method", ["procrustes_twins", *LEARNED])
def test_a_platform_by_itself_is_only_whitened(method: str) -> None:
    history, vectors, pairs = two_platforms()
    vectors[history.items_of("video")] = 0
    aligned = align(method, history.only("shop"), vectors, quick(method, steps=20), pairs)
    np.testing.assert_allclose(aligned, align("whitening", history, vectors), atol=1e-6)


@pytest.mark.parametrize("method", ["procrustes_twins", *BY_PEOPLE])
def test_too_few_pairs_leave_a_platform_whitened(method: str) -> None:
    history, vectors, pairs = two_platforms()
    aligned = align(method, history, vectors, quick(method, fewest_pairs=500), pairs)
    np.testing.assert_allclose(aligned, align("whitening", history, vectors), atol=1e-6)


@pytest.mark.parametrize("method", BY_PEOPLE)
def test_three_platforms_come_to_one_space(method: str) -> None:
    history, vectors, _ = two_platforms(platforms=("music", "shop", "video"))
    before, after = before_and_after(history, vectors, quick(method))
    assert before.people.n == 6 * 40
    assert after.people.mrr > before.people.mrr + 0.15
    assert after.domain_accuracy < 0.5 < before.domain_accuracy
    assert after.chance == pytest.approx(1 / 3)


def test_an_unknown_method_is_refused_with_those_there_are() -> None:
    history, vectors, _ = two_platforms()
    with pytest.raises(ValueError, match="alignment is 'magic', expected one of none, whitening, procrustes_twins, "):
        align("magic", history, vectors)


def test_twins_are_asked_for_where_they_are_needed() -> None:
    history, vectors, _ = two_platforms()
    with pytest.raises(ValueError, match="no pairs of twins are given"):
        align("procrustes_twins", history, vectors)
