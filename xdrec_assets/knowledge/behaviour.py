"""Item vectors from what people did: items that the same people chose lie close.

A truncated singular value decomposition of the positive pointwise mutual information of people and items (Levy and
Goldberg, 2014, "Neural Word Embedding as Implicit Matrix Factorization", there of words and contexts). People who are
active on several platforms tie their items together.
"""

import numpy as np
from scipy import sparse

from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.joined.history import History

POWER_STEPS = 4
EXTRA_DIRECTIONS = 16
SMALLEST_SHARE = 1e-4
"""Singular values below this share of the largest are rounding errors: squares of single-precision numbers."""
HALF_SURE_PEOPLE = np.float32(5)


def behaviour_vectors(history: History, size: int, seed: int) -> np.ndarray:
    """Item vectors (n_items, size) float32, zeros for items that nobody chose.

    A row's length says how sure it is: n / (n + 5) where n people chose the item.
    """
    vectors = np.zeros((history.n_items, size), dtype=np.float32)
    if not len(history.item):
        return vectors
    information = positive_information(history.matrix())
    items, values = leading_directions(information, size, np.random.default_rng(seed))
    vectors[:, : items.shape[1]] = items * np.sqrt(values)
    n_people = np.bincount(history.item, minlength=history.n_items).astype(np.float32)
    return unit_rows(vectors) * (n_people / (n_people + HALF_SURE_PEOPLE))[:, None]


def positive_information(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """max(0, log p(person, item) / (p(person) p(item))) where there is an interaction, else 0; same shape, float32."""
    pairs = matrix.tocoo()
    of_person = np.asarray(matrix.sum(axis=1)).ravel()
    of_item = np.asarray(matrix.sum(axis=0)).ravel()
    lift = pairs.data * matrix.sum() / (of_person[pairs.row] * of_item[pairs.col])
    values = np.log(np.maximum(lift, 1.0)).astype(np.float32)
    return sparse.csr_matrix((values, (pairs.row, pairs.col)), shape=matrix.shape)


def leading_directions(matrix: sparse.csr_matrix, size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The leading right singular vectors (n_columns, k) and singular values (k,), k at most `size`.

    Randomised with power steps (Halko, Martinsson and Tropp, 2011, algorithm 4.3, kept orthogonal at every step); the
    sign of a vector is such that its largest entry is positive.
    """
    n_directions = min(size + EXTRA_DIRECTIONS, *matrix.shape)
    basis = np.linalg.qr(matrix @ rng.standard_normal((matrix.shape[1], n_directions), dtype=np.float32))[0]
    for _ in range(POWER_STEPS):
        basis = np.linalg.qr(matrix @ (matrix.T @ basis))[0]
    columns = matrix.T @ basis  # (n_columns, n_directions)
    squares, turn = np.linalg.eigh((columns.T @ columns).astype(np.float64))
    values = np.sqrt(np.maximum(squares[::-1][:size], 0))
    has_value = values > SMALLEST_SHARE * values[0]
    values = values[has_value].astype(np.float32)
    vectors = columns @ turn[:, ::-1][:, :size][:, has_value].astype(np.float32) / values
    return vectors * np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(len(values))]), values
