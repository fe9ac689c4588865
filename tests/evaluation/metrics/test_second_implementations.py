"""The same lists and scores give the same figures by others' code: ir-measures (trec_eval), scikit-learn, SciPy."""

from functools import cache

import ir_measures
import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.spatial.distance import pdist
from scipy.stats import entropy
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score, roc_auc_score

from xdrec_assets.evaluation.metrics.beyond import calibration, diversity
from xdrec_assets.evaluation.metrics.classification import at_threshold, auc
from xdrec_assets.evaluation.metrics.definitions import SMOOTHING
from xdrec_assets.evaluation.metrics.ranking import PER_PERSON, find_hits

N_PEOPLE, N_ITEMS, K = 200, 60, 10
PEERS = {"ndcg": "nDCG@10", "map": "AP@10", "mrr": "RR", "precision": "P@10", "recall": "R@10", "f1": "SetF"} | {
    "hit_rate": "Success@10"
}


@cache
def world() -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Lists of K items, and 1–20 relevant items a person."""
    rng = np.random.default_rng(7)
    recommended = np.array([rng.permutation(N_ITEMS)[:K] for _ in range(N_PEOPLE)])
    return recommended, [rng.permutation(N_ITEMS)[: rng.integers(1, 21)] for _ in range(N_PEOPLE)]


@cache
def ours() -> dict[str, NDArray[np.float64]]:
    recommended, relevant = world()
    indptr = np.cumsum([0, *map(len, relevant)])
    hits = find_hits(recommended, indptr, np.concatenate(relevant))
    return {name: metric(hits, np.diff(indptr)) for name, metric in PER_PERSON.items()}


@cache
def theirs() -> dict[str, dict[int, float]]:
    recommended, relevant = world()
    run = {str(p): {str(item): float(K - rank) for rank, item in enumerate(row)} for p, row in enumerate(recommended)}
    qrels = {str(person): {str(item): 1 for item in items} for person, items in enumerate(relevant)}
    found: dict[str, dict[int, float]] = {peer: {} for peer in PEERS.values()}
    for metric in ir_measures.iter_calc([ir_measures.parse_measure(peer) for peer in PEERS.values()], qrels, run):
        found[str(metric.measure)][int(metric.query_id)] = metric.value
    return found


@pytest.mark.parametrize("name", PER_PERSON)
def test_ranking_agrees_with_ir_measures(name: str) -> None:
    peer = theirs()[PEERS[name]]
    assert_allclose(ours()[name], [peer[person] for person in range(N_PEOPLE)], atol=1e-6)
    assert 0 < ours()[name].mean() < 1


def test_auc_agrees_with_scikit_learn_also_where_scores_are_tied() -> None:
    rng = np.random.default_rng(3)
    scores, relevant = rng.integers(0, 9, (50, 40)) / 8, rng.random((50, 40)) < 0.2
    relevant[:, :2] = [True, False]
    expected = [roc_auc_score(wanted, of_person) for wanted, of_person in zip(relevant, scores, strict=True)]
    assert_allclose(auc(scores, relevant), expected, atol=1e-12)


def test_threshold_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(4)
    scores, relevant = rng.random((50, 30)), rng.random((50, 30)) < 0.3
    relevant[:, 0] = True
    found = at_threshold(scores, relevant, 0.6)
    for peer, values in (
        (precision_score, found.precision()),
        (recall_score, found.recall()),
        (f1_score, found.f1()),
        (accuracy_score, found.accuracy()),
    ):
        assert_allclose(values, [peer(w, s >= 0.6) for w, s in zip(relevant, scores, strict=True)], atol=1e-12)


def test_diversity_agrees_with_scipy() -> None:
    vectors = np.random.default_rng(5).standard_normal((N_ITEMS, 16))
    recommended, _ = world()
    assert_allclose(diversity(recommended, vectors), [pdist(vectors[row], "cosine").mean() for row in recommended])


def test_calibration_agrees_with_scipy() -> None:
    rng = np.random.default_rng(6)
    own, of_items = rng.dirichlet(np.full(7, 0.3), N_PEOPLE), rng.dirichlet(np.full(7, 0.3), N_ITEMS)
    recommended, _ = world()
    listed = of_items[recommended].mean(axis=1)
    expected = [entropy(p, (1 - SMOOTHING) * q + SMOOTHING * p) for p, q in zip(own, listed, strict=True)]
    assert_allclose(calibration(recommended, csr_matrix(own), csr_matrix(of_items)), expected, atol=1e-9)
