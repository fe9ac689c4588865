"""Softmax over a whole catalogue, its loss and gradients in one go, without scores of all examples at once.

Scores of some rows are made, turned into probabilities and multiplied back while they lie in the processor's cache;
what stays is the gradient, which is as large as the states and the items. Wijmans et al.: Cut Your Losses in
Large-Vocabulary Language Models, ICLR 2025, do so on graphics cards.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

ROWS = 256  # examples at once on a processor
CELLS = 1 << 28  # scores at once on a graphics card
LOG2E = 1 / math.log(2)


def softmax_loss(states: Tensor, items: Tensor, target: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Σ wᵢ · -log softmaxⱼ(stateᵢ · itemⱼ + biasⱼ)[targetᵢ], a scalar; gradients of states and items.

    In half precision (bfloat16) where the processor multiplies in it, and on a graphics card.

    Args:
        states: of the examples, (n, d) float32.
        items: of the catalogue, (m, d) float32.
        target: which item was taken, (n,).
        weight: of each example, (n,).
        bias: added to an item's score, (m,); it gets no gradient.
    """
    loss: Tensor = _LinearSoftmax.apply(states, items, target, weight, bias)  # type: ignore[no-untyped-call]
    return loss


def multiplies_half(device: torch.device) -> bool:
    """Whether products in bfloat16 are faster here than those in float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu._is_avx512_bf16_supported())


class _LinearSoftmax(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx,
        states: Tensor,
        items: Tensor,
        target: Tensor,
        weight: Tensor,
        bias: Tensor | None,
    ) -> Tensor:
        dtype = torch.bfloat16 if multiplies_half(states.device) else torch.float32
        n, few, small = len(states), items.to(dtype), None if bias is None else bias * LOG2E
        rows = ROWS if not states.is_cuda else max(ROWS, CELLS // len(items))
        filled = functional.pad(states, (0, 0, 0, -n % rows if n > rows else 0))
        of_states, of_items = torch.empty_like(filled), torch.zeros_like(items)
        log_sum = filled.new_empty(len(filled))
        weights = functional.pad(weight, (0, len(filled) - n))
        scores = filled.new_empty((min(rows, len(filled)), len(items)), dtype=dtype)
        odds = torch.empty_like(scores, dtype=torch.float32)
        for first in range(0, len(filled), rows):
            some = slice(first, first + rows)
            torch.mm((filled[some] * LOG2E).to(dtype), few.T, out=scores)  # to base 2, whose powers are cheaper
            odds.copy_(scores)
            if small is not None:
                odds += small
            top = odds.amax(dim=1, keepdim=True)
            total = odds.sub_(top).exp2_().sum(dim=1)
            log_sum[some] = (top[:, 0] + total.log2()) / LOG2E
            scale = weights[some, None] / total[:, None]
            scores.copy_(odds)
            of_states[some] = torch.mm(scores, few) * scale
            of_items += torch.mm(scores.T, (filled[some] * scale).to(dtype))
        of_states = of_states[:n].addcmul_(items[target], weight[:, None], value=-1)
        of_items.index_add_(0, target, states * weight[:, None], alpha=-1)
        ctx.save_for_backward(of_states, of_items)
        chosen = (states * items[target]).sum(dim=1) + (0 if bias is None else bias[target])
        return ((log_sum[:n] - chosen) * weight).sum()

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        of_states, of_items = ctx.saved_tensors  # type: ignore[attr-defined]
        return of_states * gradient, of_items * gradient, None, None, None
