"""The two-tower network on tiny batches, and on the planted world."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.rankers.neural.planted_cold_item import without_events_of
from tests.rankers.planted import NOBODY, PLATFORMS, history_of, knowledge_of, planted_world
from xdrec_assets.joined.history import History
from xdrec_assets.rankers.neural.last_events import LastEvents
from xdrec_assets.rankers.neural.sequences import Batch, Sequences
from xdrec_assets.rankers.neural.settings import TwoTowerSettings
from xdrec_assets.rankers.neural.two_tower import PersonTower, TwoTower, TwoTowerNetwork

SETTINGS = TwoTowerSettings(
    size=16, epochs=6, events_per_batch=1024, negatives=0, learning_rate=0.02, warmup_batches=0, validation_people=0
)
WORLD = planted_world()


def small_history() -> History:
    """Person 0 takes items 0 (day 3), 3 (day 2) and 1 (day 2), person 1 nothing, person 2 item 4."""
    history = history_of([(0, 0), (0, 1), (0, 3), (2, 4)], [3, 2], n_people=3)
    return replace(history, age_days=np.array([3, 2, 2, 0], dtype=np.float32))


def small_network(**settings: object) -> TwoTowerNetwork:
    ranker = TwoTower(SETTINGS.model_copy(update=settings))
    history = small_history()
    return ranker.network_of(history, knowledge_of(np.eye(5), 3))


def small_batch() -> Batch:
    return Sequences.of(small_history()).batch(np.arange(3))


def visible(**settings: object) -> list[list[int]]:
    batch = small_batch()
    last = LastEvents.of(batch, 10)
    found = small_network(**settings).visible(batch, last, torch.Generator().manual_seed(0))
    assert found.shape == (3, 3, 3)
    assert not found[1].any()
    return found[0].int().tolist()


def test_told_by_all_other_events() -> None:
    assert visible(profile="others", platform_dropout=0.0) == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]


def test_told_by_events_of_days_before() -> None:
    assert visible(profile="earlier", platform_dropout=0.0) == [[0, 0, 0], [1, 0, 0], [1, 0, 0]]


def test_told_by_other_platforms_alone() -> None:
    """Items 0 and 1 are on one platform, item 3 on the other; events are in the order 0, 1, 3."""
    assert visible(profile="others", platform_dropout=1.0) == [[0, 0, 1], [0, 0, 1], [1, 1, 0]]


def test_examples_are_the_events_of_which_something_tells() -> None:
    network = small_network(profile="earlier", platform_dropout=0.0)
    batch = small_batch()
    examples = network.examples(batch, torch.randn(4, 16), torch.Generator().manual_seed(0))
    assert examples.event.tolist() == [1, 2]
    assert examples.taste.shape == (2, 16)


def test_attention_forgets_by_half_lives() -> None:
    tower = PersonTower(2, (10.0, 20.0), 0.0)  # untrained, it is the mean of its heads
    states = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    found = tower(states, torch.ones(1, 2), torch.tensor([[[20.0, 0.0]]]), torch.ones(1, 1, 2, dtype=torch.bool))
    old, older = 0.25 / 1.25, 0.5 / 1.5
    assert found[0, 0].tolist() == pytest.approx([(old + older) / 2, 1 - (old + older) / 2])


def test_attention_goes_by_strength_and_by_what_is_visible() -> None:
    tower = PersonTower(3, (10.0,), 0.0)
    is_visible = torch.tensor([[[True, True, False], [False, False, False]]])
    found = tower(torch.eye(3)[None], torch.tensor([[0.75, 0.25, 1.0]]), torch.zeros(1, 2, 3), is_visible)
    assert found[0, 0].tolist() == pytest.approx([0.75, 0.25, 0])
    assert found[0, 1].tolist() == [0, 0, 0]


def test_a_later_event_tells_nothing_of_an_earlier_one() -> None:
    """With profiles of days before, another last event changes no other example."""
    network, batch = small_network(profile="earlier", platform_dropout=0.0).eval(), small_batch()
    states = torch.randn(4, 16)
    before = network.examples(batch, states, torch.Generator().manual_seed(0)).taste
    states[1:3] = torch.randn(2, 16)  # those of day 2
    after = network.examples(batch, states, torch.Generator().manual_seed(0)).taste
    torch.testing.assert_close(before, after)


def test_the_last_dimension_is_how_popular_an_item_is_of_late() -> None:
    network = small_network(popularity_half_life_days=1.0, smoothing=0.3)
    learning = network.train().item_states()[:, -1].exp()
    assert learning[:3].tolist() == pytest.approx([(0.5 + 0.1) / 1.3, (0.5 + 0.1) / 1.3, 0.1 / 1.3])
    asked = network.eval().item_states()[:, -1].exp()
    of_0, of_1 = 0.125 / (0.125 + 0.25), 0.25 / (0.125 + 0.25)
    assert asked[:3].tolist() == pytest.approx([(of_0 + 0.1) / 1.3, (of_1 + 0.1) / 1.3, 0.1 / 1.3])


def test_states_have_the_length_of_the_temperature() -> None:
    network = small_network(temperature=0.2).eval()
    people = network.person_states(small_batch(), network.item_states())
    assert people[:, :-1].norm(dim=1).tolist() == pytest.approx([5, 0, 5])
    assert people[:, -1].tolist() == [1, 0, 1]


def test_a_batch_without_examples_costs_nothing() -> None:
    network = small_network()
    alone = Sequences.of(small_history()).batch(np.array([1, 2]))  # one event at most: nothing else tells of it
    loss = network.loss(alone, torch.Generator().manual_seed(0))
    assert loss.item() == 0
    assert not loss.requires_grad


def test_losses_fall() -> None:
    losses = TwoTower(SETTINGS).fit(WORLD.history, WORLD.knowledge).losses
    assert losses[-1] < losses[0] - 0.2


def test_an_item_without_events_goes_to_those_of_its_taste() -> None:
    history, item = without_events_of(WORLD, "video")
    scores = TwoTower(SETTINGS).fit(history, WORLD.knowledge).score(np.arange(NOBODY), slice(item, item + 1))[:, 0]
    fits = WORLD.taste_of_person[:NOBODY] == WORLD.taste_of_item[item]
    assert np.mean(scores[fits][:, None] > scores[~fits]) > 0.9


def test_ones_own_platform_is_not_needed() -> None:
    """Hiding a platform's events in training teaches to do without them."""
    history = WORLD.history
    elsewhere = np.arange(60)
    assert not (history.item_platform[history.item[np.isin(history.person, elsewhere)]] == len(PLATFORMS) - 1).any()
    ranker = TwoTower(SETTINGS.model_copy(update={"platform_dropout": 1.0})).fit(history, WORLD.knowledge)
    best = ranker.score(elsewhere, history.items_of("video")).argmax(axis=1) + history.items_of("video").start
    assert np.mean(WORLD.taste_of_item[best] == WORLD.taste_of_person[elsewhere]) > 0.9
