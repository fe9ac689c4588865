"""Rank by what is popular lately among people of a like taste: groups of profiles, each with its own popularity.

Groups by spherical k-means (Dhillon, Modha: Concept Decompositions for Large Sparse Text Data Using Clustering, Machine
Learning 2001) over the mean fused vectors of what people took; first centres as in k-means++ (Arthur, Vassilvitskii,
SODA 2007). A group's popularity is drawn to that of all by Dirichlet smoothing (Zhai, Lafferty, TOIS 2004, section 3),
so a group that has hardly been on a platform ranks it as everyone does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.ranker import Arrays, NotFittedError, Ranker
from xdrec_assets.rankers.recency import days_since_last, recency_weights
from xdrec_assets.rankers.settings import ClustersSettings
from xdrec_assets.rankers.sparse_arrays import csr_from_arrays, csr_to_arrays
from xdrec_assets.rankers.threads import workers

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]

NO_CLUSTER = -1  # of people of whom nothing is known


class Clusters(Ranker[ClustersSettings]):
    """score(u, i) = recent popularity of i in u's group + shrinkage × i's share of its platform's recent popularity."""

    name = "clusters"
    _cluster: NDArray[np.int32] | None = None  # (n_people,)
    _popularity: csr_matrix | None = None  # (n_clusters, n_items) strength × recency
    _prior: Floats | None = None  # (n_items,) sums to the shrinkage over each platform with events

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        settings, rng = self.settings, np.random.default_rng(self.settings.seed)
        profiles = _profiles(history, knowledge.fused, settings.profile_half_life_days)
        known = np.flatnonzero(profiles.any(axis=1))
        self._cluster = np.full(history.n_people, NO_CLUSTER, dtype=np.int32)
        with workers():  # one product for each centre that is drawn
            self._cluster[known] = spherical_kmeans(profiles[known], settings.clusters, settings.iterations, rng)
        recent = history.strength * recency_weights(history.age_days, settings.half_life_days)
        self._popularity = _by_cluster(history, recent, self._cluster)
        self._prior = np.float32(settings.shrinkage) * _platform_shares(history, recent)
        return self

    def score(self, people: NDArray[Any], items: slice) -> Floats:
        if self._cluster is None or self._popularity is None or self._prior is None:
            raise NotFittedError(self.name)
        used, row = np.unique(self._cluster[people], return_inverse=True)
        scores = np.zeros((len(used), items.stop - items.start), dtype=np.float32)
        known = used != NO_CLUSTER
        scores[known] = self._popularity[used[known], items].toarray() + self._prior[items]
        return scores[row]

    def arrays(self) -> dict[str, NDArray[Any]]:
        if self._cluster is None or self._popularity is None or self._prior is None:
            raise NotFittedError(self.name)
        return csr_to_arrays("popularity", self._popularity) | {"cluster": self._cluster, "prior": self._prior}

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: ClustersSettings) -> Self:
        ranker = cls(settings)
        ranker._cluster, ranker._prior = np.asarray(arrays["cluster"]), np.asarray(arrays["prior"])
        ranker._popularity = csr_from_arrays("popularity", arrays)
        return ranker


def spherical_kmeans(vectors: Floats, n_clusters: int, iterations: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """The cluster of each unit vector, shape (n,), in 0 … n_clusters - 1; a cluster may be empty.

    vectors: (n, d) of unit length. Each belongs to the centre of the largest cosine, the first of several alike; a
    centre is the direction of the sum of its vectors. Ends when no vector moves.
    """
    centres = _first_centres(vectors, min(n_clusters, len(vectors)), rng)
    cluster = np.full(len(vectors), NO_CLUSTER, dtype=np.int32)
    for _ in range(iterations if len(vectors) else 0):
        former, cluster = cluster, np.asarray((vectors @ centres.T).argmax(axis=1), dtype=np.int32)
        if np.array_equal(former, cluster):
            break
        centres = _centres(vectors, cluster, centres)
    return cluster


def _first_centres(vectors: Floats, n_clusters: int, rng: np.random.Generator) -> Floats:
    """Vectors drawn with odds of their squared distance to the nearest one drawn before, shape (n_clusters, d)."""
    centres = np.zeros((n_clusters, vectors.shape[1]), dtype=np.float32)
    distance = np.ones(len(vectors))
    for index in range(n_clusters):
        up_to = np.cumsum(distance)
        drawn = np.searchsorted(up_to, rng.random() * up_to[-1], side="right")
        centres[index] = vectors[min(drawn, len(vectors) - 1)]
        distance = np.minimum(distance, np.maximum(1 - vectors @ centres[index], 0))  # half the squared distance
    return centres


def _centres(vectors: Floats, cluster: NDArray[np.int32], former: Floats) -> Floats:
    """The directions of the sums of each cluster's vectors; an empty one keeps its centre."""
    from scipy.sparse import csr_matrix

    n = len(vectors)
    member = csr_matrix((np.ones(n, dtype=np.float32), cluster, np.arange(n + 1)), shape=(n, len(former)))
    sums = member.T @ vectors
    length = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(np.divide(sums, length, out=former.copy(), where=length > 0))


def _profiles(history: History, fused: Floats, half_life_days: float | None) -> Floats:
    """Mean fused vectors of what people took, weighted by strength and recency, of unit length or zero."""
    weights = history.strength * recency_weights(days_since_last(history), half_life_days)
    sums = history.matrix(weights) @ fused
    length = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(np.divide(sums, length, out=np.zeros_like(sums), where=length > 0))


def _by_cluster(history: History, recent: Floats, cluster: NDArray[np.int32]) -> csr_matrix:
    """Popularity of every item in every cluster, shape (n_clusters, n_items)."""
    from scipy.sparse import csr_matrix

    of_event = cluster[history.person]
    keep = of_event != NO_CLUSTER
    shape = (int(cluster.max(initial=-1)) + 1, history.n_items)
    return csr_matrix((recent[keep], (of_event[keep], history.item[keep])), shape=shape)


def _platform_shares(history: History, recent: Floats) -> Floats:
    """Each item's share of its platform's recent popularity, shape (n_items,), zero where a platform has none."""
    popularity = np.bincount(history.item, recent, history.n_items).astype(np.float64)  # of no events it counts ints
    of_platform = np.bincount(history.item_platform, weights=popularity, minlength=len(history.platforms))
    total = of_platform[history.item_platform]
    return np.divide(popularity, total, out=np.zeros_like(popularity), where=total > 0).astype(np.float32)
