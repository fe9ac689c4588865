"""Planted topics: texts of two platforms whose words come from one topic each, among words that all texts have."""

from dataclasses import dataclass

import numpy as np

from resources.encoding.word_vectors import fit_words
from tests.knowledge.histories import history_of
from xdrec_assets.joined.history import History
from xdrec_assets.sample.vocabulary import PLATFORMS
from xdrec_assets.sample.world import make_world

WORDS = (
    ["kettle", "teapot", "oolong", "infuser", "绿茶", "茶壶"],
    ["skillet", "castiron", "griddle", "wok", "铁锅", "炒锅"],
    ["violin", "sonata", "concerto", "cello", "小提琴", "奏鸣曲"],
    ["tomato", "seedling", "compost", "garden", "番茄", "花园"],
)
EVERYWHERE = ("the", "for", "with", "and", "best", "的", "和")
OF_PLATFORM = {"shop": ["buy", "now"], "video": ["watch", "episode"]}


@dataclass(frozen=True)
class Planted:
    """Items, their texts and vectors, and the topic that each text was written about."""

    history: History
    texts: list[str]
    vectors: np.ndarray
    topic: np.ndarray


def planted(seed: int = 0, n_items: int = 60, is_shuffled: bool = False) -> Planted:
    """`n_items` items on each platform; shuffled ones draw each word from any topic."""
    rng = np.random.default_rng(seed)
    items = [(platform, f"{platform}{i:03d}") for platform in OF_PLATFORM for i in range(n_items)]
    topic = rng.integers(len(WORDS), size=len(items))
    texts = []
    for (platform, _), of_item in zip(items, topic, strict=True):
        topics = rng.integers(len(WORDS), size=5) if is_shuffled else np.full(5, of_item)
        drawn = [*(rng.choice(WORDS[number]) for number in topics), *rng.choice(EVERYWHERE, 5), *OF_PLATFORM[platform]]
        texts.append(" ".join(rng.permutation(drawn)))
    vectors = fit_words("tfidf", texts, 16).encode(texts)
    return Planted(history_of(items, []), texts, vectors, topic)


def sample_topics(n_items: int = 1200) -> Planted:
    """Items of the sample world, by platform, with word vectors of their titles and descriptions."""
    items = make_world(seed=7, n_people=50, n_items=n_items).items
    named = [(PLATFORMS[platform], f"{i:05d}") for i, platform in enumerate(items.platform)]
    order = sorted(range(n_items), key=named.__getitem__)
    texts = [f"{items.texts.title[i]}. {items.texts.description[i]} {items.texts.tags[i]}" for i in order]
    return Planted(history_of(named, []), texts, fit_words("tfidf", texts, 128).encode(texts), items.topic[order])
