"""A network on graphics cards: a copy on each, rows packed, the next batch on its way while one is computed."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from resources.encoding.batching import batches, packed_batches
from resources.encoding.careful import Careful
from resources.encoding.loading import arithmetic
from resources.encoding.running import Found, Run
from resources.encoding.spreading import spread

TOKENS_PER_BATCH = 65_536

Wait = Callable[[], np.ndarray]
"""Waits for a batch's vectors and hands them out."""
Begin = Callable[[list[np.ndarray]], Wait]


@dataclass
class Cards:
    """Runs a network on every card of the machine; the batches, alike in tokens, go to whichever is free."""

    networks: dict[str, Any]
    """By the card's name."""
    run: Run
    precision: str
    longest: int
    not_packed: str = ""
    """Why rows are padded; empty where they are packed."""
    tokens_per_batch: int = TOKENS_PER_BATCH

    @property
    def how(self) -> str:
        """What runs, for people: as in "bf16, packed, 2 cards"."""
        rows = f"padded ({self.not_packed})" if self.not_packed else "packed"
        return f"{self.precision}, {rows}, {len(self.networks)} card{'s' * (len(self.networks) > 1)}"

    def found(self, rows: np.ndarray, careful: Careful) -> Iterator[Found]:
        """Vectors batch by batch, in the order in which the cards finish."""
        lengths, n_tokens = careful.lengths[rows], careful.tokens_per_batch
        cut = batches(lengths, n_tokens, self.longest) if self.not_packed else packed_batches(lengths, n_tokens)
        workers = [partial(self._work, careful, name) for name in self.networks]
        yield from spread((rows[batch] for batch in cut), workers)

    def _work(self, careful: Careful, name: str, groups: Iterator[np.ndarray]) -> Iterator[Found]:
        import torch

        card = Card(name)
        with torch.cuda.device(name):
            yield from overlapping(groups, partial(self._begin, card), careful)

    def _begin(self, card: "Card", ids: list[np.ndarray]) -> Wait:
        with arithmetic("cuda", self.precision):
            return card.fetch(self.run(self.networks[card.name], ids, card.put))


def copies(network: Any) -> dict[str, Any]:
    """The network on every card, by the card's name; the first is the one given."""
    import torch

    first = str(next(network.parameters()).device)
    others = [f"cuda:{n}" for n in range(torch.cuda.device_count()) if f"cuda:{n}" != first]
    return {first: network} | {card: copy.deepcopy(network).to(card) for card in others}


class Card:
    """Transfers to and from one card: from pinned memory, on a stream of their own, waited for as late as possible."""

    def __init__(self, name: str) -> None:
        """name: as torch names it, "cuda:0"."""
        import torch

        self.name = name
        self._cuda: Any = torch.cuda  # its streams and events carry no types
        self._beside = self._cuda.Stream(name)

    def put(self, array: np.ndarray) -> Any:
        """A copy on the card; what is computed next waits for it, what is being computed does not."""
        import torch

        pinned = torch.from_numpy(array).pin_memory()
        with self._cuda.stream(self._beside):
            there = pinned.to(self.name, non_blocking=True)
        now = self._cuda.current_stream(self.name)
        now.wait_stream(self._beside)
        there.record_stream(now)
        return there

    def fetch(self, there: Any) -> Wait:
        """A function that waits for a result and hands it out; until it is called the card goes on."""
        import torch

        here = torch.empty(there.shape, dtype=there.dtype, pin_memory=True)
        here.copy_(there, non_blocking=True)
        copied = self._cuda.Event()
        copied.record(self._cuda.current_stream(self.name))

        def wait() -> np.ndarray:
            copied.synchronize()
            vectors: np.ndarray = here.numpy().copy()
            return vectors

        return wait


def overlapping(groups: Iterator[np.ndarray], begin: Begin, careful: Careful) -> Iterator[Found]:
    """Rows and their vectors, each batch begun before the one ahead of it is waited for."""

    def alone(ids: list[np.ndarray]) -> np.ndarray:
        return begin(ids)()

    def ended(rows: np.ndarray, wait: Wait | Exception) -> Found:
        try:
            if isinstance(wait, Exception):
                raise wait
            return rows, careful.finite(wait(), alone, rows)
        except Exception as reason:  # noqa: BLE001 - as in Careful
            return rows, careful.after(reason, alone, rows)

    ahead: tuple[np.ndarray, Wait | Exception] | None = None
    for rows in groups:
        begun = begun_or_failed(begin, careful, alone, rows)
        if ahead:
            yield ended(*ahead)
        ahead = rows, begun
    if ahead:
        yield ended(*ahead)


def begun_or_failed(begin: Begin, careful: Careful, alone: Any, rows: np.ndarray) -> Wait | Exception:
    """What waits for a batch, or what went wrong; one that is too large by now is left until it is waited for."""
    if not careful.fits(rows):
        return partial(careful.vectors, alone, rows)
    try:
        return begin(careful.of(rows))
    except Exception as reason:  # noqa: BLE001 - as in Careful
        return reason
