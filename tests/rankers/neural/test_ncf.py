"""Neural collaborative filtering: the network pair by pair, and the ranker's shorter way to the same scores."""

import numpy as np
import pytest
import torch

from tests.rankers.neural.tiny import TinyNetwork
from tests.rankers.planted import NOBODY, history_of, knowledge_of, planted_world
from xdrec_assets.rankers.neural import ncf
from xdrec_assets.rankers.neural.ncf import NCF, UNTAKEN, NCFNetwork
from xdrec_assets.rankers.neural.optimise import optimise
from xdrec_assets.rankers.neural.popularity_bias import leaving_out
from xdrec_assets.rankers.neural.sequences import Batch, Sequences
from xdrec_assets.rankers.neural.settings import NCFSettings
from xdrec_assets.rankers.neural.validation import HeldOut

SETTINGS = NCFSettings(
    size=8, factors=8, layers=(16, 8), epochs=12, events_per_batch=512, learning_rate=0.02, warmup_batches=0, dropout=0
)
WORLD = planted_world()
SMALL = history_of([(0, 0), (0, 1), (0, 4), (2, 3)], [3, 2], n_people=3)


def network_of(settings: NCFSettings = SETTINGS) -> NCFNetwork:
    return NCF(settings).fresh_network(SMALL, knowledge_of(np.eye(5), 3)).eval()  # type: ignore[return-value]


def batch_of(*people: int) -> Batch:
    return Sequences.of(SMALL).batch(np.array(people))


@pytest.mark.parametrize("layers", [(16,), (16, 8), (6, 5, 4)])
@pytest.mark.parametrize("factors", [0, 3])
def test_the_split_first_layer_is_the_whole_network(layers: tuple[int, ...], factors: int) -> None:
    """Equation 12 for every pair, with the embeddings concatenated, against the ranker's scores."""
    settings = SETTINGS.model_copy(update={"layers": layers, "factors": factors})
    network = network_of(settings)
    person, item = network.person_embedding.weight[0], network.item_embedding.weight
    concatenated = torch.cat([person[: settings.size].expand(5, -1), item[:, : settings.size]], dim=1)
    first = torch.cat([network.of_person.weight, network.of_item.weight], dim=1)
    hidden = torch.relu(concatenated @ first.T + network.of_person.bias)
    for layer in network.dense:
        hidden = torch.relu(hidden @ layer.weight.T + layer.bias)
    product = person[settings.size :] * item[:, settings.size :]
    expected = torch.cat([hidden, product], dim=1) @ network.last.weight[0] + network.item_states()[:, -1]
    scores = NCF(settings).keep(network, SMALL).score(np.array([0]), slice(0, 5))[0]
    expected[2] -= UNTAKEN  # which nobody took
    np.testing.assert_allclose(scores, expected.detach().numpy(), rtol=1e-5, atol=1e-5)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ranker = NCF(SETTINGS).keep(network_of(), SMALL)
    whole = ranker.score(np.array([0, 2]), slice(0, 5))
    for cells in (1, 40, 100):
        monkeypatch.setattr(ncf, "CELLS", cells)
        np.testing.assert_allclose(ranker.score(np.array([0, 2]), slice(0, 5)), whole, rtol=1e-5)


def test_a_slice_scores_like_all() -> None:
    ranker = NCF(SETTINGS).keep(network_of(), SMALL)
    all_items = ranker.score(np.array([2, 0]), slice(0, 5))
    np.testing.assert_allclose(ranker.score(np.array([2, 0]), slice(1, 4)), all_items[:, 1:4], rtol=1e-5)


def test_someone_without_events_has_zeros() -> None:
    ranker = NCF(SETTINGS).keep(network_of(), SMALL)
    assert not ranker.score(np.array([1]), slice(0, 5)).any()
    assert ranker.score(np.array([0]), slice(0, 5)).all()


def test_negatives_are_of_the_items_platform_and_not_the_persons_own() -> None:
    network = network_of(SETTINGS.model_copy(update={"negatives": 200}))
    batch = batch_of(0, 2)
    drawn, is_other = network.negatives(batch, torch.Generator().manual_seed(0))
    assert [sorted(set(row.tolist())) for row in drawn] == [[0, 1, 2], [0, 1, 2], [3, 4], [3, 4]]
    others = [set(row[keep].tolist()) for row, keep in zip(drawn, is_other, strict=True)]
    assert others == [{2}, {2}, {3}, {4}]


