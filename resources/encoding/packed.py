"""Rows one behind the other without padding, and the attention that keeps them apart (for graphics cards)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

IMPLEMENTATION = "packed_rows"


@dataclass(frozen=True)
class Packed:
    """Rows of token ids as one flat row."""

    ids: np.ndarray
    """(n tokens,) int64."""
    positions: np.ndarray
    """(n tokens,) int64, of each token within its own row."""
    starts: np.ndarray
    """(n rows + 1,) int32, where each row begins, and the end."""
    longest: int


def pack(ids: Sequence[np.ndarray], first_position: int = 0) -> Packed:
    """Rows packed into one, positions counted from `first_position` in each.

    >>> pack([np.array([7, 8, 9]), np.array([5])])
    Packed(ids=array([7, 8, 9, 5]), positions=array([0, 1, 2, 0]), starts=array([0, 3, 4], dtype=int32), longest=3)
    """
    lengths = np.array([len(one) for one in ids], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    positions = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths) + first_position
    return Packed(np.concatenate(ids).astype(np.int64), positions, starts.astype(np.int32), int(lengths.max()))


def register_attention(attend: Callable[..., Any] | None = None) -> None:
    """Teach transformers the attention of packed rows, under the name IMPLEMENTATION.

    attend: called as torch's varlen_attn is, which it is unless another is given.
    """
    from transformers import AttentionInterface, AttentionMaskInterface

    if attend is None:
        from torch.nn.attention.varlen import varlen_attn

        attend = varlen_attn
    AttentionInterface.register(IMPLEMENTATION, packed_attention(attend))
    AttentionMaskInterface.register(IMPLEMENTATION, no_mask)


def no_mask(*_: Any, **__: Any) -> None:
    """The starts of the rows say all that a mask would."""


def packed_attention(attend: Callable[..., Any]) -> Callable[..., Any]:
    """Attention as transformers calls it: query, key and value (1, heads, n tokens, head size)."""

    def forward(
        module: Any, query: Any, key: Any, value: Any, attention_mask: Any, scaling: float | None = None, **more: Any
    ) -> tuple[Any, None]:
        out = attend(
            *(one[0].transpose(0, 1) for one in (query, key, value)),  # (n tokens, heads, head size)
            more["cu_seq_lens_q"],
            more["cu_seq_lens_k"],
            more["max_length_q"],
            more["max_length_k"],
            scale=scaling,
            window_size=window(module, more.get("is_causal"), more.get("sliding_window")),
            enable_gqa=query.shape[1] != key.shape[1],
        )
        return out[None], None

    return forward


def window(module: Any, is_causal: bool | None, sliding: int | None) -> tuple[int, int]:
    """How many tokens before and behind a token it reads, -1 for all; `sliding` counts the token itself."""
    causal = getattr(module, "is_causal", False) if is_causal is None else is_causal
    reach = sliding - 1 if sliding else -1
    return reach, 0 if causal else reach
