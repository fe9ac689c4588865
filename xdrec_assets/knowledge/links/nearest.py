"""Nearest neighbours by inner product: every pair compared, or candidates picked by faiss and those compared.

Of many vectors faiss (Douze et al., 2024, "The Faiss library") keeps a code of four bits for every two dimensions
(product quantisation, Jégou et al., 2011): 96 bytes for 384 dimensions. It adds up products by table look-up in
registers (André et al., 2017, "Accelerated Nearest Neighbor Search with Quick ADC") and looks at every code: whitened
vectors of different platforms lie so evenly in all directions that indexes which leave out parts of the space (inverted
lists, graphs) miss more neighbours in the same time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from xdrec_assets.embeddings.vectors import is_known

CELLS_PER_BLOCK = 32_000_000
"""Products held at a time: 128 MB."""
GROUP = 32
"""Columns of which only the largest value is looked at first."""


def nearest(
    vectors: np.ndarray, others: np.ndarray, n: int, exact_below: int | None = None, candidates: int = 10, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The nearest of `others` by inner product: rows (m,), columns (m, n) and products (m, n), best first.

    Rows of zeros on either side are left out, so m and n may be smaller than asked. With more than `exact_below` others
    (None: never) the neighbours are the nearest of `candidates` × n that faiss picks: nearly all of the true ones, with
    exact products; the same seed gives the same.
    """
    rows, known = np.flatnonzero(is_known(vectors)), np.flatnonzero(is_known(others))
    n = min(n, len(known)) if len(rows) else 0
    columns = np.empty((len(rows), n), dtype=np.int64)
    products = np.empty((len(rows), n), dtype=np.float32)
    if n:
        wanted, searched = vectors[rows].astype(np.float32), others[known].astype(np.float32)
        if exact_below is None or len(known) <= exact_below:
            found = _exact(wanted, searched, n)
        else:
            found = _approximate(wanted, searched, n, min(candidates * n, len(known)), seed)
        for block, best, values in found:
            columns[block], products[block] = known[best], values
    return rows, columns, products


def _exact(vectors: np.ndarray, others: np.ndarray, n: int) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    turned = np.ascontiguousarray(others.T)
    for block in _blocks(len(vectors), len(others)):
        yield block, *largest(vectors[block] @ turned, n)


def _approximate(
    vectors: np.ndarray, others: np.ndarray, n: int, n_candidates: int, seed: int
) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    if others.shape[1] % 2:  # codes take two dimensions at a time
        vectors, others = (np.pad(side, ((0, 0), (0, 1))) for side in (vectors, others))
    index = coded(others, seed)
    for block in _blocks(len(vectors), n_candidates * others.shape[1]):
        _, picked = index.search(vectors[block], n_candidates)
        picked = np.sort(picked, axis=1)  # ties go to the item that stands first
        products = np.matmul(others[picked], vectors[block][:, :, None])[:, :, 0]  # (n_block, n_candidates)
        best, values = largest(products, n)
        yield block, np.take_along_axis(picked, best, axis=1), values


def coded(others: np.ndarray, seed: int) -> Any:
    """An index of faiss over the codes of some vectors, (n, d) float32 with an even d: d / 4 bytes a vector."""
    import faiss

    index = faiss.IndexPQFastScan(others.shape[1], others.shape[1] // 2, 4, faiss.METRIC_INNER_PRODUCT)
    index.pq.cp.seed = seed
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # training is many small steps: threads would wait for one another most of the time
    try:
        index.train(others)
    finally:
        faiss.omp_set_num_threads(threads)
    index.add(others)
    return index


def _blocks(n_rows: int, cells_per_row: int) -> Iterator[slice]:
    size = max(1, CELLS_PER_BLOCK // cells_per_row)
    for start in range(0, n_rows, size):
        yield slice(start, start + size)


def largest(scores: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns (m, n) of the n largest of each row and their values, largest first, ties by column."""
    columns = np.sort(_among_largest(scores, n), axis=1)
    values = np.take_along_axis(scores, columns, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)


def _among_largest(scores: np.ndarray, n: int) -> np.ndarray:
    """Columns (m, n) of the n largest of each row in no order."""
    n_groups = scores.shape[1] // GROUP
    if n_groups <= 4 * n:
        return np.argpartition(scores, -n, axis=1)[:, -n:]
    whole = n_groups * GROUP  # the n largest stand in the n groups with the largest heads, or behind the last group
    heads = scores[:, :whole].reshape(len(scores), n_groups, GROUP).max(axis=2)
    groups = np.argpartition(heads, -n, axis=1)[:, -n:, None]
    rest = np.broadcast_to(np.arange(whole, scores.shape[1]), (len(scores), scores.shape[1] - whole))
    columns = np.hstack([(groups * GROUP + np.arange(GROUP)).reshape(len(scores), -1), rest])
    best = np.argpartition(np.take_along_axis(scores, columns, axis=1), -n, axis=1)[:, -n:]
    return np.take_along_axis(columns, best, axis=1)
