"""What can be tried of the graphics cards' path without one: the order of things and what happens on failure."""

from collections.abc import Callable

import numpy as np
import torch

from resources.encoding.cards import Cards, overlapping
from resources.encoding.careful import Careful

IDS = [np.full(4, row) for row in range(12)]
GROUPS = [np.arange(0, 4), np.arange(4, 8), np.arange(8, 12)]


def careful(tokens_per_batch: int = 16) -> Careful:
    return Careful(IDS, np.full(len(IDS), 4), size=1, tokens_per_batch=tokens_per_batch)


def firsts(ids: list[np.ndarray]) -> np.ndarray:
    return np.array([[one[0]] for one in ids], dtype=np.float32)


def test_next_batch_is_begun_before_the_one_ahead_is_waited_for():
    happened: list[str] = []

    def begin(ids: list[np.ndarray]) -> Callable[[], np.ndarray]:
        first = ids[0][0]
        happened.append(f"begin {first}")

        def wait() -> np.ndarray:
            happened.append(f"wait {first}")
            return firsts(ids)

        return wait

    found = {int(rows[0]): vectors for rows, vectors in overlapping(iter(GROUPS), begin, careful())}
    assert happened == ["begin 0", "begin 4", "wait 0", "begin 8", "wait 4", "wait 8"]
    assert found[4].ravel().tolist() == [4, 5, 6, 7]


def test_failure_of_one_batch_costs_its_bad_row_only():
    def begin(ids: list[np.ndarray]) -> Callable[[], np.ndarray]:
        if any(one[0] == 2 for one in ids):
            raise ValueError("on the way in")

        def wait() -> np.ndarray:
            if any(one[0] == 9 for one in ids):
                raise ValueError("on the way out")
            return firsts(ids)

        return wait

    one = careful()
    vectors = np.vstack([vectors for _, vectors in overlapping(iter(GROUPS), begin, one)])
    assert np.flatnonzero(np.isnan(vectors[:, 0])).tolist() == [2, 9]
    assert one.broken == {2: "ValueError: on the way in", 9: "ValueError: on the way out"}


def test_batches_cut_before_memory_ran_out_are_done_in_parts():
    sizes = []

    def begin(ids: list[np.ndarray]) -> Callable[[], np.ndarray]:
        sizes.append(len(ids))
        if len(ids) > 2:
            raise torch.OutOfMemoryError("no room")
        return lambda: firsts(ids)

    one = careful()
    vectors = np.vstack([vectors for _, vectors in overlapping(iter(GROUPS), begin, one)])
    assert vectors.ravel().tolist() == list(range(12))
    assert one.tokens_per_batch == 8
    assert sizes.count(4) == 2  # the first, and the second that had begun by then; the third is not tried whole
    assert not one.broken


def test_how_says_what_runs():
    assert Cards({"cuda:0": None}, None, "bf16", 512).how == "bf16, packed, 1 card"
    two = {"cuda:0": None, "cuda:1": None}
    assert Cards(two, None, "bf16", 512, "no such thing").how == "bf16, padded (no such thing), 2 cards"
