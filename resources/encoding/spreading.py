"""Spread batches over workers, each a thread that takes the next batch when it is free."""

import queue
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
Worker = Callable[[Iterator[T]], Iterable[R]]
"""Turns an iterator of batches into results; it may hold a batch back while it begins the next."""


class Shared(Iterator[T]):
    """An iterator that several threads take from, and that ends for all of them when one fails."""

    def __init__(self, items: Iterable[T]) -> None:
        """Begins with the first item."""
        self._items = iter(items)
        self._lock = Lock()
        self.is_stopped = False

    def __next__(self) -> T:
        """The next item, for whoever asks first."""
        with self._lock:
            if self.is_stopped:
                raise StopIteration
            return next(self._items)


def spread(items: Iterable[T], workers: Sequence[Worker[T, R]]) -> Iterator[R]:
    """Results of all workers as they come; an error of one stops them all and is raised here."""
    shared = Shared(items)
    if len(workers) == 1:
        yield from workers[0](shared)
        return
    results: queue.SimpleQueue[R | None] = queue.SimpleQueue()

    def work(worker: Worker[T, R]) -> None:
        try:
            for result in worker(shared):
                results.put(result)
        except BaseException:
            shared.is_stopped = True
            raise
        finally:
            results.put(None)

    with ThreadPoolExecutor(len(workers)) as pool:
        futures = [pool.submit(work, worker) for worker in workers]
        try:
            n_running = len(workers)
            while n_running:
                result = results.get()
                n_running -= result is None
                if result is not None:
                    yield result
        finally:
            shared.is_stopped = True
        for future in futures:
            future.result()


@contextmanager
def one_thread_per_worker() -> Iterator[int]:
    """How many workers the processor takes: as many as torch may use threads, each with one thread meanwhile.

    Threads that share each single product wait for one another at every step; where others use the machine too that
    costs up to ten times as much.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield before
    finally:
        torch.set_num_threads(before)
