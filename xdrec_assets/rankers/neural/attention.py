"""Causal self-attention over packed events: each event sees itself and what its own person did before.

Vaswani et al.: Attention Is All You Need, NIPS 2017, as blocks of Kang, McAuley: Self-Attentive Sequential
Recommendation, ICDM 2018, equations (2) to (5), with layers normalised before they are entered, which lets them learn
without a warm start (Xiong et al.: On Layer Normalization in the Transformer Architecture, ICML 2020).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from xdrec_assets.rankers.neural.packing import Packed

SPREAD = 0.02
LEVELS = 256  # a share of dropout is a multiple of 1 / LEVELS
UNSEEN = -1e4


class Block(torch.nn.Module):
    """x + attention, then x + dense; dropout on what is added."""

    def __init__(self, size: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.before_attention, self.before_dense = torch.nn.LayerNorm(size), torch.nn.LayerNorm(size)
        self.into, self.out = torch.nn.Linear(size, 3 * size), torch.nn.Linear(size, size)
        self.wide, self.narrow = torch.nn.Linear(size, size), torch.nn.Linear(size, size)
        for layer in (self.into, self.out, self.wide, self.narrow):
            torch.nn.init.normal_(layer.weight, std=SPREAD)
            torch.nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, packed: Packed) -> Tensor:
        """Of packed events (n_rows, d), the same shape."""
        x = x + self._drop(self.out(self._attended(self.into(self.before_attention(x)), packed)))
        return x + self._drop(self.narrow(self._drop(functional.gelu(self.wide(self.before_dense(x))))))

    def _attended(self, x: Tensor, packed: Packed) -> Tensor:
        """x: queries, keys and values, (n_rows, 3 d). Returns (n_rows, d)."""
        size = x.shape[1] // 3
        found = []
        for group in packed.groups:
            rows = x.index_select(0, group.place).view(-1, group.length, 3, self.heads, size // self.heads)
            query, key, value = rows.permute(2, 0, 3, 1, 4)  # each (n, heads, length, d / heads)
            found.append(attend(query, key, value).transpose(1, 2).reshape(-1, size))
        return torch.cat(found).index_select(0, packed.back)

    def _drop(self, x: Tensor) -> Tensor:
        return drop(x, self.dropout if self.training else 0.0)


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Softmax of the scaled products with oneself and what stands before, times the values; all (n, heads, length, e).

    On a processor as plain products: torch's fused attention costs several times as much where histories are short.
    """
    if query.is_cuda:
        return functional.scaled_dot_product_attention(query, key, value, is_causal=True)
    length, size = query.shape[-2:]
    flat_query, flat_key, flat_value = (each.reshape(-1, length, size) for each in (query, key, value))
    later = torch.full((length, length), UNSEEN, dtype=query.dtype).triu(1)
    weights = torch.baddbmm(later, flat_query, flat_key.transpose(1, 2), alpha=1 / math.sqrt(size)).softmax(dim=-1)
    return torch.bmm(weights, flat_value).view(query.shape)


def drop(x: Tensor, share: float) -> Tensor:
    """Dropout of a share, rounded to 1/256, eight draws out of one random number: torch's own costs five times as much.

    Srivastava et al.: Dropout, JMLR 2014; what is left is scaled so that the mean stays.
    """
    dropped = round(share * LEVELS)
    if not dropped:
        return x
    if x.is_cuda:
        return functional.dropout(x, share)
    numbers = torch.empty(-(-x.numel() // 8), dtype=torch.int64).random_(torch.iinfo(torch.int64).min, None)
    is_kept = numbers.view(torch.uint8)[: x.numel()].view(x.shape) >= dropped
    return x * (is_kept.to(x.dtype) * (LEVELS / (LEVELS - dropped)))
