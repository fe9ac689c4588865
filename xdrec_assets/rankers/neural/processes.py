"""One training over several processes, each with a card of its own: every process takes its share of a batch.

Gradients are averaged after every batch (synchronous data parallelism: Li et al., PyTorch Distributed, VLDB 2020), so
all processes keep the same weights.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import distributed


def place() -> tuple[int, int]:
    """Which process this is, and of how many; (0, 1) alone."""
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    return 0, 1


def own_share(people: NDArray[np.integer]) -> NDArray[np.integer]:
    """The people of a batch whose events this process reads."""
    rank, world = place()
    return people[rank::world]


def average_gradients(network: torch.nn.Module) -> None:
    """Give every process the mean of all processes' gradients; one without gradient counts as zero."""
    _, world = place()
    if world == 1:
        return
    for weights in network.parameters():
        if weights.requires_grad:
            if weights.grad is None:
                weights.grad = torch.zeros_like(weights)
            distributed.all_reduce(weights.grad)
            weights.grad /= world


def mean_over_processes(value: float) -> float:
    """The mean of a number over all processes."""
    _, world = place()
    if world == 1:
        return value
    device = "cuda" if distributed.get_backend() == "nccl" else "cpu"
    total = torch.tensor(value, dtype=torch.float64, device=device)
    distributed.all_reduce(total)
    return float(total) / world


def across(n: int, work: Callable[..., None], *arguments: Any) -> None:
    """Run `work(*arguments)` in `n` processes that can average gradients; on cards where there are, else processors.

    work: a function of a module, for it is found again by its name.

    Raises:
        torch.multiprocessing.ProcessRaisedException: one of them failed; the others are ended.
    """
    with tempfile.TemporaryDirectory() as folder:
        meeting = Path(folder, "processes")
        torch.multiprocessing.spawn(_joined, (n, meeting.as_uri(), work, arguments), nprocs=n)  # type: ignore[no-untyped-call,attr-defined]


def _joined(rank: int, n: int, meeting: str, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    has_cards = torch.cuda.is_available() and torch.cuda.device_count() >= n
    if has_cards:
        torch.cuda.set_device(rank)
    else:
        torch.set_num_threads(max(1, (os.cpu_count() or 1) // n))
    distributed.init_process_group("nccl" if has_cards else "gloo", init_method=meeting, rank=rank, world_size=n)
    try:
        work(*arguments)
    finally:
        distributed.destroy_process_group()
