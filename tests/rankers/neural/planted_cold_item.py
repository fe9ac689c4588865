"""The planted world with an item that nobody took."""

from dataclasses import replace

import numpy as np

from tests.rankers.planted import World
from xdrec_assets.joined.history import History


def without_events_of(world: World, platform: str) -> tuple[History, int]:
    """The history without the events of the platform's most taken item, and that item."""
    items = world.history.items_of(platform)
    item = items.start + int(np.bincount(world.history.item, minlength=world.history.n_items)[items].argmax())
    keep = world.history.item != item
    rows = {name: getattr(world.history, name)[keep] for name in ("person", "item", "strength", "age_days")}
    return replace(world.history, **rows), item
