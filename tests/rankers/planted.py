"""A planted world: three platforms, four tastes that people carry from one platform to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge

AS_OF = date(2026, 2, 2)
PLATFORMS = ("music", "shop", "video")
TARGET = "video"
N_TASTES = 4
N_PEOPLE = 240
N_COLD = 60  # the first people have events elsewhere and none on the target
ITEMS_PER_PLATFORM = 60
EVENTS_PER_PLATFORM = 6
TASTE_SHARE = 0.9  # of a person's events; the rest is chance
NOBODY = N_PEOPLE  # the last person is known and did nothing
WORDS = (("kettle", "teapot"), ("guitar", "violin"), ("saddle", "helmet"), ("camera", "tripod"))  # by taste


@dataclass(frozen=True)
class World:
    """What rankers see, and what only the planter knows."""

    history: History
    knowledge: Knowledge
    taste_of_person: np.ndarray  # (N_PEOPLE + 1,)
    taste_of_item: np.ndarray  # (n_items,)

    def twin_knowledge(self) -> Knowledge:
        """The target's texts alone."""
        rows = np.zeros((self.history.n_items, 1), dtype=np.float32)
        rows[self.history.items_of(TARGET)] = 1
        texts = np.where(rows[:, 0] > 0, self.knowledge.texts, "").astype(object)
        return replace(self.knowledge, text=self.knowledge.text * rows, fused=self.knowledge.fused * rows, texts=texts)

    def with_links_shuffled(self, rng: np.random.Generator) -> World:
        """Everyone keeps a history on each platform, but it is somebody else's everywhere but on the target."""
        other = np.append(rng.permutation(N_PEOPLE), NOBODY)
        elsewhere = self.history.item < self.history.items_of(TARGET).start
        person = np.where(elsewhere, other[self.history.person], self.history.person)
        return replace(self, history=_sorted(self.history, person))


def planted_world(seed: int = 7) -> World:
    """People take items of their taste on every platform; item vectors and texts tell tastes apart, behind noise."""
    rng = np.random.default_rng(seed)
    n_items = ITEMS_PER_PLATFORM * len(PLATFORMS)
    taste_of_item, taste_of_person = np.arange(n_items) % N_TASTES, np.append(np.arange(N_PEOPLE) % N_TASTES, 0)
    taken = [(u, i) for u in range(N_PEOPLE) for i in _items_taken(rng, u, taste_of_person[u], taste_of_item)]
    history = history_of(taken, [ITEMS_PER_PLATFORM] * len(PLATFORMS), N_PEOPLE + 1, PLATFORMS)
    history = replace(history, age_days=rng.uniform(0, 60, len(taken)).astype(np.float32))
    vectors = np.eye(N_TASTES, 16)[taste_of_item] + rng.normal(scale=0.15, size=(n_items, 16))
    texts = np.array([_text(rng, taste) for taste in taste_of_item], dtype=object)
    knowledge = replace(knowledge_of(vectors, N_PEOPLE + 1), texts=texts)
    return World(history, knowledge, taste_of_person, taste_of_item)


def history_of(
    taken: Sequence[tuple[int, int]],
    n_items: Sequence[int],
    n_people: int,
    platforms: Sequence[str] = PLATFORMS,
) -> History:
    """A history of (person, item) pairs of strength 1 and age 0; `n_items` counts each platform's items."""
    pairs = np.array(sorted(taken), dtype=np.int32).reshape(-1, 2)
    return History(
        as_of=AS_OF,
        platforms=tuple(platforms[: len(n_items)]),
        person_id=np.array([f"person {u}" for u in range(n_people)], dtype=object),
        item_id=np.array([f"item {i}" for i in range(sum(n_items))], dtype=object),
        item_platform=np.repeat(np.arange(len(n_items), dtype=np.int16), n_items),
        person=pairs[:, 0].copy(),
        item=pairs[:, 1].copy(),
        strength=np.ones(len(pairs), dtype=np.float32),
        age_days=np.zeros(len(pairs), dtype=np.float32),
    )


def knowledge_of(vectors: np.ndarray, n_people: int) -> Knowledge:
    """The same vectors, brought to unit length, as text and as fused vectors; nothing of people, nothing written."""
    unit = (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    nobody, unwritten = np.zeros((n_people, unit.shape[1]), dtype=np.float32), np.full(len(unit), "", dtype=object)
    return Knowledge(text=unit, fused=unit.copy(), person=nobody, texts=unwritten)


def _text(rng: np.random.Generator, taste: int) -> str:
    """A word of the taste, behind one that tells nothing."""
    return f"{rng.choice(['small', 'large', 'plain'])} {rng.choice(WORDS[taste])}"


def _items_taken(rng: np.random.Generator, person: int, taste: int, taste_of_item: np.ndarray) -> list[int]:
    taken: set[int] = set()
    for platform in range(len(PLATFORMS)):
        if PLATFORMS[platform] == TARGET and person < N_COLD:
            continue
        items = np.arange(ITEMS_PER_PLATFORM) + platform * ITEMS_PER_PLATFORM
        odds = np.where(taste_of_item[items] == taste, TASTE_SHARE, (1 - TASTE_SHARE) / (N_TASTES - 1))
        taken |= set(rng.choice(items, EVENTS_PER_PLATFORM, replace=False, p=odds / odds.sum()).tolist())
    return sorted(taken)


def _sorted(history: History, person: np.ndarray) -> History:
    order = np.lexsort((history.item, person))
    return replace(
        history,
        person=person[order].astype(np.int32),
        item=history.item[order],
        strength=history.strength[order],
        age_days=history.age_days[order],
    )
