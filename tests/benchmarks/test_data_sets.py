"""Real data sets as events: their sizes, and what the protocols make of them."""

from datetime import date

import numpy as np
import pytest

from benchmarks.data_sets import encode_texts, read_food_kitchen, read_movielens, read_sequences
from benchmarks.held_out import K, held_out
from tests.rankers.planted import knowledge_of
from tests.real_data import real_data
from xdrec_assets.evaluation.full_ranking import full_ranking
from xdrec_assets.evaluation.protocols.by_time import split_global_time
from xdrec_assets.evaluation.protocols.leave_one_out import leave_one_out
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.settings import PopularitySettings


def test_food_and_kitchen_are_split_by_time_as_noted_with_the_data() -> None:
    data = read_food_kitchen(real_data("amazon_food_kitchen"))
    split = split_global_time(data.events, date(2013, 7, 1), date(2014, 1, 1))
    n_train = len(split.test.history.person)
    assert (n_train, len(data.events) - n_train) == (133_080, 40_468)
    asked = held_out(split.test)
    assert {platform: len(each.people) for platform, each in asked.items()} == {"food": 4_001, "kitchen": 4_224}
    n_validated = sum(int(relevant.n_relevant.sum()) for relevant in split.validation.relevant.values())
    assert len(split.validation.history.person) + n_validated == n_train
    # most popular of all time: .0013 on food, .0019 on kitchen
    for platform, noted in (("food", 0.0013), ("kitchen", 0.0019)):
        history = split.test.history.only(platform)
        taken = np.bincount(history.item, minlength=history.n_items)
        popularity = PopularitySettings(half_life_days=None)
        ranker = Popularity(popularity).fit(history, knowledge_of(np.zeros((history.n_items, 1)), history.n_people))
        assert np.array_equal(ranker.popularity, taken)
        ranking = full_ranking(ranker, ranker, history, asked[platform].relevant, K, asked[platform].candidates)
        assert asked[platform].ndcg(ranking.items).mean() == pytest.approx(noted, abs=0.00005)


@pytest.mark.parametrize(
    ("name", "n_people", "n_items", "n_events"),
    [("beauty", 22_363, 12_101, 198_502), ("toys", 19_412, 11_924, 167_597)],
)
def test_everyone_of_the_sequences_is_asked_for_the_last_item(
    name: str, n_people: int, n_items: int, n_events: int
) -> None:
    data = read_sequences(real_data("s3rec"), name)
    assert (len(data.events.person_id), len(data.events.item_id), len(data.events)) == (n_people, n_items, n_events)
    assert all(data.texts)
    split = leave_one_out(data.events)
    assert len(split.test.history.person) == n_events - n_people
    assert len(split.validation.history.person) == n_events - 2 * n_people
    asked = held_out(split.test, "known")[name]
    assert len(asked.people) == n_people
    assert len(asked.candidates) == n_items
    first = int(np.flatnonzero(data.events.person_id == "1")[0])  # the first line is 1 1 2 3 4 5
    assert data.events.item_id[asked.relevant.item[asked.relevant.indptr[first]]] == "5"


def test_films_have_plots_and_likes_alone_are_kept() -> None:
    data = read_movielens(real_data("movielens_100k"))
    assert (len(data.events.person_id), len(data.events.item_id), len(data.events)) == (942, 1_682, 55_375)
    toy_story = int(np.flatnonzero(data.events.item_id == "1")[0])
    assert data.texts[toy_story].startswith("Toy Story. A cowboy doll")
    asked = held_out(leave_one_out(data.events).test, "known")["films"]
    assert len(asked.people) == 942


def test_kept_vectors_of_other_texts_are_refused(tmp_path) -> None:
    np.save(tmp_path / "kept.npy", np.full((2, 4), 3.0, dtype=np.float32))
    np.testing.assert_allclose(encode_texts(["one", "two"], tmp_path / "kept.npy"), 0.5)
    with pytest.raises(ValueError, match="has 2 rows, expected 3 texts; delete it"):
        encode_texts(["one", "two", "three"], tmp_path / "kept.npy")
