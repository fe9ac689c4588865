"""A platform's catalogue entries of one day: items released, items whose description was corrected."""

from dataclasses import dataclass

import numpy as np

from xdrec_assets.sample.vocabulary import PLATFORMS
from xdrec_assets.sample.world import World

_REPEATED = 200  # every so many-th entry stands twice in its file
_CORRECTION = {"en": "Corrected: ", "zh": "更正："}


@dataclass(frozen=True)
class Entry:
    """One item as a platform's file shows it; `image` is a path below the landing root."""

    item_id: str
    title: str
    description: str
    categories: list[str]
    tags: list[str]
    language: str
    maker: str
    image: str | None
    length_seconds: int
    price_usd: float
    topic: int


def entries_on(world: World, platform: int, day: int) -> list[Entry]:
    """Return the entries that land on `day`, in the order of the file; a few twice."""
    items = world.items
    lands = (items.released_day == day) | (items.corrected_day == day)
    rows = np.flatnonzero((items.platform == platform) & lands)
    repeats = 1 + (rows % _REPEATED == _REPEATED - 1)
    return [
        _entry(world, row, is_corrected=items.corrected_day[row] == day) for row in np.repeat(rows, repeats).tolist()
    ]


def _entry(world: World, row: int, is_corrected: bool) -> Entry:
    items, texts = world.items, world.items.texts
    item_id, language = str(items.item_id[row]), texts.language[row]
    return Entry(
        item_id=item_id,
        title=texts.title[row],
        description=(_CORRECTION[language] if is_corrected else "") + texts.description[row],
        categories=texts.categories[row],
        tags=texts.tags[row],
        language=language,
        maker=texts.maker[row],
        image=f"{PLATFORMS[items.platform[row]]}/images/{item_id}.png" if items.is_pictured[row] else None,
        length_seconds=int(items.length_seconds[row]),
        price_usd=float(items.price_usd[row]),
        topic=int(items.topic[row]),
    )
