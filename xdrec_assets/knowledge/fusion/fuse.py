"""Fuse what several sources know of an item into one vector; any source may be missing for an item."""

from collections.abc import Callable, Collection

import numpy as np

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.fusion.combined import Sources, Weights, fuse_concat, fuse_sum, fuse_weighted
from xdrec_assets.knowledge.fusion.settings import FusionSettings

CHOICES = frozenset({"behaviour"})


def fuse(
    sources: Sources,
    settings: FusionSettings,
    history: History | None = None,
    made_of_choices: Collection[str] = CHOICES,
) -> np.ndarray:
    """One vector per item: (n_items, size) float32, unit length, zeros where no source knows the item.

    "sum" adds the sources, "weighted" adds them by weight, "concat" puts them side by side, so that the cosine of two
    items is the weighted mean of the sources' cosines. "gated", "attention" and "experts" learn from the co-choices of
    the history what to add to the concatenation of the sources that were not themselves made of choices, and put those
    that were beside it: they hold the very pairs that are learned from, and would be trusted too far. Sources without a
    weight are left out of all.

    Raises ValueError where there is nothing to fuse, the sources differ in their rows, or a strategy that learns is
    given no history of these items.
    """
    weights = {str(name): weight for name, weight in settings.weights.items()}
    used = {name: rows for name, rows in sorted(sources.items()) if weights.get(name, 0) > 0}
    if not used:
        raise ValueError(f"no source to fuse: given {sorted(sources)}, weights {weights}; weigh one of those given")
    n_rows = {name: len(vectors) for name, vectors in used.items()}
    if len(set(n_rows.values())) > 1:
        raise ValueError(f"sources differ in their rows: {n_rows}; give one row per item in each")
    if settings.strategy in COMBINED:
        return COMBINED[settings.strategy](used, settings.size, weights)
    n_items = None if history is None else history.n_items
    if history is None or set(n_rows.values()) != {n_items}:
        raise ValueError(
            f"fusion {settings.strategy} learns from a history of the items that the sources describe, "
            f"found one of {n_items} items for rows {n_rows}; give that history, or fuse by concat"
        )
    return _fuse_learned(used, settings, history, weights, made_of_choices)


def _fuse_learned(
    sources: Sources, settings: FusionSettings, history: History, weights: Weights, made_of_choices: Collection[str]
) -> np.ndarray:
    content = {name: rows for name, rows in sources.items() if name not in made_of_choices}
    beside = {name: rows for name, rows in sources.items() if name in made_of_choices}
    if not content:
        return fuse_concat(beside, settings.size, weights)
    from xdrec_assets.knowledge.fusion.learned import learned_vectors

    learned = learned_vectors(content, settings, history, weights)
    if not beside:
        return learned
    all_of_content = {"content": sum(weights[name] for name in content)}
    return fuse_concat({"content": learned, **beside}, settings.size, {**weights, **all_of_content})


COMBINED: dict[str, Callable[[Sources, int, Weights], np.ndarray]] = {
    "sum": fuse_sum,
    "weighted": fuse_weighted,
    "concat": fuse_concat,
}
"""The strategies that learn nothing."""
