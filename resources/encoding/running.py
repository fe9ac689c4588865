"""One batch of token ids through a network: padded, or packed one behind the other."""

from collections.abc import Callable
from typing import Any

import numpy as np

from resources.encoding.batching import pad
from resources.encoding.packed import pack
from resources.encoding.pooling import pool, pool_packed
from resources.encoding.spec import Pooling

Found = tuple[np.ndarray, np.ndarray]
"""Numbers of rows, and their vectors."""
Put = Callable[[np.ndarray], Any]
"""Brings an array to where the network is."""
Run = Callable[[Any, list[np.ndarray], Put], Any]
"""Vectors (n, size) float32, where the network is, of rows of token ids."""


def padded_run(pooling: Pooling, longest: int) -> Run:
    """Rows padded to one length, of at most `longest` tokens."""

    def run(network: Any, ids: list[np.ndarray], put: Put) -> Any:
        padded, mask = (put(array) for array in pad(ids, longest))
        hidden = network(input_ids=padded, attention_mask=mask).last_hidden_state  # (n, length, size)
        return pool(hidden.float(), mask, pooling)

    return run


def packed_run(pooling: Pooling, first_position: int) -> Run:
    """Rows one behind the other, for a network whose attention is that of packed.py.

    first_position: the position of a row's first token.
    """

    def run(network: Any, ids: list[np.ndarray], put: Put) -> Any:
        rows = pack(ids, first_position)
        starts = put(rows.starts)
        hidden = network(
            input_ids=put(rows.ids[None]),
            position_ids=put(rows.positions[None]),
            cu_seq_lens_q=starts,
            cu_seq_lens_k=starts,
            max_length_q=rows.longest,
            max_length_k=rows.longest,
        ).last_hidden_state[0]  # (n tokens, size)
        return pool_packed(hidden.float(), starts.long(), pooling)

    return run


def two_at_least(run: Run) -> Run:
    """A row alone goes twice: torch would compile the network anew for a batch of one."""

    def doubled(network: Any, ids: list[np.ndarray], put: Put) -> Any:
        return run(network, ids * 2, put)[:1] if len(ids) == 1 else run(network, ids, put)

    return doubled
