"""Steps that are learned through, against hand arithmetic on ½ a (θ - s)²."""

import pytest
import torch

from xdrec_assets.rankers.transfer.maml import LossOf, adapted, meta_loss

START, SUPPORT, QUERY, STEEPNESS, RATE = 2.0, 5.0, 1.0, 3.0, 0.1
MOVED = START - RATE * STEEPNESS * (START - SUPPORT)  # 2.9, after one step


def quadratic(centre: float, steepness: float = 1.0) -> LossOf:
    return lambda parameters: (steepness / 2 * (parameters["x"] - centre).square()).sum()


def start(value: float = START) -> torch.Tensor:
    return torch.tensor([value], dtype=torch.float64, requires_grad=True)


def gradient(order: str, steps: int = 1) -> float:
    x = start()
    meta_loss({"x": x}, quadratic(SUPPORT, STEEPNESS), quadratic(QUERY), steps, RATE, order).backward()
    return float(x.grad)


def test_a_step_goes_down_the_gradient() -> None:
    found = adapted({"x": start()}, quadratic(SUPPORT, STEEPNESS), 1, RATE)["x"]
    assert float(found.detach()) == pytest.approx(MOVED)


def test_second_order_has_how_the_inner_gradient_changes() -> None:
    shrinks = 1 - RATE * STEEPNESS  # dφ/dθ of one step
    assert gradient("second") == pytest.approx((MOVED - QUERY) * shrinks)
    twice = MOVED - RATE * STEEPNESS * (MOVED - SUPPORT)
    assert gradient("second", 2) == pytest.approx((twice - QUERY) * shrinks**2)


def test_first_order_takes_the_inner_gradient_for_a_constant() -> None:
    assert gradient("first") == pytest.approx(MOVED - QUERY)


def test_reptile_points_to_where_the_steps_lead_and_tells_the_query_loss() -> None:
    assert gradient("reptile") == pytest.approx((START - MOVED) / RATE)
    x = start()
    told = meta_loss({"x": x}, quadratic(SUPPORT, STEEPNESS), quadratic(QUERY), 1, RATE, "reptile")
    assert float(told.detach()) == pytest.approx((MOVED - QUERY) ** 2 / 2)


def test_reptile_without_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="steps is 0; set it to 1 or more"):
        meta_loss({"x": start()}, quadratic(0), quadratic(1), 0, RATE, "reptile")


def test_what_a_loss_does_not_use_stays() -> None:
    unused = start(7.0)
    found = adapted({"x": start(), "unused": unused}, quadratic(SUPPORT), 2, RATE)
    assert found["unused"] is unused
