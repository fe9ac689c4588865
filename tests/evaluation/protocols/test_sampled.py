"""Sampled candidates: none that was taken, always the same ones, and ranked as in full."""

import numpy as np
import pytest

from tests.rankers.planted import TARGET, World, planted_world
from xdrec_assets.evaluation.protocols.sampled import sampled_candidates, sampled_top_k
from xdrec_assets.evaluation.relevant_sets import RelevantSets
from xdrec_assets.rankers.item_knn import ItemKNN
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranking import top_k
from xdrec_assets.rankers.settings import ItemKNNSettings, PopularitySettings


@pytest.fixture(scope="module")
def world() -> World:
    return planted_world()


@pytest.fixture(scope="module")
def relevant(world: World) -> RelevantSets:
    """Two items that each person does not have; the last one was never seen before, and one item is unknown."""
    items, history = world.history.items_of(TARGET), world.history
    people = np.append(np.arange(60, 100), -1).astype(np.int32)
    had = {person: set(history.item[history.person == person].tolist()) for person in people.tolist()}
    wanted = [[item for item in range(items.start, items.stop) if item not in had[person]][:2] for person in had]
    wanted[0][1] = -1
    names = np.array([f"p{row:02d}" for row in range(len(people))], dtype=object)
    indptr = np.arange(0, 2 * len(people) + 1, 2)
    return RelevantSets(TARGET, names, people, indptr, np.array(wanted, dtype=np.int32).ravel())


def candidates_of(world: World) -> np.ndarray:
    items = world.history.items_of(TARGET)
    return np.arange(items.start, items.stop, dtype=np.int32)


def test_candidates_are_drawn_once_and_were_never_taken(world: World, relevant: RelevantSets) -> None:
    drawn = sampled_candidates(world.history, relevant, candidates_of(world), 20, np.random.default_rng(0))
    again = sampled_candidates(world.history, relevant, candidates_of(world), 20, np.random.default_rng(0))
    np.testing.assert_array_equal(drawn, again)
    assert not np.array_equal(
        drawn, sampled_candidates(world.history, relevant, candidates_of(world), 20, np.random.default_rng(1))
    )
    for row, person in enumerate(relevant.person.tolist()):
        taken = world.history.item[world.history.person == person]
        wanted = relevant.item[relevant.indptr[row] : relevant.indptr[row + 1]]
        assert len(set(drawn[row].tolist())) == 20
        assert not np.isin(drawn[row], np.concatenate([taken, wanted])).any()


def test_each_item_is_as_likely_as_another(world: World, relevant: RelevantSets) -> None:
    asked = candidates_of(world)
    rngs = [np.random.default_rng(seed) for seed in range(40)]
    drawn = [sampled_candidates(world.history, relevant, asked, 10, rng) for rng in rngs]
    last = np.bincount(np.concatenate([each[-1] for each in drawn]) - asked[0], minlength=60)  # new: has no history
    wanted = relevant.item[-2:] - asked[0]
    free = np.delete(last, wanted)
    assert last[wanted].sum() == 0
    assert free.sum() == 400
    assert free.max() < 20  # 6.9 are expected of each


def test_ranking_all_that_are_left_is_full_ranking(world: World, relevant: RelevantSets) -> None:
    history = world.history
    ranker = ItemKNN(ItemKNNSettings()).fit(history, world.knowledge)
    popularity = Popularity(PopularitySettings()).fit(history, world.knowledge)
    rows = np.flatnonzero(relevant.person >= 0)[1:]
    for row in rows[:10]:
        person, wanted = relevant.person[[row]], relevant.item[2 * row : 2 * row + 2]
        one = RelevantSets(TARGET, relevant.person_id[[row]], person, np.array([0, 2]), wanted)
        n_left = 60 - np.count_nonzero(history.only(TARGET).person == person[0]) - 2
        drawn = sampled_candidates(history, one, candidates_of(world), n_left, np.random.default_rng(0))
        found = sampled_top_k(ranker, popularity, history, one, drawn, 10)
        full = top_k(ranker, popularity, history, person, history.items_of(TARGET), 10)
        np.testing.assert_array_equal(found, full.items)


def test_people_never_seen_get_the_most_popular_and_short_lists_end(world: World, relevant: RelevantSets) -> None:
    history = world.history
    ranker = ItemKNN(ItemKNNSettings()).fit(history, world.knowledge)
    popularity = Popularity(PopularitySettings()).fit(history, world.knowledge)
    drawn = sampled_candidates(history, relevant, candidates_of(world), 3, np.random.default_rng(0))
    found = sampled_top_k(ranker, popularity, history, relevant, drawn, 6)
    asked = np.append(drawn[-1], relevant.item[-2:])
    by_popularity = asked[np.lexsort((asked, -popularity.popularity[asked]))]
    assert found[-1].tolist() == [*by_popularity.tolist(), -1]
    assert (found[0, 4:] == -1).all()  # one of two relevant items is unknown
    assert (found[1:, :5] >= 0).all()


def test_too_many_are_refused(world: World, relevant: RelevantSets) -> None:
    with pytest.raises(ValueError, match=r"60 candidates were asked for, \d+ are left for somebody; sample fewer"):
        sampled_candidates(world.history, relevant, candidates_of(world), 60, np.random.default_rng(0))
