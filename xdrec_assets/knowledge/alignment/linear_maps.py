"""A linear map per platform, trained with torch; each begins as leaving everything in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.nn.functional import normalize

from xdrec_assets.knowledge.alignment.profiles import Maps


class LinearMaps(torch.nn.Module):
    """x to x + x Δ by platform; the reference, which has no Δ, stays."""

    def __init__(self, platforms: Sequence[str], size: int) -> None:
        super().__init__()
        self.platforms = list(platforms)
        self.moves = torch.nn.ParameterList([torch.zeros(size, size) for _ in platforms])

    def forward(self, platform: str, rows: Any) -> Any:
        """Rows (n, d) of a platform, mapped, of unit length."""
        if platform not in self.platforms:
            return normalize(rows)
        return normalize(rows + rows @ self.moves[self.platforms.index(platform)])

    def away(self) -> Any:
        """How far the maps are from leaving everything in its place: the mean of |x Δ|² over even unit rows x."""
        return torch.stack([(move**2).sum() / len(move) for move in self.moves]).mean()

    def matrices(self) -> Maps:
        """The maps as they stand, by platform."""
        moves = [move.detach().cpu().numpy() for move in self.moves]
        return {
            name: np.eye(len(move), dtype=np.float32) + move for name, move in zip(self.platforms, moves, strict=True)
        }
