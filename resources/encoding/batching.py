"""Cut token rows into batches of few distinct shapes, within a budget of tokens."""

from collections.abc import Iterator

import numpy as np

LENGTH_STEP = 8


def batches(lengths: np.ndarray, tokens_per_batch: int, longest: int | None = None) -> Iterator[np.ndarray]:
    """Row numbers batch by batch: longest first, all of one padded length, within a budget of padded tokens."""
    padded = padded_lengths(lengths, longest)
    for length in np.unique(padded)[::-1]:
        yield from within(np.flatnonzero(padded == length), int(length), tokens_per_batch)


def within(rows: np.ndarray, length: int, tokens_per_batch: int) -> Iterator[np.ndarray]:
    """Rows of one padded length cut to a budget of tokens, at least one row at a time."""
    n_rows = max(1, tokens_per_batch // length)
    for start in range(0, len(rows), n_rows):
        yield rows[start : start + n_rows]


def packed_batches(lengths: np.ndarray, tokens_per_batch: int) -> Iterator[np.ndarray]:
    """Row numbers batch by batch for rows that stand one behind the other unpadded: longest first, within a budget."""
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        total = np.cumsum(lengths[order[start : start + tokens_per_batch]])
        n_rows = max(1, int(np.searchsorted(total, tokens_per_batch, side="right")))
        yield order[start : start + n_rows]
        start += n_rows


def padded_lengths(lengths: np.ndarray, longest: int | None = None) -> np.ndarray:
    """Lengths rounded up to whole steps, so that there are few distinct shapes, but not beyond the longest allowed."""
    rounded = (lengths + LENGTH_STEP - 1) // LENGTH_STEP * LENGTH_STEP
    return rounded if longest is None else np.maximum(np.minimum(rounded, longest), lengths)


def pad(ids: list[np.ndarray], longest: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Token ids and mask, both (n, padded length) int64; what is masked out is 0 in both."""
    length = int(padded_lengths(np.array([len(one) for one in ids]), longest).max())
    padded = np.zeros((len(ids), length), dtype=np.int64)
    mask = np.zeros_like(padded)
    for row, one in enumerate(ids):
        padded[row, : len(one)] = one
        mask[row, : len(one)] = 1
    return padded, mask
