"""The categories of items and of what people took, as shares that add up to 1: what calibration compares.

Steck, "Calibrated recommendations", RecSys 2018, equations 2 and 3 with equal weights: p(g|i) shares an item out evenly
among its categories, p(g|u) is the mean over what a person took.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def item_shares(categories: Iterable[Sequence[str] | None]) -> csr_matrix:
    """The share of each category in each item, shape (n_items, n_categories), categories in order of their names.

    Args:
        categories: of each item; None or none at all leaves its row empty, one said twice counts once.

    >>> item_shares([["tea", "gifts"], None, ["tea"]]).toarray()
    array([[0.5, 0.5],
           [0. , 0. ],
           [0. , 1. ]])
    """
    from scipy.sparse import csr_matrix

    said = [sorted(set(of_item or ())) for of_item in categories]
    names = {name: column for column, name in enumerate(sorted({name for of_item in said for name in of_item}))}
    columns = np.array([names[name] for of_item in said for name in of_item], dtype=np.int32)
    n_said = np.array([len(of_item) for of_item in said], dtype=np.int64)
    shares = np.repeat(1 / np.maximum(n_said, 1), n_said)
    return csr_matrix((shares, columns, np.concatenate([[0], np.cumsum(n_said)])), shape=(len(said), len(names)))


def own_shares(taken: csr_matrix, of_items: csr_matrix) -> csr_matrix:
    """The share of each category in what each person took, shape (n_people, n_categories).

    Args:
        taken: what each person took, shape (n_people, n_items); every stored entry counts the same.
        of_items: from `item_shares`; items without a category do not count.

    Returns:
        Rows add up to 1; the row of a person who took nothing that has a category is empty.
    """
    from scipy.sparse import csr_matrix, diags_array

    ones = csr_matrix((np.ones(taken.nnz), taken.indices, taken.indptr), shape=taken.shape)
    summed = csr_matrix(ones @ of_items)
    total = np.asarray(summed.sum(axis=1)).ravel()
    shares = csr_matrix(diags_array(1 / np.where(total > 0, total, 1)) @ summed)
    shares.sort_indices()
    return shares
