"""Go on where a batch fails: smaller batches where memory is out, and a broken row alone set aside with its reason."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

log = logging.getLogger(__name__)

NOT_FINITE = "the model's vector is not finite"

Run = Callable[[list[np.ndarray]], np.ndarray]
"""Vectors (n, size) float32 of rows of token ids."""


@dataclass
class Careful:
    """Batches of rows of one call, and what became of them."""

    ids: Sequence[np.ndarray]
    lengths: np.ndarray
    size: int
    tokens_per_batch: int
    """Becomes smaller where memory runs out."""
    broken: dict[int, str] = field(default_factory=dict)

    def of(self, rows: np.ndarray) -> list[np.ndarray]:
        """Token ids of these rows."""
        return [self.ids[row] for row in rows]

    def fits(self, rows: np.ndarray) -> bool:
        """Whether they are within the budget, which a row alone always is."""
        return len(rows) == 1 or self.n_tokens(rows) <= self.tokens_per_batch

    def n_tokens(self, rows: np.ndarray) -> int:
        """Tokens of these rows, padding left out."""
        return int(self.lengths[rows].sum())

    def vectors(self, run: Run, rows: np.ndarray) -> np.ndarray:
        """Vectors (n, size) float32 of these rows; NaN where the model breaks on a row by itself."""
        if not self.fits(rows):
            return self._halves(run, rows)
        try:
            vectors = run(self.of(rows))
        except Exception as reason:  # noqa: BLE001 - any failure of a model on a row must cost that row only
            return self.after(reason, run, rows)
        return self.finite(vectors, run, rows)

    def finite(self, vectors: np.ndarray, run: Run, rows: np.ndarray) -> np.ndarray:
        """The vectors, those of rows that came out infinite or NaN computed alone, and NaN if still so."""
        bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
        if len(bad) and len(rows) == 1:
            return self._set_aside(int(rows[0]), NOT_FINITE)
        for at in bad:
            vectors[at] = self.vectors(run, rows[at : at + 1])[0]
        return vectors

    def after(self, reason: Exception, run: Run, rows: np.ndarray) -> np.ndarray:
        """The rows of a batch that failed, in smaller batches; raises where its card is lost."""
        if is_lost_card(reason):
            raise reason
        if len(rows) == 1:
            return self._set_aside(int(rows[0]), f"{type(reason).__name__}: {reason}")
        if is_out_of_memory(reason):
            self.tokens_per_batch = max(1, min(self.tokens_per_batch, self.n_tokens(rows) // 2))
            log.warning("out of memory; going on with %d tokens a batch", self.tokens_per_batch)
        return self._halves(run, rows)

    def _halves(self, run: Run, rows: np.ndarray) -> np.ndarray:
        middle = len(rows) // 2
        return np.concatenate([self.vectors(run, rows[:middle]), self.vectors(run, rows[middle:])])

    def _set_aside(self, row: int, reason: str) -> np.ndarray:
        self.broken[row] = reason
        return np.full((1, self.size), np.nan, dtype=np.float32)


def is_out_of_memory(reason: BaseException) -> bool:
    """Whether memory of the processor or of a card ran out."""
    import torch

    if isinstance(reason, MemoryError | torch.OutOfMemoryError):
        return True
    words = str(reason).lower()
    return isinstance(reason, RuntimeError) and ("not enough memory" in words or "allocate memory" in words)


def is_lost_card(reason: BaseException) -> bool:
    """Whether a card failed in a way after which nothing runs on it any more in this process."""
    return "CUDA error" in str(reason) and not is_out_of_memory(reason)
