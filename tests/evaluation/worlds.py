"""Small histories for tests of evaluation and recommendations."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pyarrow as pa

from xdrec_assets.joined.history import History

AS_OF = date(2026, 2, 2)
Took = tuple[str, str, str]  # person, platform, item


def history_of(took: Iterable[Took], people: Iterable[str], items: dict[str, list[str]]) -> History:
    """A history in which people took items, each with strength 1, a day before the as-of date."""
    platforms = tuple(sorted(items))
    names = [(platform, item) for platform in platforms for item in items[platform]]
    persons = list(people)
    pairs = sorted({(persons.index(who), names.index((platform, item))) for who, platform, item in took})
    person, item = (np.array([pair[side] for pair in pairs], dtype=np.int32) for side in (0, 1))
    return History(
        as_of=AS_OF,
        platforms=platforms,
        person_id=np.array(persons, dtype=object),
        item_id=np.array([item for _, item in names], dtype=object),
        item_platform=np.array([platforms.index(platform) for platform, _ in names], dtype=np.int16),
        person=person,
        item=item,
        strength=np.ones(len(pairs), dtype=np.float32),
        age_days=np.ones(len(pairs), dtype=np.float32),
    )


def events_of(*rows: tuple[str, str, str, float]) -> pa.Table:
    """Events of a test window: platform, person, item, strength."""
    names = ["platform", "person_id", "item_id", "strength"]
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])
