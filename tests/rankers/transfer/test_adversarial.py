"""States that are learned while a discriminator fails to tell their platform."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from tests.rankers.planted import World, planted_world
from tests.rankers.transfer.problems import taste_hits
from tests.rankers.transfer.tiny_network import SETTINGS, Tiny, TinyNetwork, batch_of, problem_of
from xdrec_assets.knowledge.alignment.adversarial import reversal
from xdrec_assets.rankers.als import ALS
from xdrec_assets.rankers.transfer.adversarial import Adversarial
from xdrec_assets.rankers.transfer.domain_adversary import DomainAdversary
from xdrec_assets.rankers.transfer.settings import AdversarialSettings

WORLD = planted_world()
PLATFORM = WORLD.history.item_platform


def shifted(world: World) -> np.ndarray:
    """The texts, each platform's moved a way of its own."""
    return world.knowledge.text + np.eye(16, dtype=np.float32)[4 + PLATFORM]


def adversary(weight: float = 1.0, rising: int = 20) -> DomainAdversary:
    torch.manual_seed(0)
    network = TinyNetwork(PLATFORM, shifted(WORLD))
    torch.nn.init.zeros_(network.table.weight)
    network.table.requires_grad_(False)  # all that tells platforms apart is in the texts
    return DomainAdversary(network, PLATFORM, hidden=32, weight=weight, drawn=60, rising_batches=rising)


def learned(rising: int) -> DomainAdversary:
    judged = adversary(weight=0.3, rising=rising)
    changed = {"epochs": 12, "validation_people": 0, "events_per_batch": 250, "learning_rate": 0.003}
    Tiny(SETTINGS.model_copy(update=changed)).learn(judged, WORLD.history)
    return judged


@torch.no_grad()
def share_named(judged: DomainAdversary) -> float:
    """Of all items, the share whose platform the discriminator names; 1/3 by chance."""
    return float(np.mean(judged.of_items(judged.item_states()).argmax(dim=1).numpy() == PLATFORM))


@torch.no_grad()
def gap(judged: DomainAdversary) -> float:
    """How far platforms' mean states lie apart, as a share of how far tastes' mean states do."""
    states = judged.item_states().numpy()

    def spread(of: np.ndarray) -> float:
        means = np.stack([states[of == each].mean(axis=0) for each in np.unique(of)])
        return float(np.linalg.norm(means - means.mean(axis=0)))

    return spread(PLATFORM) / spread(WORLD.taste_of_item)


def gradients(strength: float) -> dict[str, torch.Tensor]:
    judged = adversary()
    loss = judged.domain_loss(batch_of(), torch.Generator().manual_seed(1), strength)
    loss.backward()
    return {name: value.grad for name, value in judged.named_parameters() if value.grad is not None}


def test_states_get_the_gradient_reversed_and_the_discriminator_as_it_is() -> None:
    judged = adversary()
    logits = judged.of_items(judged.item_states())  # all items: 60 of each platform are drawn, and there are no more
    functional.cross_entropy(logits, torch.from_numpy(PLATFORM).long()).backward()
    found = gradients(0.3)
    torch.testing.assert_close(found["of_items.layers.0.weight"], judged.of_items.layers[0].weight.grad)
    torch.testing.assert_close(found["network.of_text.weight"], -0.3 * judged.network.of_text.weight.grad)
    assert "of_people.layers.0.weight" not in found  # the batch has no people


def test_people_are_judged_by_what_they_did_on_one_platform() -> None:
    judged, items = adversary(), torch.eye(180)
    states = judged._people_of(batch_of([3, 70, 4], [100], []), 0, items)
    assert states.shape == (1, 180)
    assert torch.nonzero(states[0])[:, 0].tolist() == [3, 4]


def test_the_reversal_grows_with_the_batches_learned_from() -> None:
    judged, batch = adversary(rising=4), batch_of([0, 1], [60, 61])
    asked: list[float] = []
    judged.domain_loss = lambda batch, generator, strength: asked.append(strength) or torch.zeros(())  # type: ignore
    for training in (True, True, False, True, True, True):
        judged.train(training).loss(batch, torch.Generator())
    assert asked == [reversal(progress) for progress in (0, 0.25, 0.5, 0.5, 0.75, 1)]
    assert int(judged.state_dict()["batches_seen"]) == 5


def test_with_a_single_platform_there_is_nothing_to_tell() -> None:
    single = DomainAdversary(
        TinyNetwork(np.zeros(4, dtype=np.int16), np.eye(4, dtype=np.float32)), np.zeros(4, np.int16)
    )
    assert float(single.domain_loss(batch_of([0, 1]), torch.Generator(), 1.0)) == 0


def test_the_discriminator_falls_to_chance_on_shifted_texts() -> None:
    without, against = learned(rising=10**9), learned(rising=50)  # the first is judged, and not moved by it
    assert share_named(without) > 0.9
    assert share_named(against) < 0.5
    assert gap(against) < gap(without)  # a little: a discriminator can be led astray without it


def test_cold_people_are_answered_and_the_same_seed_learns_the_same_bits() -> None:
    problem = problem_of(WORLD, epochs=5)
    first, again = (Adversarial(AdversarialSettings()).fit(problem) for _ in range(2))
    assert taste_hits(first, WORLD) > 0.8
    assert all(first.arrays()[name].tobytes() == again.arrays()[name].tobytes() for name in first.arrays())


def test_targets_of_one_history_share_one_model() -> None:
    strategy, problem = Adversarial(AdversarialSettings()), problem_of(WORLD, epochs=1)
    assert strategy.fit(problem) is strategy.fit(problem)


@pytest.mark.parametrize(("ranker", "suits"), [(Tiny, True), (ALS, False)])
def test_it_suits_rankers_that_learn_by_gradient(ranker: type, suits: bool) -> None:
    assert Adversarial.suits(ranker) == suits
