"""Load a Hugging Face model's weights in the arithmetic that is to run."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def load_network(folder: Path, precision: str, device: str, remote_code: bool = False) -> Any:
    """The model on its device, ready to read, without what embeddings do not need: pooler and cache of past keys.

    On a processor in bf16 only the weights of linear layers are bf16; sums between layers stay in single precision,
    which halves the deviation at 5% of the speed (see `arithmetic`).

    Safetensors only; code that comes with the model runs with `remote_code` alone.
    """
    import torch
    from transformers import AutoModel

    whole = precision == "bf16" and device != "cpu"
    with no_loading_bar():
        loaded: Any = AutoModel.from_pretrained(
            folder,
            use_safetensors=True,
            dtype=torch.bfloat16 if whole else torch.float32,
            local_files_only=True,
            trust_remote_code=remote_code,
        )
    prepare(loaded)
    if precision == "bf16" and not whole:
        halve_linear(loaded)
    return loaded.to(device).eval()


def prepare(loaded: Any) -> None:
    """Leave out what a vector of a text does not need."""
    if "add_pooling_layer" in inspect.signature(type(loaded).__init__).parameters:
        loaded.pooler = None
    if getattr(loaded.config, "use_cache", False):
        loaded.config.use_cache = False


def halve_linear(loaded: Any) -> None:
    """Bring the weights of linear layers to bf16, in place."""
    import torch

    for module in loaded.modules():
        if isinstance(module, torch.nn.Linear):
            module.to(torch.bfloat16)


@contextmanager
def arithmetic(device: str, precision: str) -> Iterator[None]:
    """Run in this arithmetic, with no gradients; a setting of the thread."""
    import torch

    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=device == "cpu" and precision == "bf16"):
        yield


@contextmanager
def no_loading_bar() -> Iterator[None]:
    """Loading a small model takes a second; transformers' bar of it would only stand in the logs."""
    from transformers.utils import logging

    show: Any = logging  # its functions carry no types
    was_shown = show.is_progress_bar_enabled()
    show.disable_progress_bar()
    try:
        yield
    finally:
        if was_shown:
            show.enable_progress_bar()
