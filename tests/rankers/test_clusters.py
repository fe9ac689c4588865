"""Groups of people of a like taste, and what is popular in each."""

from dataclasses import replace

import numpy as np

from tests.rankers.planted import history_of, knowledge_of
from xdrec_assets.rankers.clusters import NO_CLUSTER, Clusters, spherical_kmeans
from xdrec_assets.rankers.settings import ClustersSettings

# music: items 0 (taste A) and 1 (taste B); shop: items 2, 3 (A), 4 (B)
VECTORS = np.array([[1, 0], [0, 1], [1, 0.1], [1, 0], [0, 1]])
PAIRS = [(0, 0), (1, 0), (1, 2), (2, 1), (2, 4), (3, 1)]  # person 4 did nothing
ALIKE = ClustersSettings(clusters=2, half_life_days=None, profile_half_life_days=None, shrinkage=3)


def fitted(settings: ClustersSettings = ALIKE, ages: tuple[float, ...] = (0,) * 6) -> Clusters:
    history = replace(history_of(PAIRS, [2, 3], n_people=5), age_days=np.array(ages, dtype=np.float32))
    return Clusters(settings).fit(history, knowledge_of(VECTORS, n_people=5))


def test_people_of_like_taste_share_a_cluster() -> None:
    cluster = fitted().arrays()["cluster"]
    assert cluster[0] == cluster[1] != cluster[2] == cluster[3]
    assert cluster[4] == NO_CLUSTER


def test_scores_are_the_groups_events_and_a_share_of_everyones() -> None:
    scores = fitted().score(np.array([0, 3, 4]), slice(2, 5))
    half = 3 * 1 / 2  # each of the two events in the shop is half of what happened there
    assert scores.tolist() == [[1 + half, 0, half], [half, 0, 1 + half], [0, 0, 0]]


def test_the_prior_holds_the_shrinkage_on_each_platform() -> None:
    prior = fitted().arrays()["prior"]
    assert [prior[:2].sum(), prior[2:].sum()] == [3, 3]


def test_an_event_one_half_life_old_counts_half() -> None:
    faded = fitted(ALIKE.model_copy(update={"half_life_days": 30}), ages=(0, 0, 30, 0, 0, 0))
    scores = faded.score(np.array([0]), slice(2, 5))
    np.testing.assert_allclose(scores, [[1 / 2 + 3 * 1 / 3, 0, 3 * 2 / 3]], rtol=1e-6)


def test_a_profile_forgets_what_lies_before_the_last_event() -> None:
    settings = ALIKE.model_copy(update={"profile_half_life_days": 1.0})
    history = replace(
        history_of([(0, 0), (0, 1), (1, 0), (2, 1)], [2, 3], 3), age_days=np.array([40, 9, 0, 0], dtype=np.float32)
    )
    cluster = Clusters(settings).fit(history, knowledge_of(VECTORS, 3)).arrays()["cluster"]
    assert cluster[0] == cluster[2] != cluster[1]


def test_a_group_that_was_never_on_a_platform_ranks_it_as_everyone_does() -> None:
    history = history_of([(0, 0), (1, 1), (1, 3), (2, 1), (2, 4), (3, 1), (3, 4)], [2, 3], n_people=4)
    scores = Clusters(ALIKE).fit(history, knowledge_of(VECTORS, 4)).score(np.array([0]), slice(2, 5))
    np.testing.assert_allclose(scores, [[0, 3 * 1 / 3, 3 * 2 / 3]], rtol=1e-6)


class TestSphericalKMeans:
    def test_finds_bundles_of_directions(self) -> None:
        rng = np.random.default_rng(0)
        truth = rng.integers(0, 3, 300)
        vectors = np.eye(3, 8)[truth] + rng.normal(scale=0.1, size=(300, 8))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        found = spherical_kmeans(vectors.astype(np.float32), 3, 20, np.random.default_rng(1))
        assert len({(a, b) for a, b in zip(truth, found, strict=True)}) == 3

    def test_no_vector_is_nearer_to_another_centre_in_the_end(self) -> None:
        rng = np.random.default_rng(0)
        vectors = rng.normal(size=(200, 5))
        vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        found = spherical_kmeans(vectors, 6, 200, rng)
        centres = np.stack([vectors[found == cluster].sum(axis=0) for cluster in range(6)])
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
        assert ((vectors @ centres.T).argmax(axis=1) == found).all()

    def test_vectors_all_alike_share_one_cluster(self) -> None:
        found = spherical_kmeans(np.tile(np.eye(1, 4, dtype=np.float32), (9, 1)), 3, 20, np.random.default_rng(0))
        assert found.tolist() == [0] * 9

    def test_fewer_vectors_than_clusters_stand_alone_and_none_is_no_trouble(self) -> None:
        rng = np.random.default_rng(0)
        assert sorted(spherical_kmeans(np.eye(3, dtype=np.float32), 8, 20, rng).tolist()) == [0, 1, 2]
        assert spherical_kmeans(np.empty((0, 3), dtype=np.float32), 8, 20, rng).tolist() == []
