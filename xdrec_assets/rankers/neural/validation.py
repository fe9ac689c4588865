"""How well a network finds the last events of some people that it does not learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from xdrec_assets.rankers.neural.network import Network
from xdrec_assets.rankers.neural.sequences import Batch, Sequences

K = 10
FEWEST = 10  # people who can tell one pass from another at all
AT_LEAST = 2  # events that someone has who is held out: one to be told by, one to find
CELLS = 4_000_000  # scores held at once


@dataclass(frozen=True)
class HeldOut:
    """People whose last events are not learned from; nobody where too few could be."""

    sequences: Sequences  # without those events
    people: NDArray[np.int64]  # (n,)
    item: NDArray[np.int64]  # (n,) each one's last

    @classmethod
    def of(cls, sequences: Sequences, n: int, seed: int) -> HeldOut:
        """At most `n` people and at most a tenth of those who have events enough, drawn evenly."""
        able = np.flatnonzero(sequences.n_events >= AT_LEAST)
        n = min(n, len(able) // 10)
        drawn = np.sort(np.random.default_rng(seed).permutation(able)[: n if n >= FEWEST else 0])
        return cls(sequences.holding_out(drawn), drawn, sequences.last(drawn).astype(np.int64))

    def ndcg(self, network: Network, device: str) -> float:
        """The mean NDCG@10 of the events held out, each among all items of its platform that its person lacks."""
        platform = self.sequences.history.item_platform
        was_training = network.training
        network.eval()
        gains = np.zeros(len(self.people))
        with torch.inference_mode():
            states = network.item_states()
            for index in np.unique(platform[self.item]):
                first, stop = np.searchsorted(platform, [index, index + 1])
                asked = np.flatnonzero(platform[self.item] == index)
                for some in np.array_split(asked, -(-len(asked) * (stop - first) // CELLS)):
                    batch = self.sequences.batch(self.people[some], device)
                    scores = network.scores(network.person_states(batch, states), states[first:stop])
                    gains[some] = _gains(scores.float(), batch, self.item[some], int(first))
        network.train(was_training)
        return float(gains.mean()) if len(gains) else float("nan")


def _gains(scores: torch.Tensor, batch: Batch, item: NDArray[np.int64], first: int) -> NDArray[np.float64]:
    """1 / log2(rank + 1) where the rank is at most K, else 0; of equal scores half stand before, shape (n,)."""
    column = torch.as_tensor(item - first, device=scores.device)[:, None]
    wanted = scores.gather(1, column)
    here = (batch.items >= first) & (batch.items < first + scores.shape[1])
    scores[batch.row[here], batch.items[here] - first] = -torch.inf
    above, alike = (scores > wanted).sum(dim=1), (scores == wanted).sum(dim=1)
    rank = 1 + above.double() + (alike.double() - 1).clamp(min=0) / 2
    return torch.where(rank <= K, 1 / torch.log2(rank + 1), 0).cpu().numpy()
