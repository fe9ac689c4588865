"""The last events of a batch's people without gaps between them, and in groups of like lengths for attention.

Most people have few events: a rectangle as wide as the longest history would be nearly empty. Dense layers go over all
events in one block of rows, attention over groups whose members are filled up on the right to the next power of two.
Numbers of rows are rounded up too, as a matrix library prepares itself for every new shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from xdrec_assets.rankers.neural.sequences import Batch

ROWS = 128  # numbers of rows are multiples of this
SHORTEST = 4  # no group is narrower


@dataclass(frozen=True)
class Group:
    """People of like numbers of events, side by side."""

    place: Tensor  # (n * length,) which packed event stands where; any where it is only filled up
    length: int


@dataclass(frozen=True)
class Packed:
    """Events of a batch, oldest first, person after person; behind them rows that only fill up."""

    n_events: int
    event: Tensor  # (n_rows,) which event of the batch
    position: Tensor  # (n_rows,) 0 for a person's first here
    person: Tensor  # (p,) who has any: person of the batch
    last: Tensor  # (p,) which row is this person's last
    groups: tuple[Group, ...]
    back: Tensor  # (n_rows,) which row of all groups, one below the other, is of each packed event


def pack(batch: Batch, length: int, *, with_last: bool = True) -> Packed:
    """At most `length` events of each person, the last ones; `with_last` false leaves out the very last of everyone.

    >>> batch = Batch(torch.arange(2), torch.tensor([0, 3, 4]), torch.arange(4), torch.zeros(4), torch.ones(4))
    >>> packed = pack(batch, 2)
    >>> packed.event[:3].tolist(), packed.position[:3].tolist(), packed.last.tolist()
    ([1, 2, 3], [0, 1, 0], [1, 2])
    """
    ends = batch.offsets[1:] - int(not with_last)
    counts = (ends - batch.offsets[:-1]).clamp(min=0, max=length)
    person = torch.nonzero(counts)[:, 0]
    counts = counts[person]
    starts = counts.cumsum(0) - counts
    row = torch.repeat_interleave(torch.arange(len(person), device=counts.device), counts)
    position = torch.arange(len(row), device=counts.device) - starts[row]
    event = (ends[person] - counts)[row] + position
    groups, back = _groups(starts, counts, length, len(row))
    last = starts + counts - 1
    return Packed(len(row), _filled(event), _filled(position), person, last, groups, _filled(back))


def _groups(starts: Tensor, counts: Tensor, length: int, n_events: int) -> tuple[tuple[Group, ...], Tensor]:
    """The groups, and which row of them each packed event is; starts, counts: (p,) of people's packed events."""
    groups: list[Group] = []
    back, above = torch.zeros(n_events, dtype=torch.int64, device=starts.device), 0
    for shorter, width in _widths(length):
        (who,) = torch.nonzero((counts > shorter) & (counts <= width), as_tuple=True)
        if len(who):
            step = torch.arange(width, device=starts.device)
            is_event = step < counts[who, None]
            place = starts[who, None] + torch.minimum(step, counts[who, None] - 1)
            back[place[is_event]] = above + torch.nonzero(is_event.ravel())[:, 0]
            groups.append(Group(_filled(place.ravel(), width * max(1, ROWS // width)), width))
            above += len(groups[-1].place)
    return tuple(groups), back


def _widths(length: int) -> list[tuple[int, int]]:
    """Powers of two up to `length`, each with the one before; the last is `length` itself."""
    widths = [0]
    while widths[-1] < length:
        widths.append(min(length, max(SHORTEST, 2 * widths[-1])))
    return [*pairwise(widths)]


def _filled(values: Tensor, multiple: int = ROWS) -> Tensor:
    """With zeros behind, up to a multiple of so many."""
    return torch.nn.functional.pad(values, (0, -len(values) % multiple))
