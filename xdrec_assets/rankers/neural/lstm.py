"""Rank by an LSTM over what a person took, in order, plus what a knowledge extractor finds in it.

Hidasi, Karatzoglou, Baltrunas, Tikk: Session-based Recommendations with Recurrent Neural Networks, ICLR 2016, with the
unit of Hochreiter, Schmidhuber: Long Short-Term Memory, Neural Computation 9(8), 1997. The extractor is dense layers
over the vectors of the items taken, pooled by attention (Li et al.: Neural Attentive Session-based Recommendation, CIKM
2017, equation 6); both are summed. Every event but a person's first is an example, told by those before it.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.neural.item_tower import ItemVectors, known_vectors
from xdrec_assets.rankers.neural.last_events import LastEvents
from xdrec_assets.rankers.neural.neural_ranker import NeuralRanker
from xdrec_assets.rankers.neural.sequences import Batch
from xdrec_assets.rankers.neural.settings import LSTMSettings
from xdrec_assets.rankers.neural.tower_network import Examples, TowerNetwork


class KnowledgeExtractor(torch.nn.Module):
    """What a person's items say together, at every step: the mean of dense(vectors), weighted by attention."""

    def __init__(self, n_vector: int, size: int) -> None:
        super().__init__()
        self.dense = torch.nn.Linear(n_vector, 2 * size)
        self.out = torch.nn.Linear(2 * size, size, bias=False)
        self.attention = torch.nn.Linear(size, 1, bias=False)
        torch.nn.init.zeros_(self.attention.weight)

    def forward(self, vectors: Tensor) -> Tensor:
        """Shape (n_items, d) of vectors (n_items, v)."""
        found: Tensor = self.out(functional.gelu(self.dense(vectors)))
        return found

    def pooled(self, found: Tensor, is_event: Tensor) -> Tensor:
        """What the steps up to each say together, (n, length, d), of what each says."""
        length = found.shape[1]
        until = torch.ones((length, length), dtype=torch.bool, device=found.device).tril()
        logits = self.attention(found)[:, None, :, 0].float().expand(-1, length, -1)
        weights = logits.masked_fill(~(until & is_event[:, None]), -1e9).softmax(dim=-1)
        pooled: Tensor = weights.to(found.dtype) @ found
        return pooled


class LSTMNetwork(TowerNetwork):
    """taste after a step = W · LSTM(items' states, days between) + extractor(items' vectors)."""

    settings: LSTMSettings

    def __init__(self, history: History, vectors: ItemVectors, settings: LSTMSettings) -> None:
        super().__init__(history, vectors, settings)
        self.drop = torch.nn.Dropout(settings.dropout)
        self.recurrent = torch.nn.LSTM(settings.size + 1, settings.size, batch_first=True)
        self.out = torch.nn.Linear(settings.size, settings.size, bias=False)
        self.extractor = KnowledgeExtractor(vectors.size, settings.size)

    def person_states(self, batch: Batch, items: Tensor) -> Tensor:
        last = LastEvents.of(batch, self.settings.length)
        found = items.new_zeros((len(batch.people), items.shape[1]))
        some = last.counts > 0
        if some.any():
            taste = self.tastes(batch, last, items[batch.items, :-1])
            steps = (last.counts - 1).clamp(min=0)
            taste = taste[torch.arange(len(steps), device=steps.device), steps]
            found[some] = self.asking(taste)[some].to(found.dtype)
        return found

    def examples(self, batch: Batch, states: Tensor, generator: torch.Generator) -> Examples:
        last = LastEvents.of(batch, self.settings.length)
        if not last.place.numel():
            return Examples(batch.row, states)
        taste, follows = self.tastes(batch, last, states)[:, :-1], last.is_event[:, 1:]
        return Examples(last.place[:, 1:][follows], taste[follows])

    def tastes(self, batch: Batch, last: LastEvents, states: Tensor) -> Tensor:
        """Everyone's taste after each of the last events, (n, length, d), of the events' states (n_events, d)."""
        items, place = torch.unique(batch.items, return_inverse=True)
        found = self.extractor(self.tower.vectors(items))[place][last.place]
        return self._recurred(batch, last, states) + self.extractor.pooled(found, last.is_event)

    def _recurred(self, batch: Batch, last: LastEvents, states: Tensor) -> Tensor:
        """What the recurrent network makes of the steps, (n, length, d); zeros of people without events."""
        age_days = batch.age_days[last.place]
        days = functional.pad((age_days[:, :-1] - age_days[:, 1:]).clamp(min=0), (1, 0))
        given = torch.cat([states[last.place], days.log1p()[..., None].to(states.dtype)], dim=-1)
        some = last.counts > 0
        packed = pack_padded_sequence(
            self.drop(given[some]), last.counts[some].cpu(), batch_first=True, enforce_sorted=False
        )
        unpacked, _ = pad_packed_sequence(self.recurrent(packed)[0], batch_first=True)
        recurred = unpacked.new_zeros((len(some), *unpacked.shape[1:]))
        recurred[some] = unpacked
        found: Tensor = self.out(recurred)
        return found


class LSTM(NeuralRanker[LSTMSettings]):
    """The product of a person's and an item's state."""

    name = "lstm"
    takes_stand_ins = False

    def network_of(self, history: History, knowledge: Knowledge) -> LSTMNetwork:
        return LSTMNetwork(history, known_vectors(knowledge, self.settings.vectors), self.settings)
