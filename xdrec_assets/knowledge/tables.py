"""What rankers get to know of items and people beyond who took what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Knowledge:
    """Vectors row-aligned with a History; a row of zeros where nothing is known."""

    text: NDArray[np.float32]  # (n_items, d_text) language-model vectors, whitened and aligned, unit length
    fused: NDArray[np.float32]  # (n_items, d) fused item vectors, unit length
    person: NDArray[np.float32]  # (n_people, d) person vectors in the fused space
