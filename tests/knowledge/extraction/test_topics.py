import numpy as np
import pyarrow.compute as pc
import pytest

from data_quality.contract import load_contract
from tests.knowledge.extraction.planted import Planted, planted, sample_topics
from tests.knowledge.histories import history_of
from xdrec_assets.knowledge.extraction.clustering import Clusters
from xdrec_assets.knowledge.extraction.settings import TopicSettings
from xdrec_assets.knowledge.extraction.topics import (
    Topics,
    examples,
    item_topics_table,
    topics_of,
    topics_preview,
)

FOUR = TopicSettings(count=4)


def found(world: Planted, settings: TopicSettings = FOUR) -> Topics:
    return topics_of(world.history, world.texts, world.vectors, settings)


def agreement(world: Planted) -> float:
    """Adjusted mutual information of the topics found and those planted; 0 is chance."""
    from sklearn.metrics import adjusted_mutual_info_score

    return float(adjusted_mutual_info_score(world.topic, found(world).clusters.of_row))


@pytest.mark.parametrize("seed", range(3))
def test_planted_topics_are_found_on_both_platforms_together(seed: int):
    assert agreement(planted(seed)) > 0.85


def test_shuffled_texts_have_no_topics():
    assert abs(np.mean([agreement(planted(seed, is_shuffled=True)) for seed in range(3)])) < 0.05


def test_the_sample_s_topics_are_found_on_four_platforms():
    world = sample_topics()
    topics = topics_of(world.history, world.texts, world.vectors, TopicSettings(count=33))
    from sklearn.metrics import adjusted_mutual_info_score

    assert adjusted_mutual_info_score(world.topic, topics.clusters.of_row) > 0.45
    assert adjusted_mutual_info_score(world.history.item_platform, topics.clusters.of_row) < 0.25


def test_topics_are_not_platforms():
    world = planted()
    platform, topic = world.history.item_platform, found(world).clusters.of_row
    assert all({0, 1} == set(platform[topic == number]) for number in range(4))


def test_an_item_without_a_vector_is_of_no_topic_and_not_in_the_table():
    world = planted()
    world.vectors[3] = 0
    topics = found(world)
    rows = item_topics_table(world.history, topics)
    assert rows.schema == load_contract("knowledge/item_topics").arrow_schema()
    assert rows.num_rows == world.history.n_items - 1
    assert world.history.item_id[3] not in rows["item_id"].to_pylist()
    assert [len(words) <= 8 for words in topics.keywords] == [True] * 4
    first = rows.slice(0, 1).to_pylist()[0]
    assert (first["platform"], first["item_id"]) == ("shop", "shop000")
    assert first["label"] == ", ".join(first["keywords"][:3])


def test_the_same_seed_gives_the_same_table_and_the_input_stays():
    world = planted()
    before = world.vectors.copy()
    assert item_topics_table(world.history, found(world)).equals(item_topics_table(world.history, found(world)))
    np.testing.assert_array_equal(world.vectors, before)


def test_the_square_root_rule_gives_the_number_of_topics():
    assert len(found(planted(), TopicSettings()).labels) == round((120 / 2) ** 0.5)


def by_hand() -> Topics:
    clusters = Clusters(
        np.array([0, 1, 0, -1, 0], np.int32), np.array([0.2, 0.9, 0.8, 0, 0.8], np.float32), np.eye(2, dtype=np.float32)
    )
    return Topics(clusters, [["tea"], []], ["tea", "other"])


TITLES = ["Tea pot", "Pan", "Green tea", "Nothing", "Green tea"]


def test_examples_are_the_nearest_titles_each_once():
    assert examples(by_hand(), TITLES) == [["Green tea", "Tea pot"], ["Pan"]]


def test_the_preview_shows_titles_and_platforms():
    history = history_of([("shop", "a"), ("shop", "b"), ("shop", "c"), ("video", "d"), ("video", "e")], [])
    assert topics_preview(by_hand(), TITLES, history).to_pylist()[0] == {
        "topic": "tea",
        "items": 3,
        "platforms": "shop, video",
        "keywords": "tea",
        "titles": "Green tea; Tea pot",
    }


def test_a_name_takes_the_place_of_a_label_where_there_is_one():
    assert by_hand().named(["Tea ware", None]).labels == ["Tea ware", "other"]


def test_no_items_have_no_topics():
    history = history_of([("shop", "a")], [])
    topics = topics_of(history, [""], np.zeros((1, 4), np.float32), TopicSettings())
    assert item_topics_table(history, topics).num_rows == 0
    assert pc.max(item_topics_table(history, topics)["topic"]).as_py() is None
