import numpy as np
import pytest
import torch

from resources.encoding.careful import NOT_FINITE, Careful, is_lost_card, is_out_of_memory

IDS = [np.full(4, row) for row in range(16)]


def careful(tokens_per_batch: int = 64) -> Careful:
    return Careful(IDS, np.full(len(IDS), 4), size=2, tokens_per_batch=tokens_per_batch)


def first_tokens(ids: list[np.ndarray]) -> np.ndarray:
    """The first token of each row as its vector."""
    return np.array([[one[0], one[0]] for one in ids], dtype=np.float32)


def test_memory_running_out_halves_the_budget_and_the_rest_goes_on():
    tried = []

    def run(ids: list[np.ndarray]) -> np.ndarray:
        tried.append(4 * len(ids))
        if len(ids) > 4:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return first_tokens(ids)

    one = careful()
    vectors = one.vectors(run, np.arange(16))
    assert vectors[:, 0].tolist() == list(range(16))
    assert one.tokens_per_batch == 16
    assert tried == [64, 32, 16, 16, 16, 16]
    assert not one.broken
    one.vectors(run, np.arange(8))
    assert tried[6:] == [16, 16]  # nothing larger is tried again


def test_row_that_needs_more_memory_than_there_is_is_set_aside():
    def run(ids: list[np.ndarray]) -> np.ndarray:
        raise MemoryError("no room")

    one = careful()
    assert np.isnan(one.vectors(run, np.array([3]))).all()
    assert one.broken == {3: "MemoryError: no room"}


def test_rows_that_break_the_model_are_found_and_the_others_come_through():
    def run(ids: list[np.ndarray]) -> np.ndarray:
        if any(one[0] in (5, 11) for one in ids):
            raise IndexError("index out of range")
        return first_tokens(ids)

    one = careful()
    vectors = one.vectors(run, np.arange(16))
    assert np.flatnonzero(np.isnan(vectors).any(axis=1)).tolist() == [5, 11]
    assert one.broken == dict.fromkeys((5, 11), "IndexError: index out of range")
    assert one.tokens_per_batch == 64


def test_vector_that_is_not_finite_is_computed_alone_before_it_is_set_aside():
    def run(ids: list[np.ndarray]) -> np.ndarray:
        vectors = first_tokens(ids)
        vectors[vectors[:, 0] == 7] = np.inf
        if len(ids) > 1:
            vectors[vectors[:, 0] == 2] = np.nan
        return vectors

    one = careful()
    vectors = one.vectors(run, np.arange(16))
    assert vectors[2].tolist() == [2, 2]
    assert np.isnan(vectors[7]).all()
    assert one.broken == {7: NOT_FINITE}


def test_lost_card_ends_the_call():
    def run(ids: list[np.ndarray]) -> np.ndarray:
        raise RuntimeError("CUDA error: device-side assert triggered")

    with pytest.raises(RuntimeError, match="device-side assert"):
        careful().vectors(run, np.arange(16))


def test_what_counts_as_out_of_memory():
    allocator = "[enforce fail at alloc_cpu.cpp:121] data. DefaultCPUAllocator: can't allocate memory: you tried to"
    assert is_out_of_memory(RuntimeError(allocator))
    assert is_out_of_memory(RuntimeError("DefaultCPUAllocator: not enough memory"))
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA error: out of memory"))
    assert not is_out_of_memory(IndexError("index out of range"))
    assert not is_lost_card(torch.OutOfMemoryError("CUDA error: out of memory"))


def test_allocator_itself_is_understood():
    with pytest.raises(RuntimeError) as raised:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert is_out_of_memory(raised.value)
