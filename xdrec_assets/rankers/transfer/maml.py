"""Steps of learning that can themselves be learned through.

Finn, Abbeel, Levine: Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks, ICML 2017. Its first-order form
leaves out how the inner gradient changes with the start (section 5.2); Reptile (Nichol, Achiam, Schulman: On
First-Order Meta-Learning Algorithms, 2018) moves the start towards where the steps lead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

Parameters = dict[str, Tensor]
LossOf = Callable[[Parameters], Tensor]
Order = Literal["second", "first", "reptile"]


def adapted(parameters: Parameters, loss_of: LossOf, steps: int, rate: float, order: Order = "second") -> Parameters:
    """φ = θ - α ∇L(θ), so many times over (Finn, Abbeel, Levine, equation 1).

    Args:
        parameters: θ by name; may themselves depend on something that is learned.
        loss_of: L, a scalar; a parameter that it does not use stays as it is.
        steps: of plain gradient descent.
        rate: α.
        order: second keeps how ∇L(θ) depends on θ, so that a loss of φ has its exact gradient in θ; the others take
            ∇L(θ) for a constant.
    """
    is_exact = order == "second"
    for _ in range(steps):
        gradients = torch.autograd.grad(
            loss_of(parameters), list(parameters.values()), create_graph=is_exact, allow_unused=True
        )
        parameters = {
            name: value if gradient is None else value - rate * (gradient if is_exact else gradient.detach())
            for (name, value), gradient in zip(parameters.items(), gradients, strict=True)
        }
    return parameters


def meta_loss(
    parameters: Parameters, support: LossOf, query: LossOf, steps: int, rate: float, order: Order = "second"
) -> Tensor:
    """What one task says of the start θ: its query loss after steps on its support (equation 1's outer objective).

    With Reptile the value is the same, and the gradient in θ is (θ - φ) / α, where φ is what the steps on the support
    lead to (Nichol, Achiam, Schulman, section 5).

    Raises:
        ValueError: Reptile without steps has no direction.
    """
    if order == "reptile" and not steps:
        raise ValueError("Reptile learns from where steps lead, and steps is 0; set it to 1 or more")
    found = adapted(parameters, support, steps, rate, order)
    loss = query(found)
    return loss if order != "reptile" else towards(parameters, found, loss, rate)


def towards(parameters: Parameters, found: Parameters, loss: Tensor, rate: float) -> Tensor:
    """A scalar of the value `loss` whose gradient in the parameters θ is (θ - φ) / α. found: φ. rate: α."""
    moved = [(start - found[name].detach()).square().sum() for name, start in parameters.items()]
    pull = torch.stack(moved).sum() / (2 * rate)
    return loss.detach() + pull - pull.detach()
