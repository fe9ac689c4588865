"""A gain that comes from products listed twice is caught by the code that judges and decides; one of taste is not.

Two platforms list twenty products both, and sell twenty more of their own. In the leaky world people buy in the shop
what they already have from the other platform, and nothing else is to be learned. In the honest one they have a taste,
the same on both platforms, and buy what only the shop sells.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix

from tests.evaluation.champion.judged import Judged
from tests.evaluation.worlds import AS_OF, events_of, history_of
from xdrec_assets.evaluation.champion.decision import Champion, choose_champions
from xdrec_assets.evaluation.evaluate import evaluate
from xdrec_assets.evaluation.evaluated import metrics_table, resamples_table
from xdrec_assets.evaluation.exam import Traits, exam_on
from xdrec_assets.evaluation.full_ranking import full_ranking
from xdrec_assets.evaluation.leaderboard import leaderboard_table
from xdrec_assets.evaluation.settings import EvaluationSettings
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.links.twins import twins
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.item_knn import ItemKNN
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.settings import ItemKNNSettings, PopularitySettings

N_PEOPLE, N_LISTED, N_OWN, N_TASTES = 300, 20, 20, 4
WORDS = ("amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "heron", "ivory", "jade")
ITEMS = {
    "media": [f"both{n:02}" for n in range(N_LISTED)] + [f"media{n:02}" for n in range(N_OWN)],
    "shop": [f"both{n:02}" for n in range(N_LISTED)] + [f"shop{n:02}" for n in range(N_OWN)],
}
SETTINGS = EvaluationSettings(k=5, resamples=200)
Took = tuple[str, str, str]


def title(item: str) -> str:
    """Two words that no other product has together; the same where a product is listed twice."""
    n = int(item[-2:]) + {"both": 0, "medi": 30, "shop": 60}[item[:4]]
    return f"{WORDS[n // 10]}{WORDS[n % 10]} lamp{n:02} model"


def leaky(rng: np.random.Generator) -> Iterator[tuple[list[Took], list[Took]]]:
    """Past and future of each person: of five products from elsewhere some are in the shop's log, more will be."""
    for person in range(N_PEOPLE):
        who, products = f"p{person:03}", rng.choice(N_LISTED, 5, replace=False)
        past = [(who, "media", f"both{n:02}") for n in products] + [(who, "shop", f"both{n:02}") for n in products[:2]]
        future = [(who, "shop", f"both{n:02}") for n in products[2:4]]
        yield past, [*future, (who, "shop", f"shop{rng.integers(N_OWN):02}")]


def honest(rng: np.random.Generator) -> Iterator[tuple[list[Took], list[Took]]]:
    """Elsewhere people take what is of their taste; in the shop they have taken one thing and will take more."""
    for person in range(N_PEOPLE):
        who, liked = f"p{person:03}", np.arange(person % N_TASTES, N_OWN, N_TASTES)
        past = [(who, "media", f"media{n:02}") for n in rng.choice(liked, 4, replace=False)]
        shop = rng.choice(liked, 3, replace=False)
        past.append((who, "shop", f"shop{rng.integers(N_OWN) if person % 3 else shop[0]:02}"))
        yield past, [(who, "shop", f"shop{n:02}") for n in shop[1:]]


@cache
def decided(name: str) -> Champion:
    rng = np.random.default_rng(7)
    people = list({"leaky": leaky, "honest": honest}[name](rng))
    history = history_of([one for past, _ in people for one in past], [f"p{n:03}" for n in range(N_PEOPLE)], ITEMS)
    events = events_of(*((platform, who, item, 1.0) for _, future in people for who, platform, item in future))
    rows = judged(history, events)
    (found,) = choose_champions(rows.boards, rows.resamples, [], AS_OF.replace(day=9), ["shop"], SETTINGS.days)
    return found


def judged(history: History, events: pa.Table) -> Judged:
    """Popularity, and neighbours of items trained on the shop alone and on both platforms, as the stage judges them."""
    nothing = np.zeros((history.n_items, 1), dtype=np.float32)
    knowledge = Knowledge(nothing, nothing, np.zeros((history.n_people, 1), dtype=np.float32))
    titles = pa.table({"title": [title(item) for item in history.item_id]})
    listed = np.isin(np.arange(history.n_items), twins(history, titles, nothing).pairs)
    traits = Traits(listed, nothing, csr_matrix((history.n_items, 1)))
    exam = exam_on(history, events, "shop", traits, SETTINGS, "known")
    popularity = Popularity(PopularitySettings()).fit(history.only("shop"), knowledge)
    found = []
    for ranker, on, seen in (
        (popularity, "one", history.only("shop")),
        (ItemKNN(ItemKNNSettings()).fit(history.only("shop"), knowledge), "one", history.only("shop")),
        (ItemKNN(ItemKNNSettings()).fit(history, knowledge), "all", history),
    ):
        assert seen.n_people
        ranking = full_ranking(ranker, popularity, history, exam.relevant, SETTINGS.k, exam.candidates)
        found.append(evaluate(exam, ranking, ranker.name, on, SETTINGS))
    metrics = metrics_table(row for one in found for row in one.metrics)
    boards = leaderboard_table(metrics, "known").to_pylist()
    return Judged(boards, resamples_table([row for one in found for row in one.resamples]).to_pylist())


def test_products_listed_twice_are_found() -> None:
    history = history_of([], ["p"], ITEMS)
    titles = pa.table({"title": [title(item) for item in history.item_id]})
    found = twins(history, titles, np.zeros((history.n_items, 1), dtype=np.float32))
    assert sorted({history.item_id[item] for item in found.pairs.ravel()}) == ITEMS["shop"][:N_LISTED]


def test_gain_made_by_a_leak_is_refused_and_the_reason_says_so() -> None:
    found = decided("leaky")
    assert found.trained_on == "one"
    assert "Item KNN trained on all platforms" in found.reason
    assert "is refused as a possible leak: it beats" in found.reason
    assert "but without products that another platform lists too" in found.reason


def test_gain_made_by_taste_is_promoted() -> None:
    found = decided("honest")
    assert (found.ranker, found.trained_on, found.decision) == ("item_knn", "all", "promoted")
    assert found.ndcg is not None
    assert found.twin_ndcg is not None
    assert found.ndcg > 1.2 * found.twin_ndcg


@pytest.mark.parametrize("world", ["leaky", "honest"])
def test_same_world_gives_the_same_decision(world: str) -> None:
    first = decided(world)
    decided.cache_clear()
    assert _without_the_clock(decided(world)) == _without_the_clock(first)


def _without_the_clock(found: Champion) -> dict[str, object]:
    return {name: value for name, value in vars(found).items() if name != "guard_rails"}
