"""A small world with texts we know: sport and cooking on two platforms."""

from dataclasses import replace

import numpy as np

from tests.evaluation.worlds import history_of
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.settings import PopularitySettings
from xdrec_assets.recommendations.top_k import Catalogue

TITLES: dict[str, dict[str, str | None]] = {
    "shop": {"pan": "Cast iron pan", "shoes": "Trail shoes", "wok": None},
    "video": {"bake": "Baking bread", "run": "Running\u202e in the Alps"},
}
SPORT, COOKING, BOTH = [1.0, 0.0], [0.0, 1.0], [0.6, 0.8]
TEXT = np.array([COOKING, SPORT, [0.0, 0.0], COOKING, SPORT], dtype=np.float32)  # the wok says nothing
HISTORY = history_of(
    [("ann", "video", "run"), ("bob", "shop", "pan"), ("bob", "video", "bake"), ("cid", "shop", "wok")],
    people=["ann", "bob", "cid", "dot"],
    items={platform: list(items) for platform, items in TITLES.items()},
)
HISTORY = replace(HISTORY, strength=np.array([1.0, 0.2, 1.0, 1.0], dtype=np.float32))
CATALOGUE = Catalogue(
    titles=np.array([title for items in TITLES.values() for title in items.values()], dtype=object),
    text=TEXT,
    platforms={"shop": "Shop", "video": "Video"},
)
KNOWLEDGE = Knowledge(text=TEXT, fused=TEXT, person=np.zeros((HISTORY.n_people, 2), dtype=np.float32))
POPULARITY = Popularity(PopularitySettings(half_life_days=30)).fit(HISTORY, KNOWLEDGE)
