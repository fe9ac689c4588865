"""Alternating least squares against the equations that it solves."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from tests.rankers.planted import history_of, knowledge_of
from xdrec_assets.joined.history import History
from xdrec_assets.rankers.als import ALS, conjugate_gradient, minimum
from xdrec_assets.rankers.ranker import NotFittedError
from xdrec_assets.rankers.settings import ALSSettings

N_PEOPLE, N_ITEMS, COLD_ITEM = 30, 20, 19
SETTINGS = ALSSettings(factors=4, positive_weight=5, ridge=0.1, half_life_days=None)


def history() -> History:
    """Two groups of people, each with its half of the items, at random strengths."""
    rng = np.random.default_rng(2)
    taken = rng.random((N_PEOPLE, N_ITEMS)) < np.where(np.add.outer(range(N_PEOPLE), range(N_ITEMS)) % 2, 0.6, 0.1)
    taken[:, COLD_ITEM] = taken[4] = False
    pairs = list(zip(*np.nonzero(taken), strict=True))
    strength = rng.uniform(0.2, 1, len(pairs)).astype(np.float32)
    return replace(history_of(pairs, [N_ITEMS], N_PEOPLE), strength=strength)


HISTORY = history()
NOTHING = knowledge_of(np.eye(N_ITEMS), N_PEOPLE)


def loss(ranker: ALS) -> float:
    """The sum that the class states, over all pairs of those who took part."""
    people, items = (ranker.arrays()[side].astype(np.float64) for side in ("people", "items"))
    taken = HISTORY.matrix(HISTORY.strength).toarray()
    confidence = (1 + SETTINGS.positive_weight * taken) * taken.any(axis=1, keepdims=True) * taken.any(axis=0)
    squares = (confidence * ((taken > 0) - people @ items.T) ** 2).sum()
    ridge_people, ridge_items = (SETTINGS.ridge * confidence.sum(axis=axis) for axis in (1, 0))
    return float(squares + ridge_people @ (people**2).sum(axis=1) + ridge_items @ (items**2).sum(axis=1))


def normal_equations(items: np.ndarray, taken: np.ndarray, settings: ALSSettings) -> np.ndarray:
    """Equation (4) of Hu, Koren, Volinsky for one person; taken: (n_items,) weights."""
    confidence = (1 + settings.positive_weight * taken) * items.any(axis=1)
    ridge = settings.ridge * confidence.sum() ** settings.ridge_exponent
    matrix = items.T @ (confidence[:, None] * items) + ridge * np.eye(items.shape[1])
    return np.linalg.solve(matrix, items.T @ (confidence * (taken > 0)))


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_peoples_vectors_solve_the_normal_equations(exponent: float) -> None:
    settings = SETTINGS.model_copy(update={"ridge_exponent": exponent})
    learned = ALS(settings).fit(HISTORY, NOTHING).arrays()
    items, taken = learned["items"].astype(np.float64), HISTORY.matrix(HISTORY.strength).toarray()
    for person in (0, 4, 11):
        np.testing.assert_allclose(
            learned["people"][person], normal_equations(items, taken[person], settings), rtol=1e-3, atol=1e-5
        )


def test_every_turn_lessens_the_loss() -> None:
    losses = [loss(ALS(SETTINGS.model_copy(update={"iterations": n})).fit(HISTORY, NOTHING)) for n in (1, 2, 4, 8, 30)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-2] < 1.01 * losses[-1]


@pytest.mark.parametrize("iterations", [1, 3, 30])
def test_the_losses_told_are_the_sum_that_the_class_states_over_that_of_zeros(iterations: int) -> None:
    settings = SETTINGS.model_copy(update={"iterations": iterations, "steps": 20})
    ranker = ALS(settings).fit(HISTORY, NOTHING)
    of_zeros = float((1 + SETTINGS.positive_weight * HISTORY.strength.astype(np.float64)).sum())
    assert len(ranker.losses) == iterations
    assert [*ranker.losses] == sorted(ranker.losses, reverse=True)
    # its people are folded in after the last turn, which can but lessen the loss
    assert loss(ranker) / of_zeros <= ranker.losses[-1] + 1e-5
    following = ALS(settings.model_copy(update={"iterations": iterations + 1})).fit(HISTORY, NOTHING)
    assert loss(ranker) / of_zeros >= following.losses[-1] - 1e-5


def test_in_the_end_items_solve_their_equations_as_well() -> None:
    ranker = ALS(SETTINGS.model_copy(update={"iterations": 200})).fit(HISTORY, NOTHING)
    people, items = (ranker.arrays()[side].astype(np.float64) for side in ("people", "items"))
    taken = HISTORY.matrix(HISTORY.strength).toarray()
    for item in (0, 7):
        np.testing.assert_allclose(items[item], normal_equations(people, taken[:, item], SETTINGS), atol=2e-3)


def test_someone_not_seen_in_training_is_answered_like_a_known_person_of_the_same_history() -> None:
    ranker = ALS(SETTINGS).fit(HISTORY, NOTHING)
    known = HISTORY.matrix(HISTORY.strength)
    unseen = csr_matrix(np.vstack([np.zeros(N_ITEMS), known[11].toarray()[0]]).astype(np.float32))
    vectors = ranker.fold_in(unseen)
    assert not vectors[0].any()
    np.testing.assert_allclose(vectors[1], ranker.arrays()["people"][11], rtol=1e-4, atol=1e-6)


def test_what_nobody_took_and_who_took_nothing_have_no_vector() -> None:
    learned = ALS(SETTINGS).fit(HISTORY, NOTHING).arrays()
    assert not learned["items"][COLD_ITEM].any()
    assert not learned["people"][4].any()


def test_an_old_event_weighs_less() -> None:
    ages = np.where(HISTORY.item % 3 == 0, 60, 0).astype(np.float32)
    aged = replace(HISTORY, age_days=ages)
    faded = ALS(SETTINGS.model_copy(update={"half_life_days": 30})).fit(aged, NOTHING)
    by_hand = replace(HISTORY, strength=HISTORY.strength * np.where(ages > 0, np.float32(0.25), np.float32(1)))
    np.testing.assert_allclose(faded.arrays()["people"], ALS(SETTINGS).fit(by_hand, NOTHING).arrays()["people"])


def test_the_number_of_threads_changes_no_bit() -> None:
    found = []
    for threads in (1, 2, 3):
        with threadpool_limits(threads, user_api="blas"):
            found.append(ALS(SETTINGS).fit(HISTORY, NOTHING).arrays()["people"].tobytes())
    assert len(set(found)) == 1


def test_as_many_steps_as_factors_solve_a_row_and_filling_up_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    others = rng.normal(size=(10, 3)).astype(np.float32)
    extra = np.array([[4, 1, 0], [2, 3, 5]], dtype=np.float32)
    columns = np.array([[1, 7, 9], [0, 2, 3]])
    gram, ridge = others.T @ others, np.array([0.5, 2], dtype=np.float32)
    start = rng.normal(size=(2, 3)).astype(np.float32)
    found, less = conjugate_gradient(gram, ridge, others[columns], extra, start, steps=6)
    for row, n in ((0, 2), (1, 3)):
        vectors, weight = others[columns[row, :n]], extra[row, :n]
        matrix = gram + ridge[row] * np.eye(3) + vectors.T @ (weight[:, None] * vectors)
        wanted = vectors.T @ (1 + weight)
        np.testing.assert_allclose(found[row], np.linalg.solve(matrix, wanted), atol=1e-4)
        before, after = (x @ matrix @ x - 2 * x @ wanted for x in (start[row], found[row]))
        np.testing.assert_allclose(less[row], before - after, rtol=1e-4)


@pytest.mark.parametrize("n", [1, 3, 4, 9])  # fewer than factors, as many and more
def test_the_minimum_solves_its_equations_and_filling_up_changes_nothing(n: int) -> None:
    rng = np.random.default_rng(n)
    vectors, extra = rng.normal(size=(5, n, 4)).astype(np.float32), rng.uniform(1, 5, (5, n)).astype(np.float32)
    extra[0, n // 2 :] = 0
    gram, ridge = np.diag(np.array([0, 1e-3, 2, 30], dtype=np.float32)), rng.uniform(0.5, 2, 5).astype(np.float32)
    before = [array.tobytes() for array in (gram, ridge, vectors, extra)]
    found, less = minimum(gram, ridge, vectors, extra, np.zeros((5, 4), dtype=np.float32))
    for row in range(5):
        kept = extra[row] > 0
        took, weight = vectors[row, kept].astype(np.float64), extra[row, kept].astype(np.float64)
        matrix, wanted = gram + ridge[row] * np.eye(4) + took.T @ (weight[:, None] * took), took.T @ (1 + weight)
        np.testing.assert_allclose(found[row], np.linalg.solve(matrix, wanted), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(less[row], wanted @ np.linalg.solve(matrix, wanted), rtol=1e-4, atol=1e-5)
    assert [array.tobytes() for array in (gram, ridge, vectors, extra)] == before


@pytest.mark.parametrize("factors", [8, 40])  # 40: more than there are items
def test_whoever_took_fewer_items_than_there_are_factors_is_folded_in_by_the_same_equations(factors: int) -> None:
    settings = SETTINGS.model_copy(update={"factors": factors})
    learned, taken = ALS(settings).fit(HISTORY, NOTHING).arrays(), HISTORY.matrix(HISTORY.strength).toarray()
    items = learned["items"].astype(np.float64)
    for person in range(N_PEOPLE):
        expected = normal_equations(items, taken[person], settings)
        np.testing.assert_allclose(learned["people"][person], expected, rtol=1e-3, atol=1e-5)


def test_nobody_is_folded_in_before_fit() -> None:
    with pytest.raises(NotFittedError, match="als has learned nothing"):
        ALS(SETTINGS).fold_in(csr_matrix((1, 2), dtype=np.float32))
