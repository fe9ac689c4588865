import threading
from collections.abc import Iterator

import pytest

from resources.encoding.spreading import one_thread_per_worker, spread


def doubled(items: Iterator[int]) -> Iterator[int]:
    for item in items:
        yield 2 * item


@pytest.mark.parametrize("n_workers", [1, 2, 5])
def test_every_item_is_worked_on_once(n_workers):
    assert sorted(spread(range(50), [doubled] * n_workers)) == [2 * item for item in range(50)]


def test_workers_work_at_the_same_time():
    meeting = threading.Barrier(2, timeout=10)

    def meets(items: Iterator[int]) -> Iterator[int]:
        for item in items:
            meeting.wait()
            yield item

    assert sorted(spread(range(2), [meets, meets])) == [0, 1]


def test_error_of_one_worker_stops_all_and_is_raised():
    taken = []

    def breaks(items: Iterator[int]) -> Iterator[int]:
        for item in items:
            taken.append(item)
            if item == 3:
                raise KeyError("three")
            yield item

    with pytest.raises(KeyError, match="three"):
        list(spread(range(100_000), [breaks, breaks]))
    assert len(taken) < 100_000


def test_reader_that_stops_early_leaves_no_thread_behind():
    before = threading.active_count()
    found = spread(range(100_000), [doubled, doubled])
    next(found)
    found.close()
    assert threading.active_count() == before


def test_torch_has_its_threads_back():
    import torch

    before = torch.get_num_threads()
    with one_thread_per_worker() as n_workers:
        assert (n_workers, torch.get_num_threads()) == (before, 1)
    assert torch.get_num_threads() == before
