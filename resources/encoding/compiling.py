"""Compile a network for the processor, its weights frozen into the code, where that pays."""

import logging
import os
import shutil
from collections.abc import Callable
from typing import Any

from resources.encoding.devices import bf16_capability

log = logging.getLogger(__name__)

COMPILE_ABOVE_TOKENS = {"amx_bf16": 800_000, "avx512_bf16": 1_500_000}
"""Tokens from which compiling pays for its own processor time, measured on MiniLM: 15 s against 23% saved with AMX,
22 to 30 s against 9 to 17% (14 to 33 µs a token) with AVX512-bf16 alone."""


def compile_above_tokens(device: str, precision: str) -> int | None:
    """Tokens from which compiling pays here, None where that was not measured."""
    if device != "cpu" or precision != "bf16":
        return None
    return COMPILE_ABOVE_TOKENS.get(bf16_capability() or "")


def compiled(network: Any, warm_up: Callable[[Any], None]) -> tuple[Any, str]:
    """The network compiled for any shape and what came of it, or the network itself and why it could not be.

    warm_up: runs a batch through what it is given, which is when the compilation happens.
    """
    import torch
    import torch._inductor.config

    if not any(shutil.which(name) for name in (os.environ.get("CXX", "g++"), "clang++")):
        return network, "not compiled: no C++ compiler"
    faster: Any = torch.compile(network, dynamic=True)
    try:
        with torch._inductor.config.patch(freezing=True):
            warm_up(faster)
    except Exception as reason:  # noqa: BLE001 - whatever the compiler stumbles over, the network itself still runs
        torch._dynamo.reset()
        log.warning("the model runs uncompiled: %s", reason)
        return network, f"not compiled: {type(reason).__name__}"
    return faster, "compiled"
