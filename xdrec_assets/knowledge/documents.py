"""Outside documents as knowledge of items: an item is near what is written about its tags and categories."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from scipy import sparse

from xdrec_assets.embeddings.vectors import unit_rows


def item_labels(items: pa.Table) -> list[list[str]]:
    """Categories and tags of each item, from the columns `categories` and `tags` (lists of text, or null)."""
    pairs = zip(items["categories"].to_pylist(), items["tags"].to_pylist(), strict=True)
    return [[*(categories or []), *(tags or [])] for categories, tags in pairs]


def document_vectors(labels: Sequence[Sequence[str]], titles: Sequence[str], vectors: np.ndarray) -> np.ndarray:
    """The mean of the documents whose title is among an item's labels, upper and lower case being the same.

    labels: the tags and categories of each item. titles and vectors: (n_documents,) and (n_documents, d). Returns
    (n_items, d) float32 of unit length, zeros where no document fits.
    """
    numbers: dict[str, list[int]] = {}
    for number, title in enumerate(titles):
        numbers.setdefault(title.casefold(), []).append(number)
    pairs = [
        (item, number)
        for item, own in enumerate(labels)
        for label in {label.casefold() for label in own if label}
        for number in numbers.get(label, [])
    ]
    rows, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    fits = sparse.csr_matrix((np.ones(len(pairs), np.float32), (rows, columns)), shape=(len(labels), len(titles)))
    fits.sort_indices()
    return unit_rows(fits @ vectors.astype(np.float32))
