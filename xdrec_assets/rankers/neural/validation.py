"""How well a network finds the last items of some people, whose last days it does not learn from.

A whole day is held out, for people take things together: told by the other half of a day, a network that has learned
who is who by heart looks better and better while it gets worse at telling what comes next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from xdrec_assets.rankers.neural.network import Network
from xdrec_assets.rankers.neural.sequences import Batch, Sequences

K = 10
FEWEST = 10  # people who can tell one pass from another at all
CELLS = 4_000_000  # scores held at once


@dataclass(frozen=True)
class HeldOut:
    """People whose last days are not learned from; nobody where too few could be."""

    everything: Sequences  # with those days
    sequences: Sequences  # without
    people: NDArray[np.int64]  # (n,)
    item: NDArray[np.int64]  # (n,) each one's last

    @classmethod
    def of(cls, sequences: Sequences, n: int, seed: int) -> HeldOut:
        """At most `n` people and at most a tenth of those who have events before their last day, drawn evenly."""
        active = np.flatnonzero(sequences.n_events)
        able = active[sequences.n_events[active] > sequences.on_last_day(active)]
        n = min(n, len(able) // 10)
        drawn = np.sort(np.random.default_rng(seed).permutation(able)[: n if n >= FEWEST else 0])
        return cls(sequences, sequences.holding_out(drawn), drawn, sequences.last(drawn).astype(np.int64))

    def events(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Items and ages in days of all that is held out, (n_events,) each."""
        return self.sequences.held_out(self.people)

    def ndcg(self, network: Network, device: str) -> float:
        """The mean NDCG@10 of the last items, each among all items of its platform that its person never took."""
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
                    taken = self.everything.batch(self.people[some], device)
                    gains[some] = _gains(scores.float(), taken, self.item[some], int(first))
        network.train(was_training)
        return float(gains.mean()) if len(gains) else float("nan")


def _gains(scores: torch.Tensor, taken: Batch, item: NDArray[np.int64], first: int) -> NDArray[np.float64]:
    """1 / log2(rank + 1) where the rank is at most K, else 0; of equal scores half stand before, shape (n,)."""
    column = torch.as_tensor(item - first, device=scores.device)[:, None]
    wanted = scores.gather(1, column)
    here = (taken.items >= first) & (taken.items < first + scores.shape[1])
    scores[taken.row[here], taken.items[here] - first] = -torch.inf  # what is to be found, too
    above, alike = (scores > wanted).sum(dim=1), (scores == wanted).sum(dim=1)
    rank = 1 + above.double() + alike.double() / 2
    return torch.where((rank <= K) & wanted[:, 0].isfinite(), 1 / torch.log2(rank + 1), 0).cpu().numpy()
