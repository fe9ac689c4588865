"""What was planted between platforms is found, and nothing is found where nothing was planted.

The items are those of the simulated world: four platforms whose items are about true mixtures of topics. Some items of
one platform are planted on another: copies of what an item means, in the words of the other platform (noise, and an
accent that all its texts share). Relations of the knowledge graph have planted tests of their own.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pytest

from tests.knowledge.histories import history_of, planted_history
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.build import ALL, build_knowledge
from xdrec_assets.knowledge.fusion.settings import FusionSettings
from xdrec_assets.knowledge.links.item_links import SAME_TOPIC, item_links
from xdrec_assets.knowledge.links.nearest import nearest
from xdrec_assets.knowledge.links.settings import LinkSettings
from xdrec_assets.knowledge.settings import KnowledgeSettings
from xdrec_assets.sample.world import make_world

SIZE = 96
ONE, OTHER = "shop", "video"


class World(NamedTuple):
    """Items of the simulated platforms, and which of two platforms mean the same."""

    history: History
    text: np.ndarray  # (n_items, SIZE)
    planted: dict[int, int]  # item of ONE: item of OTHER


@pytest.fixture(scope="module")
def planted() -> World:
    """Every third item of the shop has its like among the videos; the rest shares topics with them at most."""
    rng = np.random.default_rng(5)
    weights = make_world(seed=5, n_people=10, n_items=600).topics_by_item()
    history = history_of(sorted(weights), [])
    topics = rng.standard_normal((len(next(iter(weights.values()))), SIZE))
    meaning = np.array([weights[key] @ topics for key in sorted(weights)])
    meaning = unit_rows(meaning) + 1.5 * unit_rows(rng.standard_normal(meaning.shape))  # what is the item's own
    shop, video = history.items_of(ONE), history.items_of(OTHER)
    likes = rng.permutation(np.arange(video.start, video.stop))
    pairs = dict(zip(range(shop.start, shop.stop, 3), likes.tolist(), strict=False))
    meaning[[*pairs.values()]] = meaning[[*pairs]]
    accents = 3 * rng.standard_normal((len(history.platforms), SIZE))[history.item_platform]
    return World(history, meaning + 0.05 * rng.standard_normal(meaning.shape) + accents, pairs)


def precision_and_recall(world: World, text: np.ndarray) -> tuple[float, float]:
    """Of the first links from the shop to the videos that are called same_topic: how many are planted, and found."""
    table = pa.table({"title": pa.nulls(world.history.n_items, pa.string())})
    first = [
        row
        for row in item_links(world.history, table, text, LinkSettings()).to_pylist()
        if (row["platform"], row["other_platform"], row["rank"], row["kind"]) == (ONE, OTHER, 1, SAME_TOPIC)
    ]
    number = {item: i for i, item in enumerate(zip(world.history.item_platform, world.history.item_id, strict=True))}
    one, other = (world.history.platforms.index(name) for name in (ONE, OTHER))
    found = {number[one, row["item_id"]]: number[other, row["other_item_id"]] for row in first}
    n_right = sum(world.planted.get(item) == like for item, like in found.items())
    return n_right / max(1, len(found)), n_right / len(world.planted)


def test_planted_neighbours_across_platforms_are_found(planted: World) -> None:
    precision, recall = precision_and_recall(planted, planted.text)
    assert len(planted.planted) > 40
    assert precision > 0.8
    assert recall > 0.95


def test_shuffled_neighbours_are_not_found(planted: World) -> None:
    text, own = planted.text.copy(), planted.history.items_of(ONE)
    text[own] = np.random.default_rng(0).permutation(text[own])
    assert max(precision_and_recall(planted, text)) < 0.1


def test_platforms_turned_against_each_other_share_nothing(planted: World) -> None:
    rng = np.random.default_rng(0)
    text, own = planted.text.copy(), planted.history.items_of(ONE)
    text[own] = text[own] @ np.linalg.qr(rng.standard_normal((SIZE, SIZE)))[0]
    assert max(precision_and_recall(planted, text)) < 0.1


def share_of_topics_met(history: History, text: np.ndarray) -> float:
    """How often the nearest video of a shop item, by all that is known of both, is of its topic (i modulo 4)."""
    settings = KnowledgeSettings(behaviour_size=8, fusion=FusionSettings(size=16))
    fused = build_knowledge(history, text, settings)[ALL].fused
    shop, video = history.items_of("shop"), history.items_of("video")
    _, columns, _ = nearest(fused[shop], fused[video], 1)
    return float(np.mean(columns[:, 0] % 4 == np.arange(len(columns)) % 4))


def test_fused_knowledge_brings_topics_together_across_platforms_and_shuffled_knowledge_does_not() -> None:
    rng = np.random.default_rng(0)
    history = planted_history(rng)
    topics = rng.standard_normal((4, 24))
    text = np.vstack([topics[np.arange(80) % 4]]) + 0.4 * rng.standard_normal((80, 24))
    assert share_of_topics_met(history, text) > 0.9
    shuffled = history_of(
        [(platform, f"{platform}{i:03d}") for platform in ("shop", "video") for i in range(40)],
        [(f"p{person:03d}", str(history.item_id[item]), 1.0) for person, item in _strangers(history, rng)],
    )
    assert share_of_topics_met(shuffled, rng.permutation(text)) < 0.5


def _strangers(history: History, rng: np.random.Generator) -> list[tuple[int, int]]:
    """As many choices, of items by people drawn at random."""
    items = rng.permutation(history.item)
    return [*{(int(person), int(item)) for person, item in zip(history.person, items, strict=True)}]
