"""The LSTM with a knowledge extractor on tiny batches, and on the planted world."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.rankers.neural.planted_cold_item import without_events_of
from tests.rankers.planted import NOBODY, history_of, knowledge_of, planted_world
from xdrec_assets.joined.history import History
from xdrec_assets.rankers.neural.last_events import LastEvents
from xdrec_assets.rankers.neural.lstm import LSTM, KnowledgeExtractor, LSTMNetwork
from xdrec_assets.rankers.neural.sequences import Batch, Sequences
from xdrec_assets.rankers.neural.settings import LSTMSettings

SETTINGS = LSTMSettings(
    size=16, epochs=6, events_per_batch=1024, negatives=0, learning_rate=0.02, warmup_batches=0, validation_people=0
)
WORLD = planted_world()


def small_history() -> History:
    """Person 0 takes items 2, 0, 3, 1 in this order, person 1 nothing, person 2 item 4."""
    history = history_of([(0, 0), (0, 1), (0, 2), (0, 3), (2, 4)], [3, 2], n_people=3)
    return replace(history, age_days=np.array([7, 1, 9, 2, 0], dtype=np.float32))


def small_network(**settings: object) -> LSTMNetwork:
    torch.manual_seed(0)
    ranker = LSTM(SETTINGS.model_copy(update=settings))
    return ranker.network_of(small_history(), knowledge_of(np.eye(5), 3)).eval()


def small_batch(people: tuple[int, ...] = (0, 1, 2)) -> Batch:
    return Sequences.of(small_history()).batch(np.array(people))


def test_every_event_but_the_first_is_to_be_found() -> None:
    examples = small_network().examples(small_batch(), torch.randn(5, 16), torch.Generator())
    assert small_batch().items[examples.event].tolist() == [0, 3, 1]
    assert examples.taste.shape == (3, 16)


def test_only_the_last_events_are_read() -> None:
    network = small_network(length=2)
    examples = network.examples(small_batch(), torch.randn(5, 16), torch.Generator())
    assert small_batch().items[examples.event].tolist() == [1]


def test_what_comes_later_changes_no_earlier_taste() -> None:
    network, batch, states = small_network(), small_batch(), torch.randn(5, 16)
    last = LastEvents.of(batch, 10)
    before = network.tastes(batch, last, states)
    changed = replace(batch, items=torch.tensor([2, 0, 3, 4, 4]), age_days=torch.tensor([9.0, 7, 2, 0, 0]))
    after = network.tastes(changed, last, torch.cat([states[:3], torch.randn(2, 16)]))
    torch.testing.assert_close(before[0, :3], after[0, :3])
    assert not torch.allclose(before[0, 3], after[0, 3])


def test_the_order_and_the_days_between_are_read() -> None:
    network = small_network()
    items = network.item_states()
    state = network.person_states(small_batch(), items)[0]
    batch = small_batch()
    order = torch.tensor([1, 0, 2, 3, 4])
    swapped = replace(batch, items=batch.items[order])
    longer = replace(batch, age_days=batch.age_days + torch.tensor([300, 200, 100, 0, 0]))
    assert not torch.allclose(network.person_states(swapped, items)[0], state)
    assert not torch.allclose(network.person_states(longer, items)[0], state)


def test_a_persons_state_is_that_of_the_person_alone() -> None:
    network = small_network()
    items = network.item_states()
    together = network.person_states(small_batch((2, 1, 0)), items)
    alone = torch.cat([network.person_states(small_batch((person,)), items) for person in (2, 1, 0)])
    torch.testing.assert_close(together, alone)
    assert not together[1].any()


def test_the_extractor_takes_the_mean_until_attention_is_learned() -> None:
    extractor = KnowledgeExtractor(5, 2)
    found = torch.tensor([[[4.0, 0], [2, 2], [9, 9]]])
    pooled = extractor.pooled(found, torch.tensor([[True, True, False]]))
    assert pooled[0, :2].tolist() == [[4, 0], [3, 1]]


def test_attention_weighs_by_what_an_item_says() -> None:
    extractor = KnowledgeExtractor(5, 2)
    with torch.no_grad():
        extractor.attention.weight.copy_(torch.tensor([[np.log(3.0), 0.0]]))
    pooled = extractor.pooled(torch.tensor([[[1.0, 0], [0, 1]]]), torch.tensor([[True, True]]))
    assert pooled[0, 1].tolist() == pytest.approx([0.75, 0.25])


def test_both_are_summed() -> None:
    network, batch, states = small_network(), small_batch(), torch.randn(5, 16)
    last = LastEvents.of(batch, 10)
    both = network.tastes(batch, last, states)
    with torch.no_grad():
        network.extractor.out.weight.zero_()
    recurrent = network.tastes(batch, last, states)
    told = small_network().extractor(network.tower.vectors(batch.items))
    torch.testing.assert_close((both - recurrent)[0, 0], told[0])


def test_a_batch_without_examples_costs_nothing() -> None:
    for people in ((1,), (1, 2)):
        loss = small_network().train().loss(small_batch(people), torch.Generator().manual_seed(0))
        assert loss.item() == 0
        assert not loss.requires_grad


def test_losses_fall() -> None:
    losses = LSTM(SETTINGS).fit(WORLD.history, WORLD.knowledge).losses
    assert losses[-1] < losses[0] - 0.2


def test_an_item_without_events_goes_to_those_of_its_taste() -> None:
    history, item = without_events_of(WORLD, "video")
    scores = LSTM(SETTINGS).fit(history, WORLD.knowledge).score(np.arange(NOBODY), slice(item, item + 1))[:, 0]
    fits = WORLD.taste_of_person[:NOBODY] == WORLD.taste_of_item[item]
    assert np.mean(scores[fits][:, None] > scores[~fits]) > 0.9