def test_negatives_are_drawn_evenly() -> None:
    network = network_of(SETTINGS.model_copy(update={"negatives": 3000}))
    drawn, _ = network.negatives(batch_of(0), torch.Generator().manual_seed(0))
    counts = torch.bincount(drawn[0], minlength=3)
    assert counts.tolist() == pytest.approx([1000] * 3, rel=0.15)


def test_the_loss_is_cross_entropy_by_hand() -> None:
    """Person 2 took item 3; the only other item of its platform is 4."""
    network, batch = network_of(), batch_of(2)
    people, items = network.states_of_people(torch.tensor([2])), network.item_states()
    liked, left = (network.logits(people, items[[item]]).sigmoid().item() for item in (3, 4))
    _, is_other = network.negatives(batch, torch.Generator().manual_seed(0))
    n = int(is_other.sum())
    expected = (-np.log(liked) - n * np.log(1 - left)) / (1 + n)
    assert network.loss(batch, torch.Generator().manual_seed(0)).item() == pytest.approx(expected, rel=1e-5)


def test_popularity_is_that_of_late_when_asked() -> None:
    settings = SETTINGS.model_copy(update={"popularity_half_life_days": 10.0})
    history = WORLD.history
    network = NCF(settings).fresh_network(history, WORLD.knowledge)
    learning, asked = (network.train(is_training).item_states()[:, -1] for is_training in (True, False))
    counts = np.bincount(history.item, minlength=history.n_items)
    fading = np.bincount(history.item, np.exp2(-history.age_days / 10), history.n_items)
    assert np.corrcoef(np.log(counts[:60]), learning[:60].detach())[0, 1] > 0.99
    assert np.corrcoef(np.log(fading[:60] + 0.1 * fading[:60].mean()), asked[:60].detach())[0, 1] > 0.99


def test_a_batch_without_events_costs_nothing() -> None:
    loss = network_of().loss(batch_of(1), torch.Generator().manual_seed(0))
    assert loss.item() == 0
    assert not loss.requires_grad


def test_losses_fall() -> None:
    losses = NCF(SETTINGS).fit(WORLD.history, WORLD.knowledge).losses
    assert losses[-1] < losses[0] - 0.05


def test_another_network_is_refused() -> None:
    with pytest.raises(TypeError, match="ncf keeps a network of its own, found TinyNetwork"):
        NCF(SETTINGS).keep(TinyNetwork(5), SMALL)


@pytest.mark.parametrize("cells", [1, 40, ncf.CELLS])
def test_validation_compares_the_scores_that_are_kept(cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    network = network_of()
    kept = NCF(SETTINGS).keep(network, SMALL).score(np.array([0, 1, 2]), slice(0, 2))
    monkeypatch.setattr(ncf, "CELLS", cells)
    with torch.inference_mode():
        items = network.item_states()
        people = network.person_states(batch_of(0, 1, 2), items)
        found = network.scores(people, items[:2]).numpy()
    np.testing.assert_allclose(found[[0, 2]], kept[[0, 2]], rtol=1e-5)
    assert not people[1].any()  # took nothing
    assert people.shape == (3, items.shape[1] - 1)


def test_few_pairs_are_compared_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    network, sizes = network_of(), []
    logits = network.logits
    monkeypatch.setattr(network, "logits", lambda p, i: sizes.append(p.shape[0] * i.shape[1]) or logits(p, i))
    monkeypatch.setattr(ncf, "CELLS", 40)
    network.scores(network.states_of_people(torch.arange(3)), network.item_states())
    assert max(sizes) * max(SETTINGS.layers) <= 40
    assert sum(sizes) == 3 * 5


def test_training_ends_where_validation_stalls() -> None:
    """With so large a step it has learned who took what within a few passes, and gets worse at what comes next."""
    settings = SETTINGS.model_copy(update={"epochs": 60, "patience": 2, "learning_rate": 0.05})
    network = NCF(settings).fresh_network(WORLD.history, WORLD.knowledge)
    course = optimise(network, Sequences.of(WORLD.history), settings)
    assert len(course.validation) == len(course.losses) < 60
    assert len(course.losses) == course.best + 3
    held_out = HeldOut.of(Sequences.of(WORLD.history), settings.validation_people, settings.seed)
    with leaving_out(network, *held_out.events()):
        assert held_out.ndcg(network, "cpu") == course.validation[course.best] == max(course.validation)


def test_nobody_is_unknown_after_training_too() -> None:
    ranker = NCF(SETTINGS.model_copy(update={"epochs": 1})).fit(WORLD.history, WORLD.knowledge)
    assert not ranker.score(np.array([NOBODY]), slice(0, 60)).any()
