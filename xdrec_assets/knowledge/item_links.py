"""The nearest items on other platforms, by what their texts mean."""

import numpy as np
import pyarrow as pa

from xdrec_assets.embeddings.vectors import is_known
from xdrec_assets.embeddings.whitening import whitened_by_platform
from xdrec_assets.joined.history import History

ROWS_PER_BLOCK = 1024
SCHEMA = pa.schema(
    [
        ("platform", pa.string()),
        ("item_id", pa.string()),
        ("other_platform", pa.string()),
        ("other_item_id", pa.string()),
        ("similarity", pa.float32()),
        ("rank", pa.int32()),
    ]
)


def item_links(history: History, text_vectors: np.ndarray, n_links: int) -> pa.Table:
    """For every item the `n_links` nearest on each other platform; rank 1 is the nearest.

    text_vectors: (n_items, d) as the language model gave them, a row of zeros where an item has none; such items link
    to nothing. They are compared whitened, each platform by itself. Ties go to the item that stands first in the
    history.
    """
    text = whitened_by_platform(history, text_vectors)
    slices = {platform: history.items_of(platform) for platform in history.platforms}
    tables = []
    for platform in history.platforms:
        for other in history.platforms:
            if other != platform:
                rows, columns, similarity = nearest(text[slices[platform]], text[slices[other]], n_links)
                ids, other_ids = history.item_id[slices[platform]][rows], history.item_id[slices[other]][columns]
                tables.append(_table(platform, ids, other, other_ids, similarity))
    return pa.concat_tables(tables) if tables else SCHEMA.empty_table()


def nearest(vectors: np.ndarray, others: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Exact nearest by inner product, block by block: rows (m,), columns (m, n) and products (m, n), best first.

    Rows of zeros on either side are left out, so m and n may be smaller than asked.
    """
    rows, candidates = np.flatnonzero(is_known(vectors)), np.flatnonzero(is_known(others))
    n = min(n, len(candidates)) if len(rows) else 0
    columns = np.empty((len(rows), n), dtype=np.int64)
    products = np.empty((len(rows), n), dtype=np.float32)
    if n:
        turned = np.ascontiguousarray(others[candidates].T)
        for start in range(0, len(rows), ROWS_PER_BLOCK):
            block = slice(start, start + ROWS_PER_BLOCK)
            best, products[block] = largest(vectors[rows[block]] @ turned, n)
            columns[block] = candidates[best]
    return rows, columns, products


def largest(scores: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns (m, n) of the n largest of each row and their values, largest first, ties by column."""
    columns = np.sort(np.argpartition(-scores, n - 1, axis=1)[:, :n], axis=1)
    values = np.take_along_axis(scores, columns, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)


def _table(platform: str, ids: np.ndarray, other: str, other_ids: np.ndarray, similarity: np.ndarray) -> pa.Table:
    n_rows, n_links = similarity.shape
    columns = [
        pa.repeat(pa.scalar(platform), n_rows * n_links),
        pa.array(np.repeat(ids, n_links), pa.string()),
        pa.repeat(pa.scalar(other), n_rows * n_links),
        pa.array(other_ids.ravel(), pa.string()),
        pa.array(np.clip(similarity.ravel(), -1, 1), pa.float32()),
        pa.array(np.tile(np.arange(1, n_links + 1), n_rows), pa.int32()),
    ]
    return pa.table(columns, schema=SCHEMA)
