"""A topic keeps its number from date to date while it is made of mostly the same items."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.knowledge.extraction.shops import AS_OF, LATER, NAMES, topic_world
from tests.worlds import rows
from xdrec_assets.knowledge.extraction.interests import INTERESTS
from xdrec_assets.knowledge.extraction.published import publish_topics
from xdrec_assets.knowledge.extraction.topic_numbers import former_date, former_topics, lasting_numbers
from xdrec_assets.knowledge.extraction.topics import ITEM_TOPICS


def of(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int32)


def test_without_a_former_date_topics_are_numbered_as_they_are_found():
    assert lasting_numbers(of(0, 1, 1, 2, -1), of(-1, -1, -1, -1, -1)).tolist() == [0, 1, 2]


def test_topics_found_in_another_order_keep_their_numbers():
    former = np.repeat(np.arange(6, dtype=np.int32), 10)
    turned = np.random.default_rng(0).permutation(6).astype(np.int32)
    assert lasting_numbers(turned[former], former)[turned].tolist() == [0, 1, 2, 3, 4, 5]


def test_items_that_moved_or_are_new_change_no_number():
    former, now = of(0, 0, 0, 0, 1, 1, 1, 1, -1, -1), of(1, 1, 1, 0, 0, 0, 0, 0, 1, 0)
    assert lasting_numbers(now, former).tolist() == [1, 0]


def test_a_topic_that_splits_gives_its_number_to_the_larger_half_and_the_other_gets_a_new_one():
    former = np.repeat(of(0, 1), 10)
    now = of(*[0] * 7, *[1] * 3, *[2] * 10)
    assert lasting_numbers(now, former).tolist() == [0, 2, 1]


def test_topics_that_merge_leave_a_number_that_nobody_else_gets():
    former = np.repeat(of(0, 1, 2), (9, 4, 3))
    now = np.array([1] * 13 + [0] * 3 + [2] * 5, dtype=np.int32)
    assert lasting_numbers(now, np.append(former, of(*[-1] * 5))).tolist() == [2, 0, 3]


def test_topics_with_hardly_an_item_in_common_are_not_the_same():
    former, now = np.repeat(of(0, 1), 10), np.tile(of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), 2)
    assert min(lasting_numbers(now, former).tolist()) == 2


def test_as_many_in_common_as_can_be_are_matched_not_the_first_best():
    former = of(*[0] * 10, *[1] * 10)
    now = of(*[0] * 9, 1, *[0] * 8, 1, 1)  # both halves resemble topic 0 most; only one of them can be it
    assert sorted(lasting_numbers(now, former).tolist()) == [0, 2]


def test_no_topics_have_no_numbers():
    assert lasting_numbers(of(-1, -1), of(-1, 3)).tolist() == []


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, base: Path):
    pipeline = topic_world(base, tmp_path_factory.mktemp("numbers"))
    for partition in (AS_OF, LATER):
        list(publish_topics(pipeline, partition))
    return pipeline


def numbers_on(pipeline, day: date) -> dict[str, int]:
    return {row["item_id"]: row["topic"] for row in rows(pipeline, ITEM_TOPICS) if row["as_of"] == day}


def test_a_later_date_reads_the_one_before_it_alone(published):
    import pyarrow as pa

    assert former_date(published, AS_OF.first) is None
    assert former_date(published, LATER.first) == AS_OF.first
    items = pa.table({"platform": ["shop", "shop", "video"], "item_id": ["tea", "unheard of", "tea"]})
    tea = numbers_on(published, AS_OF.first)["tea"]
    assert former_topics(published, ITEM_TOPICS, AS_OF.first, items).tolist() == [tea, -1, -1]
    assert former_topics(published, ITEM_TOPICS, None, items).tolist() == [-1, -1, -1]


def test_published_topics_and_interests_keep_their_numbers(published):
    assert numbers_on(published, AS_OF.first) == numbers_on(published, LATER.first)
    assert set(numbers_on(published, AS_OF.first)) == set(NAMES)
    named = {row["topic"]: row["label"] for row in rows(published, ITEM_TOPICS)}
    assert all(named[row["topic"]] == row["label"] for row in rows(published, INTERESTS))


def test_dates_stand_while_nothing_changes(published):
    again = [each for partition in (AS_OF, LATER) for each in publish_topics(published, partition)]
    assert [each.audit for each in again] == [None] * 4
