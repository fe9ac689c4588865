import numpy as np
import pytest

from data_quality.contract import load_contract
from tests.knowledge.histories import history_of, planted_history
from xdrec_assets.knowledge.extraction.clustering import Clusters
from xdrec_assets.knowledge.extraction.interests import instead, recent_items, topic_interests
from xdrec_assets.knowledge.extraction.topics import Topics

ITEMS = [("shop", "pan"), ("shop", "pot"), ("shop", "tea"), ("video", "film")]  # 0 to 3, in this order
TAKEN = [("ann", "pan", 0), ("ann", "tea", 10), ("ann", "film", 20), ("bob", "pot", 5), ("cem", "film", 1)]
HISTORY = history_of(ITEMS, TAKEN)


def topics(*of_item: int, labels: tuple[str, ...] = ("cooking", "drinks")) -> Topics:
    rows = np.array(of_item, dtype=np.int32)
    return Topics(Clusters(rows, np.ones(len(rows), np.float32), np.eye(2, dtype=np.float32)), [["x"]] * 2, labels)


def rows(table, *columns: str) -> list[tuple]:
    return list(zip(*(table[column].to_pylist() for column in columns), strict=True))


def test_weights_are_shares_by_recency():
    table = topic_interests(HISTORY, topics(0, 0, 1, 1), half_life_days=10, count=5)
    assert table.schema == load_contract("knowledge/person_interests").arrow_schema()
    assert rows(table, "person_id", "rank", "topic", "label", "n_events") == [
        ("ann", 1, 0, "cooking", 1),
        ("ann", 2, 1, "drinks", 2),
        ("bob", 1, 0, "cooking", 1),
        ("cem", 1, 1, "drinks", 1),
    ]
    cooking, drinks = 1, 2**-1 + 2**-2
    ann = [cooking / (cooking + drinks), drinks / (cooking + drinks)]
    np.testing.assert_allclose(table["weight"].to_numpy(), [*ann, 1, 1], rtol=1e-6)
    assert set(table["source"].to_pylist()) == {"topics"}


def test_the_strongest_are_kept_with_the_shares_they_have_of_all():
    table = topic_interests(HISTORY, topics(0, 0, 1, 1), half_life_days=10, count=1)
    assert rows(table, "person_id", "label") == [("ann", "cooking"), ("bob", "cooking"), ("cem", "drinks")]
    assert table["weight"][0].as_py() == pytest.approx(1 / 1.75)


def test_choices_without_a_topic_do_not_count():
    table = topic_interests(HISTORY, topics(0, -1, 1, -1), half_life_days=10, count=5)
    assert rows(table, "person_id", "label") == [("ann", "cooking"), ("ann", "drinks")]
    assert table["weight"][0].as_py() == pytest.approx(1 / 1.5)


def test_planted_tastes_are_the_interests():
    history = planted_history(np.random.default_rng(0))
    numbers = np.array([int(item[-3:]) % 4 for item in history.item_id], dtype=np.int32)
    found = topic_interests(history, topics(*numbers, labels=("a", "b", "c", "d")), 180, 5)
    assert rows(found, "person_id", "topic", "weight") == [
        (person, int(person[1:]) % 4, 1.0) for person in history.person_id
    ]


def test_nobody_has_no_interests():
    assert topic_interests(history_of(ITEMS, []), topics(0, 0, 1, 1), 10, 5).num_rows == 0


def test_recent_titles_come_newest_first_and_once():
    titles = ["Pan", "Pot", "", "Pan"]  # the tea has none, the film is called as the pan
    found = recent_items(HISTORY, titles, 5)
    names = {
        HISTORY.person_id[person]: [HISTORY.item_id[HISTORY.item[row]] for row in taken]
        for person, taken in found.items()
    }
    assert names == {"ann": ["pan"], "bob": ["pot"], "cem": ["film"]}
    assert all(len(taken) <= 1 for taken in recent_items(HISTORY, ["A", "B", "C", "D"], 1).values())


def test_people_with_other_interests_have_those_alone():
    both = topic_interests(HISTORY, topics(0, 0, 1, 1), 10, 5)
    other = topic_interests(HISTORY, topics(1, 1, 1, 1), 10, 5).filter([True, False, False])
    assert rows(instead(both, other), "person_id", "rank", "label") == [
        ("ann", 1, "drinks"),
        ("bob", 1, "cooking"),
        ("cem", 1, "drinks"),
    ]
