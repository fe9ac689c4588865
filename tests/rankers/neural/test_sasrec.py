"""Self-attention over what people took."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from tests.rankers.planted import NOBODY, TARGET, history_of, knowledge_of, planted_world
from xdrec_assets.rankers.neural import attention, linear_softmax, sasrec
from xdrec_assets.rankers.neural.packing import ROWS, pack
from xdrec_assets.rankers.neural.sasrec import SASRec, SASRecNetwork
from xdrec_assets.rankers.neural.sequences import Batch, Sequences
from xdrec_assets.rankers.neural.settings import SASRecSettings

SMALL = SASRecSettings(size=16, blocks=2, heads=2, length=7, dropout=0.0, vector_dropout=0.0)
WORLD = planted_world()


@pytest.fixture(autouse=True)
def _in_single_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (linear_softmax, sasrec):
        monkeypatch.setattr(module, "multiplies_half", lambda device: False)


def network_of(settings: SASRecSettings = SMALL) -> SASRecNetwork:
    network = SASRec(settings).fresh_network(WORLD.history, WORLD.knowledge)
    with torch.no_grad():
        for weights in network.parameters():  # far from the small first weights, so that every part tells
            weights += 0.3 * torch.randn(weights.shape, generator=torch.Generator().manual_seed(weights.numel()))
    return network.eval()


def batch_of(*sequences: list[int]) -> Batch:
    items = torch.tensor([item for sequence in sequences for item in sequence], dtype=torch.int64)
    offsets = torch.tensor([0, *np.cumsum([len(sequence) for sequence in sequences])])
    return Batch(torch.arange(len(sequences)), offsets, items, torch.zeros(len(items)), torch.ones(len(items)))


class TestPacking:
    def test_every_event_is_found_again_in_its_group(self) -> None:
        rng = np.random.default_rng(0)
        sequences = [rng.integers(0, 100, size=n).tolist() for n in (0, 3, 1, 9, 4, 2, 7, 30)]
        packed = pack(batch_of(*sequences), 7)
        rows = torch.cat([group.place for group in packed.groups])
        assert torch.equal(rows[packed.back[: packed.n_events]], torch.arange(packed.n_events))
        assert packed.n_events == sum(min(7, len(sequence)) for sequence in sequences)
        assert {len(group.place) % group.length for group in packed.groups} == {0}
        assert len(packed.event) % ROWS == 0
        assert packed.person.tolist() == [1, 2, 3, 4, 5, 6, 7]

    def test_without_the_last_each_events_target_is_the_next(self) -> None:
        packed = pack(batch_of([5], [1, 2, 3, 4], []), 2, with_last=False)
        assert packed.event[: packed.n_events].tolist() == [2, 3]
        assert packed.person.tolist() == [1]

    def test_nobody_with_events_packs_nothing(self) -> None:
        packed = pack(batch_of([], []), 3)
        assert (packed.n_events, packed.groups, len(packed.person)) == (0, (), 0)


class TestAttention:
    def test_packed_is_what_padded_people_get_one_by_one(self) -> None:
        network, rng = network_of(), np.random.default_rng(1)
        sequences = [rng.integers(0, 180, size=n).tolist() for n in (0, 1, 2, 5, 7, 12, 3, 4, 6)]
        states = network.person_states(batch_of(*sequences), network.item_states())
        for state, sequence in zip(states, sequences, strict=True):
            torch.testing.assert_close(state, written_out(network, sequence[-SMALL.length :]), rtol=1e-4, atol=1e-4)

    def test_later_events_change_nothing_before_them(self) -> None:
        network = network_of()
        table = network.table()

        def hidden(sequence: list[int]) -> Tensor:
            batch = batch_of([9, 8], sequence)
            return network.hidden(batch, pack(batch, SMALL.length), table)[2 : 2 + len(sequence)]

        before, altered, cut = hidden([1, 2, 3, 4, 5]), hidden([1, 2, 3, 70, 80]), hidden([1, 2, 3])
        torch.testing.assert_close(before[:3], altered[:3])
        torch.testing.assert_close(before[:3], cut)
        assert not torch.allclose(before[3:], altered[3:])
        assert not torch.allclose(hidden([2, 1, 3])[2], before[2])  # the order counts

    def test_only_the_last_events_are_read(self) -> None:
        network = network_of()
        items = network.item_states()
        long, short = list(range(20)), list(range(13, 20))
        assert torch.equal(*(network.person_states(batch_of(each), items) for each in (long, short)))

    def test_attention_to_one_event_is_its_value(self) -> None:
        value = torch.tensor([[[[1.0, 2.0]]]])
        assert torch.equal(attention.attend(value, value, value), value)

    def test_dropout_leaves_the_mean_and_its_share(self) -> None:
        dropped = attention.drop(torch.ones(1000, 33), 0.25)
        assert (dropped == 0).float().mean().item() == pytest.approx(0.25, abs=0.01)
        assert dropped.mean().item() == pytest.approx(1, abs=0.01)
        assert dropped.max().item() == pytest.approx(4 / 3)
        same = torch.ones(3)
        assert attention.drop(same, 0.0) is same


class TestLoss:
    def test_each_event_is_found_among_the_items_of_its_platform(self) -> None:
        network, sequence = network_of(), [1, 65, 2, 130]
        loss = network.loss(batch_of(sequence), torch.Generator())
        table, states = network.table(), [written_out(network, sequence[:n]) for n in (1, 2, 3)]
        expected = [
            functional.cross_entropy(table[first : first + 60] @ state, torch.tensor(item - first))
            for state, item, first in zip(states, sequence[1:], (60, 0, 120), strict=True)
        ]
        assert loss.item() == pytest.approx(torch.stack(expected).mean().item(), rel=1e-4)

    def test_a_stronger_event_counts_more(self) -> None:
        network, batch = network_of(), batch_of([1, 2, 3])
        first, both = batch_of([1, 2]), replace(batch, strength=torch.tensor([1.0, 1.0, 0.5]))
        second = 2 * network.loss(batch, torch.Generator()) - network.loss(first, torch.Generator())
        expected = (network.loss(first, torch.Generator()) + 0.5 * second) / 1.5
        assert network.loss(both, torch.Generator()).item() == pytest.approx(expected.item(), rel=1e-4)

    @pytest.mark.parametrize("negatives", [0, 5])
    def test_one_event_or_none_teaches_nothing(self, negatives: int) -> None:
        network = network_of(SMALL.model_copy(update={"negatives": negatives}))
        loss = network.loss(batch_of([3], []), torch.Generator())
        assert loss.item() == 0
        assert not loss.requires_grad

    def test_a_sample_costs_about_what_the_whole_catalogue_does(self) -> None:
        batch = Sequences.of(WORLD.history).batch(np.arange(100))
        full = network_of().loss(batch, torch.Generator()).item()
        sampled = network_of(SMALL.model_copy(update={"negatives": 40}))
        found = [sampled.loss(batch, torch.Generator().manual_seed(seed)).item() for seed in range(20)]
        assert np.mean(found) == pytest.approx(full, rel=0.1)
        assert len(set(found)) == 20


class TestTheTable:
    def test_each_part_can_be_left_out(self) -> None:
        ids, text = (
            network_of(SMALL.model_copy(update=update)).table() for update in ({"vectors": "none"}, {"has_ids": False})
        )
        network = network_of(SMALL.model_copy(update={"has_ids": False}))
        assert not network.table.embedding.requires_grad
        assert ids.shape == text.shape == (180, SMALL.size)

    def test_an_item_that_nobody_took_is_told_by_its_vector_alone(self) -> None:
        history = history_of([(0, 0), (0, 1)], [3], n_people=1)
        knowledge = knowledge_of(np.eye(3), n_people=1)
        network = SASRec(SMALL).fresh_network(history, knowledge)
        torch.testing.assert_close(network.table()[2], network.table.adapter.weight[:, 2])
        assert network.has_content().tolist() == [True] * 3

    def test_events_on_another_platform_say_so(self) -> None:
        network, same = network_of(), network_of(SMALL.model_copy(update={"has_platforms": False}))
        batch, items = batch_of([1, 65]), network.item_states()
        assert not torch.allclose(network.person_states(batch, items), same.person_states(batch, items))

    def test_popularity_of_late_stands_in_where_it_is_told(self) -> None:
        settings = SMALL.model_copy(update={"popularity_half_life_days": 10.0})
        told, learned = network_of(settings), network_of()
        batch = batch_of([1, 65], [])
        people, items = told.person_states(batch, told.item_states()), told.item_states()
        plain = learned.person_states(batch, learned.item_states()) @ learned.item_states().T
        torch.testing.assert_close((people @ items.T)[0], plain[0] + told.popularity.of_late)
        assert not people[1].any()
        assert not torch.equal(told.popularity.on_the_whole, told.popularity.of_late)


class TestTheRanker:
    def test_someone_without_events_has_zeros(self) -> None:
        ranker = SASRec(SMALL)
        ranker.keep(ranker.fresh_network(WORLD.history, WORLD.knowledge), WORLD.history)
        assert not ranker.score(np.array([NOBODY]), WORLD.history.items_of(TARGET)).any()

    def test_it_learns_what_follows_what(self) -> None:
        pairs = [(person, (person + step) % 8) for person in range(80) for step in range(5)]
        history = history_of(pairs, [8], n_people=80)
        age_days = np.array([-((item - person) % 8) for person, item in zip(history.person, history.item, strict=True)])
        history = replace(history, age_days=(age_days + 8).astype(np.float32))
        ranker = SASRec(
            SMALL.model_copy(
                update={"epochs": 20, "learning_rate": 1e-2, "events_per_batch": 64, "validation_people": 0}
            )
        ).fit(history, knowledge_of(np.eye(8), n_people=80))
        best = ranker.score(np.arange(8), slice(0, 8)).argmax(axis=1)
        assert best.tolist() == [(person + 5) % 8 for person in range(8)]

    def test_settings_that_do_not_fit_are_refused(self) -> None:
        with pytest.raises(ValueError, match="size 16 cannot be divided among 3 heads"):
            SASRecSettings(size=16, heads=3)
        with pytest.raises(ValueError, match="neither embeddings nor vectors"):
            SASRecSettings(has_ids=False, vectors="none")


def written_out(network: SASRecNetwork, sequence: list[int]) -> Tensor:
    """The state after a sequence by plain formulas, without packing; padded on the left by what is never seen."""
    if not sequence:
        return torch.zeros(SMALL.size)
    items, padding = torch.tensor(sequence), SMALL.length - len(sequence)
    x = network.table()[items] * math.sqrt(SMALL.size) + network.positions[: len(items)]
    x = torch.cat([torch.full((padding, SMALL.size), 7.0), x + network.platforms[network.platform[items]]])
    for block in network.blocks:
        query, key, value = block.into(block.before_attention(x)).chunk(3, dim=1)
        heads = []
        for head in range(SMALL.heads):
            part = slice(head * 8, head * 8 + 8)
            scores = query[:, part] @ key[:, part].T / math.sqrt(8)
            seen = torch.ones_like(scores).tril().bool()
            seen[:, :padding] = False
            heads.append(scores.masked_fill(~seen, -1e9).softmax(dim=1) @ value[:, part])
        x = x + block.out(torch.cat(heads, dim=1))
        x = x + block.narrow(functional.gelu(block.wide(block.before_dense(x))))
    found: Tensor = network.last(x)[-1]
    return found
