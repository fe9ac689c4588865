"""What the platforms offer: items with planted topics, weeks of popularity, and the day each appears."""

from dataclasses import dataclass

import numpy as np

from xdrec_assets.sample.streams import Stream, stream
from xdrec_assets.sample.texts import Texts, write_texts
from xdrec_assets.sample.vocabulary import PLATFORMS, Vocabulary

_ON_THE_FIRST_DAY = {"music": 0.72, "news": 0.55, "shop": 0.72, "video": 0.72}
_RELEASE_WEEKDAYS = {"music": (4,), "news": (0, 3), "shop": (0,), "video": (2,)}  # Monday is 0
_ID_FORMAT = {"music": "trk{:06d}", "news": "n-{:06d}", "shop": "SH-{:05d}", "video": "v{:06x}"}
_CHINESE = 0.10
_TWO_TOPICS = 0.25
_PICTURED = 0.015
_CORRECTED = 0.01


@dataclass(frozen=True)
class Items:
    """One row per item, a platform's items side by side.

    `topic_weights` has shape (n_items, n_topics), rows sum to 1; `topic` is the heaviest. `released_day` counts from
    the world's first day; `corrected_day` is the day a new description lands, or -1. `popularity` has shape
    (n_items, n_weeks) and drifts from week to week. `length_seconds` is that of a clip or track.
    """

    platform: np.ndarray
    item_id: np.ndarray
    topic: np.ndarray
    topic_weights: np.ndarray
    released_day: np.ndarray
    corrected_day: np.ndarray
    popularity: np.ndarray
    length_seconds: np.ndarray
    price_usd: np.ndarray
    is_pictured: np.ndarray
    texts: Texts

    def __len__(self) -> int:
        return len(self.topic)


def make_items(seed: int, vocabulary: Vocabulary, n_items: int, n_days: int) -> Items:
    """Draw `n_items` items over the platforms and write their texts."""
    rng = stream(seed, Stream.ITEMS)
    platform = np.sort(np.arange(n_items) % len(PLATFORMS))
    topic = _topics(platform, len(vocabulary.topics), rng)
    second = _second_topics(topic, vocabulary, rng)
    weights = np.zeros((n_items, len(vocabulary.topics)))
    weights[np.arange(n_items), topic] += 0.7
    weights[np.arange(n_items), second] += 0.3
    released = _release_days(platform, n_days, rng)
    corrected = np.where(rng.random(n_items) < _CORRECTED, released + rng.integers(3, 15, n_items), -1)
    return Items(
        platform=platform,
        item_id=_item_ids(platform, rng),
        topic=topic,
        topic_weights=weights,
        released_day=released,
        corrected_day=corrected,
        popularity=_popularity(topic, len(vocabulary.topics), -(-n_days // 7), rng),
        length_seconds=_lengths(platform, rng),
        price_usd=np.round(rng.lognormal(3.3, 0.7, n_items), 2),
        is_pictured=rng.random(n_items) < _PICTURED,
        texts=write_texts(vocabulary, platform, topic, second, rng.random(n_items) < _CHINESE, seed),
    )


def _topics(platform: np.ndarray, n_topics: int, rng: np.random.Generator) -> np.ndarray:
    """Deal the topics out evenly on every platform, in random order."""
    topic = np.empty(len(platform), dtype=np.int64)
    for p in range(len(PLATFORMS)):
        rows = np.flatnonzero(platform == p)
        topic[rows] = rng.permutation(np.arange(len(rows)) % n_topics)
    return topic


def _second_topics(topic: np.ndarray, vocabulary: Vocabulary, rng: np.random.Generator) -> np.ndarray:
    """Give some items a related second topic; the others repeat their first."""
    known = {entry.key: i for i, entry in enumerate(vocabulary.topics)}
    related = [
        [known[key] for key in entry.related if key in known] or [known[entry.key]] for entry in vocabulary.topics
    ]
    drawn = [related[t][int(u * len(related[t]))] for t, u in zip(topic, rng.random(len(topic)), strict=True)]
    return np.where(rng.random(len(topic)) < _TWO_TOPICS, np.array(drawn), topic)


def _release_days(platform: np.ndarray, n_days: int, rng: np.random.Generator) -> np.ndarray:
    """Most items are there on the first day, the others come on the platform's release days of every later week."""
    released = np.zeros(len(platform), dtype=np.int64)
    for p, name in enumerate(PLATFORMS):
        days = [day for day in range(7, n_days) if day % 7 in _RELEASE_WEEKDAYS[name]]
        rows = np.flatnonzero(platform == p)
        if days:
            new = rng.random(len(rows)) >= _ON_THE_FIRST_DAY[name]
            new[:1] = False  # however few there are, one is there from the start
            released[rows] = np.where(new, rng.choice(days, len(rows)), 0)
    return released


def _popularity(topic: np.ndarray, n_topics: int, n_weeks: int, rng: np.random.Generator) -> np.ndarray:
    """Return heavy-tailed weights that walk from week to week, each item on its own and with its topic."""
    start = rng.normal(0, 0.9, len(topic))
    own = rng.normal(0, 0.3, (len(topic), n_weeks)).cumsum(axis=1)
    fashion = rng.normal(0, 0.3, (n_topics, n_weeks)).cumsum(axis=1)[topic]
    popularity: np.ndarray = np.exp(start[:, None] + own + fashion)
    return popularity


def _lengths(platform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    clip = rng.lognormal(6.4, 0.7, len(platform)).clip(60, 7200)
    track = rng.normal(225, 50, len(platform)).clip(90, 480)
    return np.where(platform == PLATFORMS.index("video"), clip, track).astype(np.int64)


def _item_ids(platform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    numbers = 1 + rng.permutation(len(platform))
    names = [_ID_FORMAT[PLATFORMS[p]].format(n) for p, n in zip(platform, numbers.tolist(), strict=True)]
    return np.array(names, dtype=object)
