"""Find out whether an architecture takes packed rows, by trying."""

from typing import Any

import numpy as np

from resources.encoding.packed import IMPLEMENTATION
from resources.encoding.running import Put, Run

TRIED_LENGTHS = (1_100, 9)  # tokens: one row beyond the usual sliding windows, and a short one
LEAST_AGREEMENT = 0.999  # cosine; bf16 alone deviates by some 1e-4


def why_not_packed(network: Any, padded: Run, packed: Run, put: Put, longest: int) -> str:
    """Empty where packed rows give what padded ones give, and the network takes packed rows from then on; else why not.

    Not every architecture hands the starts of the rows on to its attention. The attention must be registered before.
    """
    import torch

    n_words = network.config.get_text_config().vocab_size
    draw = np.random.default_rng(0)
    ids = [draw.integers(n_words // 2, n_words, min(length, longest)) for length in TRIED_LENGTHS]
    before = network.config._attn_implementation
    try:
        with torch.inference_mode():
            expected = padded(network, ids, put)
            network.set_attn_implementation(IMPLEMENTATION)
            agreement = torch.nn.functional.cosine_similarity(expected, packed(network, ids, put)).min().item()
        reason = "" if agreement >= LEAST_AGREEMENT else f"packed rows agree with padded ones to {agreement:.4f} only"
    except Exception as error:  # noqa: BLE001 - an architecture that cannot take packed rows fails in ways of its own
        reason = f"{type(error).__name__}: {error}"
    if reason:
        network.set_attn_implementation(before)
    return reason
