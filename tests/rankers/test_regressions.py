"""The rankers on fused vectors against a second way to solve the same problem."""

from dataclasses import replace

import numpy as np
from scipy.optimize import minimize

from tests.rankers.planted import AS_OF, history_of, knowledge_of
from xdrec_assets.rankers.linear import Linear
from xdrec_assets.rankers.logistic import Logistic, nesterov
from xdrec_assets.rankers.settings import LinearSettings, LogisticSettings

N_ITEMS, N_PEOPLE, SIZE = 30, 4, 5
RNG = np.random.default_rng(11)
KNOWLEDGE = knowledge_of(RNG.normal(size=(N_ITEMS, SIZE)), N_PEOPLE)
TAKEN = [(0, 3), (0, 7), (0, 20), (1, 5), (1, 9), (1, 11), (2, 1)]
HISTORY = replace(
    history_of(TAKEN, [N_ITEMS], N_PEOPLE),
    strength=np.array([1, 0.5, 0.2, 1, 1, 0.1, 1], dtype=np.float32),
    age_days=np.array([0, 90, 10, 5, 95, 5, 700], dtype=np.float32),
)


def test_the_dual_solution_is_that_of_the_weighted_normal_equations() -> None:
    ranker = Linear(LinearSettings(positive_weight=4, ridge=0.5, half_life_days=90)).fit(HISTORY, KNOWLEDGE)
    vectors = KNOWLEDGE.fused.astype(np.float64)
    taken, recency = [3, 7, 20], np.array([1, 1 / 2, 2 ** (-10 / 90)])
    weight, label = np.ones(N_ITEMS), np.zeros(N_ITEMS)
    weight[taken], label[taken] = 1 + 4 * np.array([1, 0.5, 0.2]) * recency, 1
    gram = vectors.T @ (weight[:, None] * vectors) + 0.5 * np.eye(SIZE)
    expected = vectors @ np.linalg.solve(gram, vectors.T @ (weight * label))
    np.testing.assert_allclose(ranker.score(np.array([0]), slice(0, N_ITEMS))[0], expected, atol=1e-5)


def test_items_of_platforms_without_events_are_no_examples() -> None:
    two = replace(HISTORY, platforms=("music", "shop"), item_platform=(np.arange(N_ITEMS) >= 25).astype(np.int16))
    alone = replace(
        history_of(TAKEN, [25], N_PEOPLE, ["music"]), strength=HISTORY.strength, age_days=HISTORY.age_days, as_of=AS_OF
    )
    fused = replace(KNOWLEDGE, fused=KNOWLEDGE.fused[:25])
    for both, one in (
        (Linear(LinearSettings()).fit(two, KNOWLEDGE), Linear(LinearSettings()).fit(alone, fused)),
        (Logistic(LogisticSettings()).fit(two, KNOWLEDGE), Logistic(LogisticSettings()).fit(alone, fused)),
    ):
        found, expected = (ranker.score(np.arange(N_PEOPLE), slice(0, 25)) for ranker in (both, one))
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_logistic_weights_minimise_the_stated_loss() -> None:
    settings = LogisticSettings(
        negatives=N_ITEMS, negative_weight=3, person_penalty=0.5, prior_penalty=0.1, iterations=400
    )
    ranker = Logistic(settings).fit(HISTORY, KNOWLEDGE)
    features = np.hstack([KNOWLEDGE.fused, np.ones((N_ITEMS, 1))])
    recency = 2.0 ** (-np.array([0, 90, 0, 0, 90, 0, 0]) / 180) * 2.0 ** (-np.array([0, 0, 10, 0, 0, 0, 0]) / 180)
    evidence, items = HISTORY.strength * recency, HISTORY.item

    def weights(evidence: np.ndarray, items: np.ndarray, centre: np.ndarray, penalty: float) -> np.ndarray:
        def loss(w: np.ndarray) -> float:
            taken = evidence @ np.logaddexp(0, -features[items] @ w)
            left = 3 * evidence.sum() * np.logaddexp(0, features @ w).mean()
            return float(taken + left + penalty / 2 * ((w - centre) ** 2).sum())

        return np.asarray(minimize(loss, centre, tol=1e-12).x)

    shared = weights(evidence / evidence.sum(), items, np.zeros(SIZE + 1), 0.1)
    own = weights(evidence[:3], items[:3], shared, 0.5)
    expected = 1 / (1 + np.exp(-features @ own))
    np.testing.assert_allclose(ranker.score(np.array([0]), slice(0, N_ITEMS))[0], expected, atol=1e-4)


def test_logistic_scores_are_probabilities() -> None:
    scores = Logistic(LogisticSettings()).fit(HISTORY, KNOWLEDGE).score(np.array([0, 1, 2]), slice(0, N_ITEMS))
    assert ((scores > 0) & (scores < 1)).all()


def test_accelerated_descent_finds_the_minimum_of_a_parabola_in_every_row() -> None:
    curvature, minimum = (
        np.array([[1.0], [40.0]], dtype=np.float32),
        np.array([[3.0, -1.0], [0.5, 2.0]], dtype=np.float32),
    )
    found = nesterov(lambda w: curvature * (w - minimum), np.zeros((2, 2), dtype=np.float32), curvature, 1.0, 100)
    np.testing.assert_allclose(found, minimum, atol=1e-4)
