"""People's last events side by side, for layers that want a rectangle."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from xdrec_assets.rankers.neural.sequences import Batch


@dataclass(frozen=True)
class LastEvents:
    """The last events of each person of a batch, oldest first, filled up on the right."""

    place: Tensor  # (n, longest) which event of the batch; any where it is only filled up
    is_event: Tensor  # (n, longest) bool

    @classmethod
    def of(cls, batch: Batch, length: int) -> LastEvents:
        """At most `length` events of each person.

        >>> batch = Batch(torch.arange(2), torch.tensor([0, 3, 4]), torch.arange(4), torch.zeros(4), torch.ones(4))
        >>> LastEvents.of(batch, 2).place.tolist(), LastEvents.of(batch, 2).is_event.tolist()
        ([[1, 2], [3, 3]], [[True, True], [True, False]])
        """
        counts = batch.lengths.clamp(max=length)
        longest = int(counts.max()) if len(counts) else 0
        step = torch.arange(longest, device=counts.device)
        place = (batch.offsets[1:] - counts)[:, None] + step
        return cls(place.clamp(max=max(0, len(batch.items) - 1)), step < counts[:, None])

    def of_events(self, *values: Tensor) -> tuple[Tensor, ...]:
        """Values of the batch's events, each (n_events, …), as (n, longest, …)."""
        return tuple(of[self.place] for of in values)

    @property
    def counts(self) -> Tensor:
        """How many events each person has here, shape (n,)."""
        return self.is_event.sum(dim=1)
