"""Starts that are learned to go far: platforms as tasks, people as tasks."""

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.rankers.planted import TARGET, planted_world
from tests.rankers.transfer.problems import taste_hits
from tests.rankers.transfer.tiny_network import Tiny, TinyNetwork, batch_of, problem_of
from xdrec_assets.rankers.als import ALS
from xdrec_assets.rankers.transfer import personal_start as personal_start_module
from xdrec_assets.rankers.transfer.learned_start import LearnedStart
from xdrec_assets.rankers.transfer.meta import Meta, drawn_batches
from xdrec_assets.rankers.transfer.parts import with_people
from xdrec_assets.rankers.transfer.personal_start import PersonalStart, _others
from xdrec_assets.rankers.transfer.settings import MetaSettings

WORLD = planted_world()
PLATFORM = np.repeat(np.arange(2, dtype=np.int16), 6)
TEXT = np.random.default_rng(0).normal(size=(12, 3))
BATCH = batch_of([0, 1, 7], [2, 3], [6, 8], [4, 9, 10, 5], [11])


def learned_start(order: str, steps: int = 1) -> LearnedStart:
    torch.manual_seed(0)
    start = LearnedStart(TinyNetwork(PLATFORM, TEXT.astype(np.float32), size=3), PLATFORM, steps, 0.5, order)
    return start.double()


def personal_start(order: str = "second", steps: int = 2) -> PersonalStart:
    torch.manual_seed(0)
    network = TinyNetwork(PLATFORM, TEXT.astype(np.float32), size=3)
    start = PersonalStart(network, PLATFORM, slice(6, 12), 2, steps, 0.5, order, support=2, drawn=4)
    torch.nn.init.normal_(start.start.up.weight)
    return start.double()


def test_a_platform_without_items_between_others_is_nobody_s() -> None:
    found = _others(torch.tensor([0, 0, 2, 2]), 5, seed=0)
    assert found.shape == (3, 5)
    assert set(found[0].tolist()) == {0, 1} and set(found[2].tolist()) == {2, 3}


def test_many_people_are_adapted_a_part_at_a_time_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    start = personal_start()
    items = start.item_states()
    whole = start.person_states(BATCH, items)
    monkeypatch.setattr(personal_start_module, "CELLS", 1)
    torch.testing.assert_close(start.person_states(BATCH, items), whole)


def loss_and_slope(start: torch.nn.Module, weights: Tensor, along: Tensor) -> tuple[float, float]:
    start.zero_grad()
    loss = start.loss(BATCH, torch.Generator().manual_seed(5))
    loss.backward()
    return float(loss.detach()), float((weights.grad * along).sum())


def measured_slope(start: torch.nn.Module, weights: Tensor, along: Tensor) -> float:
    """By a small step to both sides."""
    found = []
    for step in (1e-5, -1e-5):
        weights.data += step * along
        found.append(float(start.loss(BATCH, torch.Generator().manual_seed(5)).detach()))
        weights.data -= step * along
    return (found[0] - found[1]) / 2e-5


@pytest.mark.parametrize("start_of", [learned_start, personal_start])
def test_second_order_is_the_exact_gradient_and_first_order_is_another(start_of) -> None:  # type: ignore[no-untyped-def]
    slopes = {}
    for order in ("second", "first", "reptile"):
        start = start_of(order)
        weights = start.network.table.weight if start_of is learned_start else start.start.up.weight
        along = torch.linspace(-1, 1, weights.numel(), dtype=torch.float64).reshape(weights.shape)
        loss, slopes[order] = loss_and_slope(start, weights, along)
        slopes["measured"] = measured_slope(start, weights, along)
        slopes["loss"] = slopes.get("loss", loss)
        assert loss == pytest.approx(slopes["loss"])  # the value is the same in every order
    assert slopes["second"] == pytest.approx(slopes["measured"], rel=1e-4)
    assert slopes["first"] != pytest.approx(slopes["second"], rel=1e-3)
    assert slopes["reptile"] != pytest.approx(slopes["first"], rel=1e-3)


def test_tasks_are_platforms_and_halves_of_their_people() -> None:
    tasks = [*learned_start("first")._tasks(BATCH, torch.Generator().manual_seed(0))]
    people = [sorted([*support.people.tolist(), *query.people.tolist()]) for support, query in tasks]
    assert people == [[0, 1, 3], [2, 3]]  # those with two events there
    assert all((PLATFORM[task[0].items] == index).all() for index, task in enumerate(tasks))


def test_a_batch_without_tasks_has_a_loss_of_zero() -> None:
    found = learned_start("second").loss(batch_of([0], [7]), torch.Generator())
    assert float(found) == 0
    assert not found.requires_grad


def test_steps_on_the_target_lessen_its_loss() -> None:
    start = learned_start("first")
    before = float(start.network.loss(BATCH, torch.Generator()).detach())
    start.go_on(iter([BATCH] * 5), torch.Generator())
    assert float(start.network.loss(BATCH, torch.Generator()).detach()) < before


def test_a_person_is_adapted_by_steps_on_the_last_events() -> None:
    start = personal_start("first", steps=1)
    items = start.item_states().detach()
    state = start.network.person_states(batch_of([0, 1, 7]), items)[0].detach()
    taken = torch.tensor([7, 1])  # the last two
    weights = [value.detach().clone().requires_grad_() for value in start.start.parameters()]  # down, up
    person = state + weights[1] @ torch.nn.functional.gelu(weights[0] @ state)
    logits = [torch.cat([items[i][None], items[start.others[PLATFORM[i]]]]) @ person for i in taken]
    loss = torch.stack([-torch.log_softmax(each, dim=0)[0] for each in logits]).mean()
    down, up = (w - 0.5 * g for w, g in zip(weights, torch.autograd.grad(loss, weights), strict=True))
    wanted = state + up @ torch.nn.functional.gelu(down @ state)
    torch.testing.assert_close(start.person_states(batch_of([0, 1, 7]), items)[0], wanted)


def test_nobody_is_adapted_by_the_events_of_others() -> None:
    start = personal_start()
    with torch.inference_mode():
        items = start.item_states()
        together = start.person_states(BATCH, items)
        for row in range(len(BATCH.people)):
            alone = with_people(BATCH, torch.arange(len(BATCH.people)) == row)
            torch.testing.assert_close(start.person_states(alone, items), together[row : row + 1])


@pytest.mark.parametrize(
    "settings",
    [MetaSettings(epochs=1), MetaSettings(tasks="platforms"), MetaSettings(tasks="platforms", order="reptile")],
)
def test_cold_people_are_answered_and_the_same_seed_learns_the_same_bits(settings: MetaSettings) -> None:
    problem = problem_of(WORLD, epochs=3, events_per_batch=1200)
    first, again = (Meta(settings).fit(problem) for _ in range(2))
    assert taste_hits(first, WORLD) > 0.7
    assert all(first.arrays()[name].tobytes() == again.arrays()[name].tobytes() for name in first.arrays())


def test_batches_begin_again_where_there_are_too_few() -> None:
    target = WORLD.history.only(TARGET)
    batches = [*drawn_batches(target, len(target.person) // 2, 5, seed=0)]
    assert len(batches) == 5
    assert batches[0].people.tolist() in [batch.people.tolist() for batch in batches[1:]]
    assert not [*drawn_batches(target, 100, 0, seed=0)]


def test_it_suits_networks_of_which_only_states_are_kept() -> None:
    assert Meta.suits(Tiny)
    assert not Meta.suits(ALS)
