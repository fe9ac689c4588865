"""Residual adapters beside a frozen base."""

import math

import torch

from tests.rankers.planted import TARGET, planted_world
from tests.rankers.transfer.problems import taste_hits
from tests.rankers.transfer.tiny_network import Tiny, TinyNetwork, batch_of, problem_of
from xdrec_assets.rankers.als import ALS
from xdrec_assets.rankers.neural.ncf import NCF
from xdrec_assets.rankers.neural.neural_ranker import NeuralRanker
from xdrec_assets.rankers.neural.popularity_bias import leaving_out
from xdrec_assets.rankers.neural.settings import TwoTowerSettings
from xdrec_assets.rankers.neural.two_tower import TwoTower
from xdrec_assets.rankers.transfer.adapter import Adapter
from xdrec_assets.rankers.transfer.parts import up_to_last
from xdrec_assets.rankers.transfer.residual_adapter import Residual, ResidualAdapter
from xdrec_assets.rankers.transfer.settings import AdapterSettings

WORLD = planted_world()
PROBLEM = problem_of(WORLD)


def network() -> TinyNetwork:
    torch.manual_seed(0)
    return TinyNetwork(WORLD.history.item_platform, WORLD.knowledge.text)


def adapted() -> ResidualAdapter:
    return ResidualAdapter(network(), WORLD.history.items_of(TARGET), rank=4, drawn=30)


def test_it_starts_as_the_base_to_the_bit() -> None:
    base, adapter, batch = network(), adapted(), batch_of([0, 70, 130], [5])
    items = base.item_states()
    assert torch.equal(adapter.item_states(), items)
    assert torch.equal(adapter.person_states(batch, adapter.item_states()), base.person_states(batch, items))


def test_the_residual_by_hand_and_zeros_stay_zeros() -> None:
    residual = Residual(2, 1)
    residual.down.weight.data = torch.tensor([[1.0, 0.0]])
    residual.up.weight.data = torch.tensor([[0.5], [2.0]])
    gelu = 3 * (1 + math.erf(3 / math.sqrt(2))) / 2
    wanted = torch.tensor([[3 + 0.5 * gelu, 1 + 2 * gelu], [0.0, 0.0]])
    torch.testing.assert_close(residual(torch.tensor([[3.0, 1.0], [0.0, 0.0]])), wanted, atol=1e-6, rtol=0)


def test_learning_moves_the_adapters_and_leaves_the_base_alone() -> None:
    adapter = adapted()
    before = {name: value.clone() for name, value in adapter.state_dict().items()}
    course = Tiny(PROBLEM.make().settings).learn(adapter, up_to_last(WORLD.history, TARGET))
    moved = {name for name, value in adapter.state_dict().items() if not torch.equal(value, before[name])}
    assert moved == {name for name in before if not name.startswith("network.")}
    assert min(course.losses) < course.losses[0]


def test_the_base_is_asked_without_dropout_while_adapters_learn() -> None:
    adapter = adapted().train()
    assert adapter.training
    assert adapter.of_items.training
    assert not adapter.network.training


def test_cold_people_are_answered_and_the_same_seed_learns_the_same_bits() -> None:
    settings = AdapterSettings(rank=4, epochs=3)
    first, again = (Adapter(settings).fit(PROBLEM) for _ in range(2))
    assert taste_hits(first, WORLD) > 0.8
    assert all(first.arrays()[name].tobytes() == again.arrays()[name].tobytes() for name in first.arrays())


def test_targets_of_one_history_share_a_base_that_is_learned_once() -> None:
    asked: list[str] = []

    class Counted(Tiny):
        def learn(self, network, history, settings=None):  # type: ignore[no-untyped-def]
            asked.append(type(network).__name__)
            return super().learn(network, history, settings)

    problem = problem_of(WORLD, make=Counted, epochs=1)
    strategy = Adapter(AdapterSettings(rank=2, epochs=1))
    rankers = [strategy.fit(problem), strategy.fit(problem)]
    assert asked == ["TinyNetwork", "ResidualAdapter", "ResidualAdapter"]
    assert rankers[0].losses == rankers[1].losses


def test_it_suits_networks_of_which_only_states_are_kept() -> None:
    assert Adapter.suits(Tiny)
    assert not Adapter.suits(ALS)
    assert NCF.keep is not NeuralRanker.keep
    assert not Adapter.suits(NCF)


def test_popularity_of_what_is_held_out_is_not_in_the_base_s_states() -> None:
    world = planted_world()
    base = TwoTower(TwoTowerSettings(size=8)).fresh_network(world.history, world.knowledge)
    adapter = ResidualAdapter(base, world.history.items_of(TARGET))
    before = adapter.base_items.clone()
    with leaving_out(adapter, world.history.item[:500], world.history.age_days[:500]):
        assert torch.equal(adapter.base_items, base.item_states())
        assert not torch.equal(adapter.base_items[:, -1], before[:, -1])
        assert torch.equal(adapter.base_items[:, :-1], before[:, :-1])
    assert torch.equal(adapter.base_items, before)
