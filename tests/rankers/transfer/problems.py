"""Planted worlds as transfer strategies are given them, and simple rankers for them."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import partial

import numpy as np

from tests.rankers.planted import N_COLD, PLATFORMS, TARGET, World
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.ranking import top_k
from xdrec_assets.rankers.registry import create_ranker
from xdrec_assets.rankers.settings import ALSSettings, PopularitySettings, RankerSettings, SVDSettings
from xdrec_assets.rankers.transfer.strategy import Problem

COLD, WARM = np.arange(N_COLD), np.arange(N_COLD, 240)
SETTINGS = RankerSettings(svd=SVDSettings(factors=8), als=ALSSettings(factors=8, iterations=5))


def knowledge_by_scope(world: World) -> dict[str, Knowledge]:
    """Of all platforms as planted, of each platform its own items' alone."""
    found = {"all": world.knowledge}
    for platform in PLATFORMS:
        is_own = np.zeros((world.history.n_items, 1), dtype=np.float32)
        is_own[world.history.items_of(platform)] = 1
        text, fused = world.knowledge.text * is_own, world.knowledge.fused * is_own
        texts = np.where(is_own[:, 0] > 0, world.knowledge.texts, "").astype(object)
        found[platform] = replace(world.knowledge, text=text, fused=fused, texts=texts)
    return found


def problem_of(world: World, ranker: str = "svd", target: str = TARGET) -> Problem:
    """A ranker to be learned for the target of a planted world."""
    return Problem(world.history, knowledge_by_scope(world), target, partial(create_ranker, ranker, SETTINGS))


def taste_hits(ranker: Ranker, world: World, people: np.ndarray = COLD) -> float:
    """Of the ten best items of some people on the target, the share that is of their taste; 1/4 by chance."""
    popularity = Popularity(PopularitySettings()).fit(world.history, world.knowledge)
    best = top_k(ranker, popularity, world.history, people, world.history.items_of(TARGET), 10)
    return float(np.mean(world.taste_of_item[best.items] == world.taste_of_person[people][:, None]))


def copied(problem: Problem) -> Problem:
    """The same with arrays of its own."""

    def copy(of: History | Knowledge) -> History | Knowledge:
        arrays = {field.name: getattr(of, field.name) for field in fields(of)}
        return replace(of, **{name: each.copy() for name, each in arrays.items() if isinstance(each, np.ndarray)})

    knowledge = {scope: copy(known) for scope, known in problem.knowledge.items()}
    return replace(problem, history=copy(problem.history), knowledge=knowledge)


def assert_same(one: Problem, other: Problem) -> None:
    """Both hold the same numbers."""
    pairs = [(one.history, other.history), *((one.knowledge[key], other.knowledge[key]) for key in one.knowledge)]
    for ours, theirs in pairs:
        for field in fields(ours):
            np.testing.assert_array_equal(getattr(ours, field.name), getattr(theirs, field.name))
