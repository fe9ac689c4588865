"""Threads of our own in place of those of the matrix library."""

import threading
from collections.abc import Sequence

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from xdrec_assets.rankers.threads import in_threads, workers


def blas_threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_meanwhile_the_matrix_library_uses_one_thread_and_then_as_many_as_before() -> None:
    with threadpool_limits(2, user_api="blas"):
        with workers():
            assert blas_threads() == {1}
        assert blas_threads() == {2}


def test_there_are_as_many_workers_as_the_matrix_library_had_threads() -> None:
    together = threading.Barrier(3, timeout=5)  # passes only where three run at once

    def meet(share: Sequence[int]) -> None:
        together.wait()

    with threadpool_limits(3, user_api="blas"), workers() as pool:
        pool.run(meet, range(3))


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
def test_every_piece_is_done_once(threads: int) -> None:
    done = [0] * 5

    def work(share: Sequence[int]) -> None:
        for piece in share:
            done[piece] += 1

    with threadpool_limits(threads, user_api="blas"), workers() as pool:
        pool.run(work, range(5))
    assert done == [1] * 5


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_in_one_piece_is_raised(threads: int) -> None:
    def work(share: Sequence[int]) -> None:
        assert all(1 / piece for piece in share)

    with threadpool_limits(threads, user_api="blas"), workers() as pool, pytest.raises(ZeroDivisionError):
        pool.run(work, [1, 1, 1, 0])


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("n", [0, 1, 5])
def test_results_come_in_the_order_of_the_pieces(threads: int, n: int) -> None:
    with threadpool_limits(threads, user_api="blas"):
        assert in_threads(lambda piece: piece * piece, range(n)) == [piece * piece for piece in range(n)]
