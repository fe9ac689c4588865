"""Examples that any network can be taught by through its states alone: what someone took next on a platform.

A network's own loss may look inside it; what stands around a network sees its states, and learns from these.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from xdrec_assets.rankers.neural.sequences import Batch
from xdrec_assets.rankers.transfer.parts import places, with_events, with_people


@dataclass(frozen=True)
class NextItems:
    """One item each of some people, and what they had done before they took it."""

    before: Batch  # of n people, each with one event at least
    item: Tensor  # (n,) int64, the item taken then
    drawn: Tensor  # (m,) int64, items of the platform
    is_own: Tensor  # (n, m) bool, whether a drawn item is one of the person's at any time


def next_items(batch: Batch, items: slice, n_drawn: int, generator: torch.Generator) -> NextItems:
    """For everyone who took an item of a platform after something else, one such event drawn evenly.

    Args:
        batch: some people's events.
        items: the platform's.
        n_drawn: items of the platform to hold against those taken; all where it has fewer.
        generator: of the draws.
    """
    place = places(batch)
    able = (batch.items >= items.start) & (batch.items < items.stop) & (place > 0)
    lot = torch.rand(len(able), generator=generator, device=generator.device).to(place.device)
    lot = torch.where(able, lot, torch.full_like(lot, -1))
    highest = torch.full_like(batch.people, -1, dtype=lot.dtype).scatter_reduce_(0, batch.row, lot, "amax")
    event = torch.nonzero(able & (lot == highest[batch.row]))[:, 0]
    event = event[batch.row[event].diff(prepend=event.new_full((1,), -1)) > 0]  # the first, should lots be equal
    stop = torch.zeros_like(batch.people).index_copy_(0, batch.row[event], place[event])
    before = with_people(with_events(batch, place < stop[batch.row]), stop > 0)
    drawn = items.start + drawn_of(items.stop - items.start, n_drawn, generator).to(place.device)
    return NextItems(before, batch.items[event], drawn, _is_own(with_people(batch, stop > 0), drawn))


def drawn_of(n_items: int, n: int, generator: torch.Generator) -> Tensor:
    """At most n of the numbers below n_items, each once, shape (min(n, n_items),)."""
    return torch.randperm(n_items, generator=generator, device=generator.device)[:n]


def contrast(of_taken: Tensor, of_drawn: Tensor, is_own: Tensor) -> Tensor:
    """The mean of -log of an item's share of the softmax among itself and the items drawn; zero where there is none.

    of_taken: (n,) scores. of_drawn: (n, m) scores. is_own: (n, m), left out.
    """
    if not len(of_taken):
        return of_taken.sum()
    others = of_drawn.masked_fill(is_own, -torch.inf)
    logits = torch.cat([of_taken[:, None], others], dim=1)
    return functional.cross_entropy(logits, torch.zeros(len(logits), dtype=torch.int64, device=logits.device))


def _is_own(batch: Batch, drawn: Tensor) -> Tensor:
    """Whether drawn items are among someone's, (n, m)."""
    order = torch.argsort(drawn)
    found = torch.searchsorted(drawn[order], batch.items).clamp(max=max(0, len(drawn) - 1))
    is_own = torch.zeros((len(batch.people), len(drawn)), dtype=torch.bool, device=drawn.device)
    if len(drawn):
        column = order[found]
        is_there = drawn[column] == batch.items
        is_own[batch.row[is_there], column[is_there]] = True
    return is_own
