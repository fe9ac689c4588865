"""What a ranker keeps of its network."""

from pathlib import Path

import numpy as np
import torch

from tests.rankers.neural.tiny import Tiny, TinyNetwork
from tests.rankers.planted import NOBODY, history_of, knowledge_of, planted_world
from xdrec_assets.rankers.neural.settings import TrainingSettings

SETTINGS = TrainingSettings(epochs=2, events_per_batch=400)
WORLD = planted_world()


def test_scores_are_the_products_of_the_networks_states() -> None:
    ranker = Tiny(SETTINGS)
    network = ranker.fresh_network(WORLD.history, WORLD.knowledge)
    ranker.keep(network, WORLD.history)
    items = network.vectors.detach().numpy()
    mine = items[WORLD.history.item[WORLD.history.person == 100]]
    expected = mine.mean(axis=0) @ items.T
    found = ranker.score(np.array([100]), slice(0, WORLD.history.n_items))[0]
    known = np.isin(np.arange(WORLD.history.n_items), WORLD.history.item)
    np.testing.assert_allclose(found[known], expected[known], rtol=1e-4, atol=1e-5)


def test_someone_without_events_has_zeros() -> None:
    ranker = Tiny(SETTINGS).fit(WORLD.history, WORLD.knowledge)
    assert not ranker.score(np.array([NOBODY]), slice(0, WORLD.history.n_items)).any()


def test_items_of_which_nothing_is_known_come_last() -> None:
    history = history_of([(0, 0), (0, 2), (1, 1)], [5], n_people=3)
    network = TinyNetwork(5)
    ranker = Tiny(SETTINGS).keep(network, history)
    scores = ranker.score(np.array([0, 1]), slice(0, 5))
    assert (scores[:, 3:].max(axis=1) < scores[:, :3].min(axis=1)).all()
    assert not ranker.score(np.array([2]), slice(0, 5)).any()
    network.content = torch.tensor([False, False, False, True, False])
    scores = Tiny(SETTINGS).keep(network, history).score(np.array([0, 1]), slice(0, 5))
    states = network.vectors.detach().numpy()
    np.testing.assert_allclose(scores[1, :4], states[1] @ states[:4].T, rtol=1e-4, atol=1e-5)
    assert (scores[:, 4] < scores[:, :4].min(axis=1)).all()


def test_losses_of_several_trainings_follow_each_other() -> None:
    ranker = Tiny(SETTINGS)
    network = ranker.fresh_network(WORLD.history, WORLD.knowledge)
    ranker.learn(network, WORLD.history)
    ranker.learn(network, WORLD.history, SETTINGS.model_copy(update={"epochs": 1}))
    assert len(ranker.losses) == 3


def test_first_weights_follow_from_the_seed_alone() -> None:
    history, knowledge = history_of([(0, 0)], [3], n_people=1), knowledge_of(np.eye(3), 1)
    torch.manual_seed(1)
    one = Tiny(SETTINGS).fresh_network(history, knowledge).item_states()
    torch.manual_seed(2)
    other = Tiny(SETTINGS).fresh_network(history, knowledge).item_states()
    assert torch.equal(one, other)
    reseeded = Tiny(SETTINGS.model_copy(update={"seed": 1})).fresh_network(history, knowledge).item_states()
    assert not torch.equal(one, reseeded)


def test_what_was_learned_is_kept_where_asked(tmp_path: Path) -> None:
    ranker = Tiny(SETTINGS)
    ranker.unfinished = tmp_path
    ranker.fit(WORLD.history, WORLD.knowledge)
    assert len([*tmp_path.iterdir()]) == 1
