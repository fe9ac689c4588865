"""Run a Hugging Face model over token ids, close to what the hardware can do; it knows nothing of texts.

On the processor rows are sorted by length and cut into batches of few distinct shapes, since every new shape costs a
compilation of each matrix product. On graphics cards rows are packed without padding.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from resources.encoding.cards import Card, Cards, copies
from resources.encoding.careful import Careful
from resources.encoding.devices import chosen_device, chosen_precision
from resources.encoding.encoders import Progress
from resources.encoding.loading import load_network, no_loading_bar
from resources.encoding.packable import why_not_packed
from resources.encoding.packed import register_attention
from resources.encoding.processor import Processor, processor
from resources.encoding.running import packed_run, padded_run
from resources.encoding.spec import Pooling

__all__ = ["TransformerNetwork", "no_loading_bar"]


@dataclass
class TransformerNetwork:
    """A loaded model on a device."""

    network: Any
    precision: str
    """What the arithmetic runs in: fp32 or bf16."""
    device: str
    runs: Processor | Cards
    broken: dict[int, str] = field(default_factory=dict)
    """Rows of the last call on which the model broke, with the reason."""

    @classmethod
    def load(
        cls,
        folder: Path,
        pooling: Pooling = "mean",
        precision: Literal["auto", "fp32", "bf16"] = "auto",
        device: str = "auto",
        remote_code: bool = False,
    ) -> Self:
        """Read the weights of a folder (safetensors only).

        remote_code: whether code that comes with the model may run.
        """
        device = chosen_device(device)
        chosen = chosen_precision(device) if precision == "auto" else precision
        loaded = load_network(folder, chosen, device, remote_code)
        padded = padded_run(pooling, max_positions(loaded))
        if device == "cpu":
            return cls(loaded, chosen, device, processor(loaded, padded, chosen, max_positions(loaded)))
        return cls(loaded, chosen, device, on_cards(loaded, pooling, chosen))

    @property
    def hidden_size(self) -> int:
        """Length of a pooled vector."""
        return int(self.network.config.get_text_config().hidden_size)

    @property
    def max_positions(self) -> int:
        """The longest row the model reads, in tokens."""
        return max_positions(self.network)

    @property
    def how(self) -> str:
        """What runs, for people: as in "bf16, 2 workers, compiled"."""
        return self.runs.how

    def pooled(self, ids: Sequence[np.ndarray], on_progress: Progress | None = None) -> np.ndarray:
        """Vectors (n, hidden size) float32, one per row of token ids, not normalised.

        A row on which the model breaks is NaN and stands in `broken` with its reason. on_progress gets rows done, rows
        in all and tokens done.

        Raises RuntimeError where the model breaks on every one of several rows.
        """
        self.broken = self._unreadable(ids)
        lengths = np.array([len(one) for one in ids], dtype=np.int64)
        careful = Careful(ids, lengths, self.hidden_size, self.runs.tokens_per_batch, self.broken)
        readable = np.setdiff1d(np.arange(len(ids)), list(self.broken))
        vectors = np.full((len(ids), self.hidden_size), np.nan, dtype=np.float32)
        n_rows, n_tokens = len(self.broken), 0
        for rows, found in self.runs.found(readable, careful):
            vectors[rows] = found
            n_rows, n_tokens = n_rows + len(rows), n_tokens + careful.n_tokens(rows)
            if on_progress:
                on_progress(n_rows, len(ids), n_tokens)
        self.runs.tokens_per_batch = careful.tokens_per_batch
        if len(readable) > 1 and np.isin(readable, list(self.broken)).all():
            first = self.broken[int(readable[0])]
            raise RuntimeError(f"the model broke on every one of {len(readable)} texts; on the first with {first}")
        return vectors

    def _unreadable(self, ids: Sequence[np.ndarray]) -> dict[int, str]:
        """Rows that the model has no weights for, found before a card stumbles over them for good."""
        n_words, longest = int(self.network.config.get_text_config().vocab_size), self.max_positions
        reasons = {}
        for row, one in enumerate(ids):
            if not 0 < len(one) <= longest:
                reasons[row] = f"it has {len(one)} tokens; the model reads 1 to {longest}"
            elif one.min() < 0 or one.max() >= n_words:
                reasons[row] = f"it has tokens {one.min()} to {one.max()}; the model knows 0 to {n_words - 1}"
        return reasons


def on_cards(network: Any, pooling: Pooling, precision: str) -> Cards:
    """The network copied to every card, packed where its architecture takes packed rows."""
    padded, packed = padded_run(pooling, max_positions(network)), packed_run(pooling, first_position(network))
    register_attention()
    card = Card(str(next(network.parameters()).device))
    why_not = why_not_packed(network, padded, packed, card.put, max_positions(network))
    return Cards(copies(network), padded if why_not else packed, precision, max_positions(network), why_not)


def max_positions(network: Any) -> int:
    """The longest row that a model reads, in tokens."""
    return int(getattr(network.config, "max_position_embeddings", 512)) - first_position(network)


def first_position(network: Any) -> int:
    """The position of a row's first token: RoBERTa's kin begin to count behind the padding's number."""
    table = getattr(getattr(network, "embeddings", None), "position_embeddings", None)
    padding = getattr(table, "padding_idx", None)
    return 0 if padding is None else padding + 1
