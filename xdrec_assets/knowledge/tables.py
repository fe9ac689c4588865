"""What rankers get to know of items and people beyond who took what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History


@dataclass(frozen=True)
class Knowledge:
    """Vectors row-aligned with a History; a row of zeros where nothing is known."""

    text: NDArray[np.float32]  # (n_items, d_text) language-model vectors, whitened and aligned, unit length
    fused: NDArray[np.float32]  # (n_items, d) fused item vectors, unit length
    person: NDArray[np.float32]  # (n_people, d) person vectors in the fused space
    texts: NDArray[np.object_] | None = None  # (n_items,) str, what is written of items, "" where nothing; None: unread


def with_texts(
    by_scope: Mapping[str, Knowledge], history: History, texts: Sequence[str | None]
) -> dict[str, Knowledge]:
    """The same knowledge with what is written of the items; in a platform's scope of its own items alone.

    texts: (n_items,), None or "" where there is none.

    Raises:
        ValueError: there are more or fewer texts than items.
    """
    if len(texts) != history.n_items:
        raise ValueError(f"found {len(texts)} texts, the history has {history.n_items} items; align them by item")
    written = np.array([text or "" for text in texts], dtype=object)

    def of(scope: str) -> NDArray[np.object_]:
        if scope not in history.platforms:
            return written
        return np.where(history.item_platform == history.platforms.index(scope), written, "").astype(object)

    return {scope: replace(known, texts=of(scope)) for scope, known in by_scope.items()}
