"""The k largest inner products of many people's vectors with the candidates', without whole rows of them.

Teflioudi, Gemulla, Mykytiuk: LEMP, Fast Retrieval of Large Entries in a Matrix Product, SIGMOD 2015: items come from
the longest vector to the shortest, some at a time, and a person is done as soon as no item that is left is long enough
to be among the k best. Products are looked at while they are near the processor: to write whole rows of them to memory
and to read them again would take about as long as to compute them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.rankers.largest import largest_of_rows
from xdrec_assets.rankers.raised_bar import Floats, Integers, RaisedBar, n_blocks
from xdrec_assets.rankers.scored_rows import Scoring
from xdrec_assets.rankers.threads import in_threads

PEOPLE, ITEMS = 496, 1024  # whose products are computed at once, 2 MB; 512 columns would fall on few places of a cache
FEWEST_PEOPLE, FEWEST_TIMES = 128, 4  # with fewer people, or items for fewer times, whole rows take no longer


@dataclass(frozen=True)
class Best:
    """The k best candidates of some people, row-aligned with them."""

    columns: Integers  # (n_people, k) of the candidates, best first
    scores: Floats  # (n_people, k)
    is_clear: NDArray[np.bool_]  # (n_people,) False: what stands here means nothing, and the whole row has to tell
    is_unknown: NDArray[np.bool_]  # (n_people,) True: nor has it anything to tell, as all of their products are zero


@dataclass(frozen=True)
class ByLength:
    """The candidates' vectors, the longest first."""

    vectors: Floats  # (n_candidates, d)
    length: Floats  # (n_candidates,) descending
    column: Integers  # (n_candidates,) of each place in this order
    place: Integers  # (n_candidates,) of each column

    @classmethod
    def of(cls, vectors: Floats) -> ByLength:
        """From the vectors in the order of the columns."""
        with np.errstate(over="ignore", invalid="ignore"):
            length = np.linalg.norm(vectors, axis=1)
        column = np.argsort(-length, kind="stable")
        place = np.empty_like(column)
        place[column] = np.arange(len(column))
        return cls(vectors[column], length[column], column, place)


def largest_products(scoring: Scoring, people: NDArray[Any], cells_per_batch: int) -> Best:
    """The best of all who are clear.

    Nobody is where scores are no products, or where people or candidates are so few that whole rows take no longer.
    Otherwise all are but those with many candidates tied for the last place, with fewer than k candidates, with a
    vector of zeros (nothing is known of them), or with products that may not be finite.

    Args:
        scoring: by whom, from which past, among which candidates and how many.
        people: person indices of the history, shape (n_people,).
        cells_per_batch: how many products each thread holds at once.
    """
    n, k = len(people), scoring.k
    best = Best(np.zeros((n, k), np.int64), np.zeros((n, k), np.float32), np.zeros(n, np.bool_), np.zeros(n, np.bool_))
    factors, step = scoring.ranker.factors(), max(ITEMS, n_blocks(k))
    size = min(n, PEOPLE, cells_per_batch // step)
    if factors is None or not k or size < FEWEST_PEOPLE or len(scoring.candidates.items) < FEWEST_TIMES * step:
        return best
    vectors, items = factors[0], ByLength.of(factors[1][scoring.candidates.items])
    longest = items.length.max()

    def fill(rows: slice) -> None:
        some = vectors[people[rows]]
        best.is_unknown[rows] = np.isfinite(longest) & ~some.any(axis=1)
        bar = RaisedBar(some, longest, k)
        _look_at_all(bar, items, scoring.seen(people[rows]), step)
        person, place, product, best.is_clear[rows] = bar.best()
        clear, row = np.flatnonzero(best.is_clear[rows]), np.cumsum(best.is_clear[rows]) - 1
        found = largest_of_rows(row[person], items.column[place], product, len(clear), k, scoring.candidates.ties)
        best.columns[rows][clear], best.scores[rows][clear] = found

    in_threads(fill, [slice(start, start + size) for start in range(0, n, size)])
    return best


def _look_at_all(bar: RaisedBar, items: ByLength, seen: Integers, step: int) -> None:
    """Show the bar the products of its people, slice by slice, -inf where they have `seen` a candidate.

    seen: cells, row · n_candidates + column.
    """
    n, n_people, blocks = len(items.place), len(bar.person), n_blocks(bar.k)
    person, column = np.divmod(seen, n)
    cells = np.sort(items.place.take(column) * n_people + person)
    cuts = np.searchsorted(cells, np.arange(0, n + step, step) * n_people)
    memory = np.empty(step * n_people, dtype=np.float32)
    for number, start in enumerate(range(0, n, step)):
        if not bar.goes_on(items.length[start]):
            return
        some = items.vectors[start : start + step]
        n_rows = -(-len(some) // blocks) * blocks
        products = memory[: n_rows * len(bar.person)].reshape(n_rows, -1)
        np.matmul(some, bar.vectors.T, out=products[: len(some)])
        products[len(some) :] = -np.inf
        hidden = cells[cuts[number] : cuts[number + 1]] - start * n_people
        products.reshape(-1)[bar.cells_of(hidden)] = -np.inf
        bar.look(products, start)
