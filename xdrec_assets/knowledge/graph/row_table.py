"""A table of vectors that may be larger than the card: a step brings only the rows that it needs."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

MOST_OF_CARD = 0.5
"""A table that takes more of the card's free memory than this stays with the host."""


class RowTable:
    """Rows that learn by Adagrad with one step size per row (as in PyTorch-BigGraph, Lerer et al., 2019, section 3.1).

    The table and its state stay where it fits; rows are gathered for a step, and their gradients brought back.
    """

    def __init__(self, rows: Tensor, learning_rate: float, device: str) -> None:
        """rows: (n, d) float32, the first values, on the host."""
        self.device, self.learning_rate = device, learning_rate
        self.rows = rows.to(device if fits(rows, device) else "cpu", copy=True)
        self.squares = torch.zeros(len(rows), device=self.rows.device)
        self._taken: list[tuple[Tensor, Tensor]] = []

    def take(self, numbers: Tensor) -> Tensor:
        """The rows of some numbers, each given once, on the device; what they should learn is kept with them."""
        numbers = numbers.to(self.rows.device)
        rows = self.rows[numbers].to(self.device).requires_grad_()
        self._taken.append((numbers, rows))
        return rows

    def learn(self) -> None:
        """Move all rows taken since the last time against their gradients."""
        for numbers, rows in self._taken:
            if rows.grad is None:
                continue
            gradient = rows.grad.to(self.rows.device)
            squares = self.squares[numbers] + gradient.square().mean(dim=1)
            self.squares[numbers] = squares
            self.rows[numbers] -= self.learning_rate * gradient / (squares.sqrt() + 1e-10)[:, None]
        self._taken.clear()


def fits(rows: Tensor, device: str) -> bool:
    """Whether a table with its state takes little enough of a device's free memory."""
    if device == "cpu":
        return True
    free, _ = torch.cuda.mem_get_info()
    return rows.numel() * rows.element_size() < MOST_OF_CARD * free


def rows_at(rows: Tensor, places: NDArray[np.integer]) -> Tensor:
    """Rows (…, d) of a tensor (n, d) at places (…); any place may be asked for often.

    As a look-up in an embedding table, whose gradient is summed in one order by any number of threads; that of indexing
    is not.
    """
    return functional.embedding(torch.from_numpy(places.astype(np.int64)).to(rows.device), rows)
