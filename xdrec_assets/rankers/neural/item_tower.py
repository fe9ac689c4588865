"""Items' states out of what they are called and what is known of them, for networks that meet new items.

In training an item's own embedding is left out at random, so that its vectors learn to speak for it alone: Volkovs, Yu,
Poutanen: DropoutNet: Addressing Cold Start in Recommender Systems, NIPS 2017, section 4.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge

ID_SPREAD = 0.05


class ItemTower(torch.nn.Module):
    """state(i) = unit(MLP(vectors of i) + embedding of i); the latter only of items that somebody took."""

    vectors: Tensor  # (n_items, v) centred and of spread 1; zeros where nothing is known
    has_content: Tensor  # (n_items,)
    is_taken: Tensor  # (n_items,)

    def __init__(
        self, vectors: NDArray[np.float32], is_taken: NDArray[np.bool_], size: int, dropout: float, id_dropout: float
    ) -> None:
        """An untrained tower.

        Args:
            vectors: what is known of the items, shape (n_items, v); a row of zeros where nothing is.
            is_taken: which items somebody took, shape (n_items,).
            size: of the states, d.
            dropout: share of the dense layer left out in training.
            id_dropout: how often an item's own embedding is left out in training.
        """
        super().__init__()
        self.id_dropout = id_dropout
        known = np.asarray(vectors.any(axis=1))
        spread, mean = standardised(vectors, known)
        self.register_buffer("vectors", torch.as_tensor(spread), persistent=False)
        self.register_buffer("has_content", torch.as_tensor(known), persistent=False)
        self.register_buffer("is_taken", torch.as_tensor(is_taken), persistent=False)
        self.register_buffer("mean", torch.as_tensor(mean))  # kept with the weights: they go with these vectors alone
        self.embedding = torch.nn.Embedding(len(vectors), size)
        torch.nn.init.normal_(self.embedding.weight, std=ID_SPREAD)
        self.dense = torch.nn.Linear(vectors.shape[1], 2 * size)
        self.drop = torch.nn.Dropout(dropout)
        self.out = torch.nn.Linear(2 * size, size, bias=False)

    def forward(self, items: Tensor | None = None) -> Tensor:
        """States of length one, shape (n, d), of some items (n,) or of all; zeros of an item without anything."""
        chosen = slice(None) if items is None else items
        told = self.out(self.drop(functional.gelu(self.dense(self.vectors[chosen])))) * self.has_content[chosen, None]
        own = self.embedding.weight[chosen] * self._speaks_for_itself(chosen)
        return functional.normalize(told + own, dim=1)

    def _speaks_for_itself(self, chosen: slice | Tensor) -> Tensor:
        """Whose embeddings count, (n, 1): in training only some, but always where nothing else is known."""
        taken = self.is_taken[chosen, None]
        if not self.training:
            return taken
        drawn = torch.rand(taken.shape, device=taken.device) >= self.id_dropout
        return taken & (drawn | ~self.has_content[chosen, None])


def standardised(
    vectors: NDArray[np.float32], is_known: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Known rows of (n, v) centred, all entries together of spread 1, the others zero; and the mean that went, (v,)."""
    if not is_known.any():
        return np.zeros_like(vectors), np.zeros(vectors.shape[1], dtype=vectors.dtype)
    mean = vectors[is_known].mean(axis=0)
    centred = (vectors - mean) * is_known[:, None]
    spread = np.sqrt(np.square(centred[is_known]).mean())
    return centred / max(spread, np.float32(1e-6)), mean


def tower_of(
    history: History, knowledge: Knowledge, vectors: str, size: int, dropout: float, id_dropout: float
) -> ItemTower:
    """The tower of a history's items over their `fused` or `text` vectors, or `both`."""
    read = {"fused": [knowledge.fused], "text": [knowledge.text], "both": [knowledge.text, knowledge.fused]}[vectors]
    is_taken = np.isin(np.arange(history.n_items), history.item)
    return ItemTower(np.hstack(read), is_taken, size, dropout, id_dropout)
