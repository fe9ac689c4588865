"""The softmax of a whole catalogue and the one of a sample."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from xdrec_assets.rankers.neural import linear_softmax
from xdrec_assets.rankers.neural.linear_softmax import softmax_loss
from xdrec_assets.rankers.neural.sampled_softmax import (
    Drawn,
    draw,
    every_item,
    half_even,
    sampled_softmax_loss,
)

N, M, D = 300, 50, 16  # more examples than are made at once


@pytest.fixture(params=[False, True], ids=["single", "half"])
def tolerance(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr(linear_softmax, "multiplies_half", lambda device: request.param)
    return 0.02 if request.param else 1e-5


def examples(seed: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    rng = torch.Generator().manual_seed(seed)
    states, items = torch.randn(N, D, generator=rng), torch.randn(M, D, generator=rng)
    target = torch.randint(0, M, (N,), generator=rng)
    weight, bias = torch.rand(N, generator=rng), torch.randn(M, generator=rng)
    return states.requires_grad_(), items.requires_grad_(), target, weight, bias


def plain(states: Tensor, items: Tensor, target: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    scores = states @ items.T + (0 if bias is None else bias)
    return (functional.cross_entropy(scores, target, reduction="none") * weight).sum()


class TestTheWholeCatalogue:
    @pytest.mark.parametrize("has_bias", [False, True])
    @pytest.mark.parametrize("n", [N, linear_softmax.ROWS, 3])
    def test_loss_and_gradients_are_those_of_scores_written_out(self, tolerance: float, has_bias: bool, n: int) -> None:
        states, items, target, weight, bias = examples()
        given = target[:n], weight[:n], bias if has_bias else None
        ours, expected = softmax_loss(states[:n], items, *given), plain(states[:n], items, *given)
        assert ours.item() == pytest.approx(expected.item(), rel=tolerance)
        for mine, its in zip(
            torch.autograd.grad(3 * ours, (states, items)),
            torch.autograd.grad(3 * expected, (states, items)),
            strict=True,
        ):
            assert torch.linalg.norm(mine - its) <= tolerance * torch.linalg.norm(its)

    def test_by_hand(self, tolerance: float) -> None:
        states, items = torch.tensor([[1.0]]), torch.tensor([[math.log(2)], [0.0], [0.0]])
        loss = softmax_loss(states, items, torch.tensor([1]), torch.tensor([2.0]))
        assert loss.item() == pytest.approx(2 * math.log(4), rel=tolerance)

    def test_scores_that_would_overflow_do_not(self, tolerance: float) -> None:
        states, items = torch.tensor([[100.0]]), torch.tensor([[1.0], [0.0]])
        assert softmax_loss(states, items, torch.tensor([0]), torch.ones(1)).item() == pytest.approx(0, abs=0.5)

    def test_its_arguments_stay_as_they_were(self) -> None:
        given = examples()
        before = [each.detach().clone() for each in given]
        softmax_loss(*given).backward()
        assert all(torch.equal(each, was) for each, was in zip(given, before, strict=True))


class TestASample:
    def test_with_every_item_drawn_once_it_is_the_full_softmax(self) -> None:
        states, items, target, weight, bias = examples()
        ours = sampled_softmax_loss(states, items, target, weight, every_item(M, states.device), bias)
        expected = plain(states, items, target, weight, bias)
        assert ours.item() == pytest.approx(expected.item(), rel=1e-5)
        for mine, its in zip(
            torch.autograd.grad(ours, (states, items)), torch.autograd.grad(expected, (states, items)), strict=True
        ):
            torch.testing.assert_close(mine, its, rtol=1e-4, atol=1e-5)

    def test_the_correction_by_hand(self) -> None:
        # item 1 came twice where half a draw was to be expected: its odds of 3 count for 12; item 2 is the target
        items = torch.tensor([[0.0], [math.log(3)], [math.log(5)]])
        drawn = Drawn(torch.tensor([1, 2]), torch.tensor([math.log(2 / 0.5), math.log(7)]))
        loss = sampled_softmax_loss(torch.ones(1, 1), items, torch.tensor([2]), torch.ones(1), drawn)
        assert loss.item() == pytest.approx(-math.log(5 / (5 + 12)))

    def test_where_only_the_target_is_drawn_there_is_nothing_to_learn(self) -> None:
        states, items = torch.ones(1, 1, requires_grad=True), torch.ones(2, 1)
        drawn = Drawn(torch.tensor([1]), torch.tensor([0.0]))
        loss = sampled_softmax_loss(states, items, torch.tensor([1]), torch.ones(1), drawn)
        loss.backward()
        assert loss.item() == 0
        assert states.grad is not None
        assert states.grad.item() == 0

    def test_draws_are_as_often_as_said_and_weighted_against_it(self) -> None:
        share = torch.tensor([0.5, 0.0, 0.3, 0.2])
        drawn = draw(share, 10_000, torch.Generator().manual_seed(1))
        assert drawn.items.tolist() == [0, 2, 3]
        np.testing.assert_allclose(drawn.log_weight, 0, atol=0.1)
        few = draw(share, 1, torch.Generator().manual_seed(1))
        assert few.log_weight.item() == pytest.approx(-math.log(share[few.items].item()))

    def test_the_sum_over_others_is_right_in_the_mean(self) -> None:
        odds, share = torch.tensor([1.0, 2.0, 4.0, 8.0]), torch.tensor([0.1, 0.2, 0.3, 0.4])
        sums = []
        for seed in range(400):
            drawn = draw(share, 5, torch.Generator().manual_seed(seed))
            sums.append(float((odds[drawn.items] * drawn.log_weight.exp()).sum()))
        assert np.mean(sums) == pytest.approx(float(odds.sum()), rel=0.05)

    def test_half_of_the_draws_are_even(self) -> None:
        torch.testing.assert_close(
            half_even(torch.tensor([0.6, 0.4, 0.0, 0.0])), torch.tensor([0.425, 0.325, 0.125, 0.125])
        )
        torch.testing.assert_close(half_even(torch.zeros(2)), torch.full((2,), 0.5))
