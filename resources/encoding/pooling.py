"""One vector out of the token vectors of a row, padded or packed."""

from typing import Any

from resources.encoding.spec import Pooling


def pool(hidden: Any, mask: Any, pooling: Pooling) -> Any:
    """Vectors (n, size) of rows of token vectors (n, length, size): mean, first, or last of those not masked out."""
    import torch

    if pooling == "cls":
        return hidden[:, 0]
    if pooling == "last":
        return hidden[torch.arange(len(hidden), device=hidden.device), mask.sum(dim=1) - 1]
    read = mask.unsqueeze(-1).float()  # (n, length, 1)
    return (hidden * read).sum(dim=1) / read.sum(dim=1)


def pool_packed(hidden: Any, starts: Any, pooling: Pooling) -> Any:
    """Vectors (n, size) of rows that stand one behind the other in (n tokens, size).

    starts: (n + 1,) where each row begins, and the end.
    """
    import torch

    if pooling == "cls":
        return hidden[starts[:-1].long()]
    if pooling == "last":
        return hidden[starts[1:].long() - 1]
    return torch.segment_reduce(hidden, "mean", offsets=starts.long(), axis=0)
