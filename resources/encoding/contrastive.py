"""Contrast pairs of texts that belong together with all other texts of their batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class TextPairs:
    """Pairs of different texts, by their numbers, that belong together because one owner had both."""

    left: np.ndarray
    """(n,) int, text numbers."""
    right: np.ndarray
    """(n,) int."""
    owner: np.ndarray
    """(n,) int."""
    is_across: np.ndarray
    """(n,) bool, whether the two texts come from different sources."""
    owned: csr_matrix
    """(n_owners, n_texts), not zero where an owner had the text: such a text is no negative for his pairs."""

    def __len__(self) -> int:
        """How many pairs."""
        return len(self.left)

    def take(self, rows: np.ndarray) -> TextPairs:
        """Some of the pairs; `owned` stays whole."""
        return TextPairs(self.left[rows], self.right[rows], self.owner[rows], self.is_across[rows], self.owned)

    def turned(self, is_turned: np.ndarray) -> TextPairs:
        """The same pairs, left and right exchanged where `is_turned` (n,)."""
        left, right = np.where(is_turned, self.right, self.left), np.where(is_turned, self.left, self.right)
        return TextPairs(left, right, self.owner, self.is_across, self.owned)


def false_negatives(pairs: TextPairs) -> np.ndarray:
    """(n, n) bool: whether the right text of pair j may not be contrasted with the left text of pair i.

    It is the very text of i, on either side, or i's owner had it too. The diagonal is False.
    """
    same = (pairs.right == pairs.right[:, None]) | (pairs.right == pairs.left[:, None])
    owned = pairs.owned[pairs.owner][:, pairs.right].toarray() != 0
    found: np.ndarray = same | owned
    np.fill_diagonal(found, val=False)
    return found


def info_nce(left: Any, right: Any, temperature: float, is_false: Any, log_share: Any | None = None) -> Any:
    """The mean of -log softmax of each left vector's own right vector among all right vectors of the batch.

    InfoNCE with in-batch negatives (van den Oord, Li and Vinyals, 2018, equation 4), false negatives left out.
    left, right: (n, d) tensors of unit length. is_false: (n, n) bool. log_share: (n,) logarithm of how often each right
    text is drawn; subtracted, so that texts drawn often are not pushed away for that alone (Yi et al., 2019,
    "Sampling-Bias-Corrected Neural Modeling", equation 3).
    """
    import torch

    logits = left @ right.T / temperature  # (n, n)
    if log_share is not None:
        logits = logits - log_share
    logits = logits.masked_fill(is_false, float("-inf"))
    return torch.nn.functional.cross_entropy(logits, torch.arange(len(logits), device=logits.device))


def drawn_batches(
    pairs: TextPairs, batch_size: int, across_share: float | None, rng: np.random.Generator
) -> Iterator[TextPairs]:
    """Batches without end, each of different pairs, turned at random.

    across_share: from 0 to 1, the share of a batch that comes from pairs across sources, as far as there are both
    kinds; None draws from all alike.
    """
    across, within = np.flatnonzero(pairs.is_across), np.flatnonzero(~pairs.is_across)
    if across_share is None or not len(across) or not len(within):
        across, within, across_share = np.arange(len(pairs)), np.empty(0, dtype=np.int64), 1.0
    while True:
        n_across = min(round(batch_size * across_share), len(across))
        n_within = min(batch_size - n_across, len(within))
        parts = [rng.choice(across, n_across, replace=False), rng.choice(within, n_within, replace=False)]
        batch = pairs.take(np.concatenate(parts))
        yield batch.turned(rng.random(len(batch)) < 0.5)


def log_shares(pairs: TextPairs) -> np.ndarray:
    """(n_texts,) float32, logarithm of the share of all sides of pairs that a text is; what never occurs is rare."""
    counts = np.bincount(np.concatenate([pairs.left, pairs.right]), minlength=pairs.owned.shape[1])
    shares: np.ndarray = np.log(np.maximum(counts, 1) / max(1, counts.sum())).astype(np.float32)
    return shares
