"""Learn from what people choose together what to add to the concatenation of an item's sources.

InfoNCE with in-batch negatives of the same platform, corrected for popularity (resources/encoding/contrastive.py). Two
terms beside it hold items that nobody chose: sources are hidden at random, and any item, chosen or not, is held to its
place in the concatenation. The network that does best on the latest pairs is taken, if it does surely better there than
the concatenation, which it began as.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from resources.encoding.contrastive import TextPairs, drawn_batches, info_nce, log_shares
from resources.encoding.devices import chosen_device
from xdrec_assets.embeddings.vectors import is_known, unit_rows
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.fusion.combined import Sources, Weights, fuse_concat, leading_part
from xdrec_assets.knowledge.fusion.networks import FusionNetwork, network_of
from xdrec_assets.knowledge.fusion.pairs import co_choices, not_contrasted
from xdrec_assets.knowledge.fusion.settings import FusionSettings

LOOK_EVERY, PAIRS_LOOKED_AT, STANDARD_ERRORS, ROWS_AT_ONCE = 20, 1_024, 2, 8_192


@dataclass(frozen=True)
class Inputs:
    """What a network reads of all items, as tensors on its device."""

    base: Any
    """(n_items, size), the concatenation."""
    sources: list[Any]
    """(n_items, d_s) each, d_s at most `input_size`."""
    known: Any
    """(n_items, n_sources) bool."""

    def rows(self, items: np.ndarray) -> tuple[Any, list[Any], Any]:
        """Those of some items."""
        index = torch.from_numpy(items.astype(np.int64)).to(self.base.device)
        return self.base[index], [source[index] for source in self.sources], self.known[index]


def learned_vectors(sources: Sources, settings: FusionSettings, history: History, weights: Weights) -> np.ndarray:
    """Fused vectors (n_items, size) float32, unit length or zeros; the concatenation where pairs are too few."""
    base = fuse_concat(sources, settings.size, weights)
    early, late = co_choices(history, is_known(base), settings)
    if len(early) < settings.fewest_pairs or len(late) < 2:
        return base
    device = chosen_device("auto")
    inputs = _inputs(sources, base, settings, device)
    with torch.random.fork_rng([torch.cuda.current_device()] if device == "cuda" else []):
        torch.manual_seed(settings.seed)
        sizes = [source.shape[1] for source in inputs.sources]
        network = network_of(settings.strategy, sizes, settings.input_size, settings.size, settings.n_experts)
        network = trained(network.to(device), inputs, early, late, history.item_platform, settings)
        return np.where(is_known(base)[:, None], _fused(network, inputs), np.float32(0))


def trained(
    network: FusionNetwork,
    inputs: Inputs,
    early: TextPairs,
    late: TextPairs,
    platform: np.ndarray,
    settings: FusionSettings,
) -> FusionNetwork:
    """The network as it stood when it did best on the late pairs, or untrained where it never did surely better.

    platform: (n_items,) into the history's.
    """
    rng = np.random.default_rng(settings.seed)
    looked_at = late.take(np.sort(rng.permutation(len(late))[:PAIRS_LOOKED_AT]))
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate)
    shares = log_shares(early) if settings.popularity_correction else None
    batches = drawn_batches(early, settings.batch_size, None, rng)
    best = start = late_ranks(network, inputs, looked_at, platform, settings)
    kept, n_worse = copy.deepcopy(network), 0
    untrained = kept
    for step in range(1, settings.steps + 1):
        network.train()
        items = rng.integers(len(platform), size=settings.batch_size)
        loss = _contrast(network, inputs, next(batches), platform, settings, shares)
        optimiser.zero_grad()
        (loss + settings.anchor * _moved(network, inputs, items)).backward()
        optimiser.step()
        if step % LOOK_EVERY == 0:
            ranks = late_ranks(network, inputs, looked_at, platform, settings)
            is_better = ranks.mean() > best.mean()
            best, kept, n_worse = (ranks, copy.deepcopy(network), 0) if is_better else (best, kept, n_worse + 1)
            if n_worse >= settings.patience:
                break
    return kept if is_surely_more(best, start) else untrained


def _contrast(
    network: FusionNetwork,
    inputs: Inputs,
    pairs: TextPairs,
    platform: np.ndarray,
    settings: FusionSettings,
    shares: np.ndarray | None = None,
) -> Any:
    device = inputs.base.device
    left, right = (network(*_hidden(inputs, items, network, settings)) for items in (pairs.left, pairs.right))
    is_false = torch.from_numpy(not_contrasted(pairs, platform)).to(device)
    log_share = None if shares is None else torch.from_numpy(shares[pairs.right]).to(device)
    return info_nce(left, right, settings.temperature, is_false, log_share)


def _hidden(
    inputs: Inputs, items: np.ndarray, network: FusionNetwork, settings: FusionSettings
) -> tuple[Any, list[Any], Any]:
    """What the network reads of some items: in training without some of the sources, drawn anew for every item."""
    base, sources, known = inputs.rows(items)
    if network.training and settings.hidden:
        known = known & (torch.rand(known.shape, device=known.device) >= settings.hidden)
        sources = [source * known[:, i : i + 1] for i, source in enumerate(sources)]
    return base, sources, known


def _moved(network: FusionNetwork, inputs: Inputs, items: np.ndarray) -> Any:
    """How far items are from their place in the concatenation: the mean of 1 - cosine."""
    base, sources, known = inputs.rows(items)
    return (known.any(dim=1) * (1 - (network(base, sources, known) * base).sum(dim=1))).mean()


def late_ranks(
    network: FusionNetwork, inputs: Inputs, pairs: TextPairs, platform: np.ndarray, settings: FusionSettings
) -> np.ndarray:
    """(n,) 1 / rank of each pair's right item among those it may be contrasted with, in batches of the same pairs.

    Ranks, not the loss that is trained: that one falls as well where all items merely move apart.
    """
    network.eval()
    found = []
    for start in range(0, len(pairs), settings.batch_size):
        part = pairs.take(np.arange(start, min(start + settings.batch_size, len(pairs))))
        with torch.no_grad():
            left, right = (network(*inputs.rows(items)) for items in (part.left, part.right))
            scores = (left @ right.T).cpu().numpy()
        scores[not_contrasted(part, platform)] = -np.inf
        found.append(1 / (1 + (scores > np.diag(scores)[:, None]).sum(axis=1)))
    return np.concatenate(found)


def is_surely_more(values: np.ndarray, others: np.ndarray) -> bool:
    """Whether the mean of values (n,) is above that of others (n,) by two standard errors of their difference.

    >>> is_surely_more(np.array([3.0, 4.0, 5.0]), np.array([1.0, 2.0, 3.1])), is_surely_more(np.ones(3), np.ones(3))
    (True, False)
    """
    gain = values - others
    return bool(gain.mean() > STANDARD_ERRORS * gain.std() / np.sqrt(len(gain)))


def _inputs(sources: Sources, base: np.ndarray, settings: FusionSettings, device: str) -> Inputs:
    read = [unit_rows(leading_part(rows, min(settings.input_size, rows.shape[1]))) for rows in sources.values()]
    known = np.stack([is_known(rows) for rows in read], axis=1)
    tensors = [torch.from_numpy(rows).to(device) for rows in read]
    return Inputs(torch.from_numpy(base).to(device), tensors, torch.from_numpy(known).to(device))


def _fused(network: FusionNetwork, inputs: Inputs) -> np.ndarray:
    network.eval()
    starts = range(0, len(inputs.base), ROWS_AT_ONCE)
    with torch.no_grad():
        parts = [
            network(*inputs.rows(np.arange(start, min(start + ROWS_AT_ONCE, len(inputs.base))))) for start in starts
        ]
    return np.asarray(torch.cat(parts).cpu().numpy(), dtype=np.float32)
