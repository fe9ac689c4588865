"""Small histories, written as who took what how long ago."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from xdrec_assets.joined.history import History

AS_OF = date(2026, 2, 2)


def history_of(
    items: Sequence[tuple[str, str]], taken: Sequence[tuple[str, str, float]], strength: float = 1.0
) -> History:
    """items: (platform, item), in any order; taken: (person, item, age in days), items named without their platform."""
    items = sorted(items)
    people = sorted({person for person, _, _ in taken})
    platforms = tuple(sorted({platform for platform, _ in items}))
    number = {item: i for i, (_, item) in enumerate(items)}
    rows = sorted((people.index(person), number[item], age) for person, item, age in taken)
    return History(
        as_of=AS_OF,
        platforms=platforms,
        person_id=np.array(people, dtype=object),
        item_id=np.array([item for _, item in items], dtype=object),
        item_platform=np.array([platforms.index(platform) for platform, _ in items], dtype=np.int16),
        person=np.array([person for person, _, _ in rows], dtype=np.int32),
        item=np.array([item for _, item, _ in rows], dtype=np.int32),
        strength=np.full(len(rows), strength, dtype=np.float32),
        age_days=np.array([age for _, _, age in rows], dtype=np.float32),
    )


def planted_history(rng: np.random.Generator, n_topics: int = 4, n_items: int = 40, n_people: int = 60) -> History:
    """Two platforms of `n_items` each; item i is of topic i modulo `n_topics`, and people take items of one topic."""
    items = [(platform, f"{platform}{i:03d}") for platform in ("shop", "video") for i in range(n_items)]
    taken = [
        (f"p{person:03d}", f"{platform}{topic_item * n_topics + person % n_topics:03d}", float(rng.integers(0, 30)))
        for person in range(n_people)
        for platform in ("shop", "video")
        for topic_item in rng.choice(n_items // n_topics, 4, replace=False)
    ]
    return history_of(items, taken)
