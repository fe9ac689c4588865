"""Vectors in few bytes, for serving, and how many of the nearest neighbours that costs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

N_NEIGHBOURS = 10
LARGEST = 127


def codes_of(vectors: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Codes (n, m) int8 and scales (n,) float32 of vectors (n, d).

    int8: m = d, and a vector is about codes times scale, its largest number being 127 (or -127). binary: the signs of
    eight dimensions a number, the first in the highest bit, m = d / 8 rounded up, scale 1.

    >>> codes_of(np.array([[0.5, -0.25]]), "int8")[0].tolist()
    [[127, -64]]
    """
    if kind == "binary":
        return np.packbits(vectors > 0, axis=1).view(np.int8), np.ones(len(vectors), dtype=np.float32)
    scales = np.abs(vectors).max(axis=1) / LARGEST
    codes = np.rint(vectors / np.where(scales > 0, scales, 1)[:, None])
    return codes.astype(np.int8), scales.astype(np.float32)


def decoded(codes: np.ndarray, scales: np.ndarray, kind: str, size: int) -> np.ndarray:
    """What is left of the vectors (n, size) float32; of signs 1 and -1."""
    if kind == "binary":
        signs = np.unpackbits(codes.view(np.uint8), axis=1, count=size)
        return np.where(signs > 0, np.float32(1), np.float32(-1))
    return np.asarray(codes * scales[:, None], dtype=np.float32)


def code_column(codes: np.ndarray) -> pa.Array:
    """Codes (n, m) as lists."""
    ends = pa.array(np.arange(len(codes) + 1) * codes.shape[1], pa.int32())
    return pa.ListArray.from_arrays(ends, pa.array(codes.ravel(), pa.int8()))


def neighbours_kept(vectors: np.ndarray, others: np.ndarray, k: int = N_NEIGHBOURS) -> float:
    """The share of each row's k nearest rows by cosine that stay so, in the mean; both (n, d). NaN for a single row."""
    k = min(k, len(vectors) - 1)
    if k < 1:
        return float("nan")
    nearest = [_nearest(each, k) for each in (vectors, others)]
    return float(np.mean([len(np.intersect1d(*pair)) / k for pair in zip(*nearest, strict=True)]))


def _nearest(vectors: np.ndarray, k: int) -> np.ndarray:
    """The k nearest other rows of each row: (n, k)."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(length > 0, length, 1)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -np.inf)
    nearest: np.ndarray = np.argpartition(-cosine, k - 1, axis=1)[:, :k]
    return nearest
