"""Who may be among the k best of many people, as products come by: those at or above a bar that rises on the way.

Of many products only the largest of each block of them is compared with the person's bar, and only in blocks that reach
it each product. The bar is the k-th largest of what the blocks have held so far, so that at least k products reach it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

FEWEST_BLOCKS, BLOCKS_PER_BEST = 128, 4  # with fewer blocks several of the best share one, and the bar stays low
OFTEN = 1 / 64  # share of the blocks at or above the bar that makes it worth raising
TIED = 2  # times k blocks may be level with a bar that has just been raised; in more too many products are tied


def n_blocks(k: int) -> int:
    """How many blocks there are, a power of two.

    >>> n_blocks(20), n_blocks(40)
    (128, 256)
    """
    return max(FEWEST_BLOCKS, 1 << (BLOCKS_PER_BEST * k - 1).bit_length())


class RaisedBar:
    """What may be among the k largest products of some people with items, the longest vectors of which come first.

    Raising the bar may leave so many products tied at it that to sort all products takes no longer: such a person is
    given up, as those are from the start whose products are all zero or may not be finite.
    """

    def __init__(self, vectors: Floats, longest: np.float32, k: int) -> None:
        """People's vectors, (n_people, d), and the length of the longest item's."""
        n_people = len(vectors)
        with np.errstate(over="ignore", invalid="ignore"):
            length = np.linalg.norm(vectors, axis=1)
            is_usable = (length > 0) & np.isfinite(length * longest)
        self.k = k
        self.vectors = np.where(is_usable[:, None], vectors, np.float32(0))  # those of who is not done
        self.person = np.arange(n_people)  # who is not done
        self.column = np.arange(n_people)  # of each person among these, -1 of who is done
        self.length = length * (1 + (vectors.shape[1] + 8) * np.finfo(np.float32).eps)  # no rounded product exceeds it
        self.bar = np.where(is_usable, np.float32(-np.inf), np.float32(np.inf))  # inf: given up
        self.highest = np.full((n_blocks(k), n_people), -np.inf, dtype=np.float32)  # of each block so far
        self.maxima = np.empty(self.highest.size, dtype=np.float32)  # memory; new memory is far from the processor
        self.reaches = np.empty(self.highest.size, dtype=np.bool_)  # memory too
        self.last_bar = self.bar.copy()  # (n_people,) of those who are done
        nothing = np.empty(0, np.int64)
        self.found: list[tuple[Integers, Integers, Floats]] = [(nothing, nothing, np.empty(0, np.float32))]

    def goes_on(self, longest: np.float32) -> bool:
        """Let those go who are done as no item is longer than this; whether anybody is left."""
        is_done = self.bar > self.length * longest
        if 4 * np.count_nonzero(is_done) > len(is_done):  # going on with a few who are done costs less than to part
            self.last_bar[self.person] = self.bar
            self.person, self.vectors, self.length, self.bar = (
                of_each[~is_done] for of_each in (self.person, self.vectors, self.length, self.bar)
            )
            self.highest = np.ascontiguousarray(self.highest[:, ~is_done])
            self.column[:] = -1
            self.column[self.person] = np.arange(len(self.person))
        return len(self.person) > 0

    def cells_of(self, cells: Integers) -> Integers:
        """Where cells of products with everyone, place · n_people + person, are in those with who is not done."""
        if len(self.person) == len(self.column):
            return cells
        place, person = np.divmod(cells, len(self.column))
        column = self.column.take(person)
        return (place * len(self.person) + column)[column >= 0]

    def look(self, products: Floats, first: int) -> None:
        """Keep what may be among the best.

        products: (n, people who are not done) with the items from place `first` on; n is a multiple of `n_blocks`.
        """
        highest, n_left = self.highest.reshape(-1), len(self.person)
        maxima = self.maxima[: highest.size]
        products.reshape(-1, highest.size).max(axis=0, out=maxima)  # block b has the rows b, b + n_blocks, …
        reaching = self._reaching(maxima)
        if len(reaching) > OFTEN * maxima.size:
            np.maximum(highest, maxima, out=highest)
            self._rise()
            reaching = self._reaching(maxima)
            if len(reaching) > self.k * n_left / 2:  # where none are tied they are k at the first look, and soon fewer
                self._give_up_tied()
                reaching = self._reaching(maxima)
        else:  # what is below the bar may stay out of it
            highest[reaching] = np.maximum(highest.take(reaching), maxima.take(reaching))
        cells = reaching[:, None] + np.arange(0, products.size, highest.size)
        values = products.reshape(-1).take(cells)
        kept = np.flatnonzero(values >= self.bar.take(reaching % n_left)[:, None])
        place, column = np.divmod(cells.reshape(-1).take(kept), n_left)
        self.found.append((self.person.take(column), place + first, values.reshape(-1).take(kept)))

    def best(self) -> tuple[Integers, Integers, Floats, NDArray[np.bool_]]:
        """Persons, places and products at or above the last bar, and who was not given up: has k of them at least."""
        self._rise()
        self.last_bar[self.person] = self.bar
        is_clear = np.isfinite(self.last_bar)
        person, place, product = (np.concatenate(part) for part in zip(*self.found, strict=True))
        kept = np.flatnonzero((product >= self.last_bar.take(person)) & is_clear.take(person))
        return person.take(kept), place.take(kept), product.take(kept), is_clear

    def _reaching(self, maxima: Floats) -> Integers:
        """Where maxima, block by block, reach their person's bar."""
        reaches = self.reaches[: maxima.size].reshape(self.highest.shape)
        return np.flatnonzero(np.greater_equal(maxima.reshape(self.highest.shape), self.bar, out=reaches))

    def _rise(self) -> None:
        bar = np.sort(np.ascontiguousarray(self.highest.T), axis=1)[:, -self.k]  # of so few, quicker than to partition
        self.bar = np.where(np.isposinf(self.bar), self.bar, bar)

    def _give_up_tied(self) -> None:
        is_tied = np.count_nonzero(self.highest >= self.bar, axis=0) > TIED * self.k
        self.bar[is_tied] = np.inf
