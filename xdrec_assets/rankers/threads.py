"""Work on many small matrices by threads of our own, each of which computes with one.

The matrix library's own threads wait for each other at every small product; on a busy machine that costs ten times as
much as the product. What a piece of work writes does not depend on how many threads there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Workers:
    """As many threads as the matrix library would use."""

    pool: ThreadPoolExecutor
    n_threads: int

    def run(self, work: Callable[[Sequence[T]], None], pieces: Sequence[T]) -> None:
        """Give each thread its share, every n-th piece; an error in one is raised when all have ended."""
        if self.n_threads == 1:
            work(pieces)
            return
        shares = [pieces[first :: self.n_threads] for first in range(self.n_threads)]
        for _ in self.pool.map(work, shares):
            pass


@contextmanager
def workers() -> Iterator[Workers]:
    """Threads, while the matrix library itself uses one; OMP_NUM_THREADS and the like say how many."""
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # which scikit-learn brings

    libraries = ThreadpoolController().select(user_api="blas")
    allowed = max((library["num_threads"] for library in libraries.info()), default=1)
    with libraries.limit(limits=1), ThreadPoolExecutor(allowed) as pool:
        yield Workers(pool, allowed)


def in_threads(work: Callable[[T], R], pieces: Sequence[T]) -> list[R]:
    """What `work` makes of each piece, in their order; by one thread where there is one piece."""
    if len(pieces) < 2:
        return [work(piece) for piece in pieces]
    with workers() as threads:
        return list(threads.pool.map(work, pieces))
