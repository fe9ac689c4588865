"""Items' states out of what they are called and what is known of them, for networks that meet new items.

In training an item's own embedding is left out at random, so that its vectors learn to speak for it alone: Volkovs, Yu,
Poutanen: DropoutNet: Addressing Cold Start in Recommender Systems, NIPS 2017, section 4.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.neural.settings import TowerSettings, Vectors

ID_SPREAD = 0.05


class ItemVectors(torch.nn.Module, ABC):
    """What an item tower reads of items; `forward` of all items or of some (n,) gives (n, size)."""

    has_content: Tensor  # (n_items,) of which items anything is known
    size: int

    @abstractmethod
    def forward(self, chosen: slice | Tensor) -> Tensor:
        """Rows of zeros where nothing is known."""


class FixedVectors(ItemVectors):
    """Vectors that do not learn, centred and of spread 1."""

    vectors: Tensor  # (n_items, v)

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        """vectors: (n_items, v), a row of zeros where nothing is known."""
        super().__init__()
        self.size = vectors.shape[1]
        known = np.asarray(vectors.any(axis=1))
        spread, mean = standardised(vectors, known)
        self.register_buffer("vectors", torch.as_tensor(spread), persistent=False)
        self.register_buffer("has_content", torch.as_tensor(known), persistent=False)
        self.register_buffer("mean", torch.as_tensor(mean))  # kept with the weights: they go with these vectors alone

    def forward(self, chosen: slice | Tensor) -> Tensor:
        return self.vectors[chosen]


class ItemTower(torch.nn.Module):
    """state(i) = unit(MLP(vectors of i) + embedding of i); the latter only of items that somebody took."""

    is_taken: Tensor  # (n_items,)

    def __init__(
        self, vectors: ItemVectors, is_taken: NDArray[np.bool_], size: int, dropout: float, id_dropout: float
    ) -> None:
        """An untrained tower.

        Args:
            vectors: what is known of the items.
            is_taken: which items somebody took, shape (n_items,).
            size: of the states, d.
            dropout: share of the dense layer left out in training.
            id_dropout: how often an item's own embedding is left out in training.
        """
        super().__init__()
        self.vectors, self.id_dropout = vectors, id_dropout
        self.register_buffer("is_taken", torch.as_tensor(is_taken), persistent=False)
        self.embedding = torch.nn.Embedding(len(is_taken), size)
        torch.nn.init.normal_(self.embedding.weight, std=ID_SPREAD)
        self.dense = torch.nn.Linear(vectors.size, 2 * size)
        self.drop = torch.nn.Dropout(dropout)
        self.out = torch.nn.Linear(2 * size, size, bias=False)

    def forward(self, items: Tensor | None = None) -> Tensor:
        """States of length one, shape (n, d), of some items (n,) or of all; zeros of an item without anything."""
        chosen = slice(None) if items is None else items
        dense = functional.gelu(self.dense(self.vectors(chosen)))
        told = self.out(self.drop(dense)) * self.has_content[chosen, None]
        own = self.embedding.weight[chosen] * self._speaks_for_itself(chosen)
        return functional.normalize(told + own, dim=1)

    @property
    def has_content(self) -> Tensor:
        """Of which items anything is known, (n_items,)."""
        return self.vectors.has_content

    def _speaks_for_itself(self, chosen: slice | Tensor) -> Tensor:
        """Whose embeddings count, (n, 1): in training only some, but always where nothing else is known."""
        taken = self.is_taken[chosen, None]
        if self.id_dropout == 1:
            return taken & ~self.has_content[chosen, None]
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


def tower_of(history: History, vectors: ItemVectors, settings: TowerSettings) -> ItemTower:
    """The tower of a history's items over what is read of them."""
    is_taken = np.isin(np.arange(history.n_items), history.item)
    return ItemTower(vectors, is_taken, settings.size, settings.vector_dropout, settings.id_dropout)


def known_vectors(knowledge: Knowledge, which: Vectors) -> FixedVectors:
    """The `fused` or the `text` vectors of items, or `both`."""
    text, fused = knowledge.text, knowledge.fused
    return FixedVectors(np.hstack({"fused": [fused], "text": [text], "both": [text, fused]}[which]))
