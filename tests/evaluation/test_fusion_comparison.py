"""Item vectors that tell what people take next are found better than those that do not, and surely so."""

from dataclasses import replace

import numpy as np
import pytest

from tests.evaluation.worlds import events_of, history_of
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.evaluation.fusion_comparison import BETTER, CHOSEN, UNDECIDED, WORSE, fusion_rows
from xdrec_assets.evaluation.settings import EvaluationSettings
from xdrec_assets.knowledge.compared import Case
from xdrec_assets.rankers.settings import RankerSettings

N_TOPICS, N_ITEMS, N_PEOPLE = 5, 40, 30
SETTINGS = EvaluationSettings(k=5, resamples=200)
PLAIN, OTHER, THIRD = Case("whitening", "concat"), Case("whitening", "sum"), Case("none", "concat")


def names(platform):
    return [f"{platform}{i:02d}" for i in range(N_ITEMS)]


@pytest.fixture(scope="module")
def world():
    """Person p took an item of topic p modulo 5 on each platform, and takes the next one of it on each."""
    people = [f"p{i:02d}" for i in range(N_PEOPLE)]
    items = {platform: names(platform) for platform in ("shop", "video")}
    taken, later = [], []
    for number, person in enumerate(people):
        item = number % N_TOPICS + N_TOPICS * (number // N_TOPICS)
        for platform in items:
            taken.append((person, platform, f"{platform}{item:02d}"))
            later.append((platform, person, f"{platform}{item + N_TOPICS:02d}", 1.0))
    later.append(("shop", "a stranger", "shop00", 1.0))
    return history_of(taken, people, items), events_of(*later)


def by_topic():
    topics = np.eye(N_TOPICS, dtype=np.float32)[np.tile(np.arange(N_ITEMS) % N_TOPICS, 2)]
    return np.hstack([topics, np.zeros((len(topics), 3), np.float32)])


def by_chance(seed=0):
    return unit_rows(np.random.default_rng(seed).standard_normal((2 * N_ITEMS, 8)))


def rows_of(world, *vectors, settings=SETTINGS):
    return fusion_rows(*world, vectors, settings, RankerSettings())


def of(rows, platform, case):
    (found,) = [
        row for row in rows if (row["platform"], row["alignment"], row["fusion"]) == (platform, *vars(case).values())
    ]
    return found


def test_what_tells_the_next_item_is_better_than_what_does_not(world):
    rows = rows_of(world, (PLAIN, by_chance()), (OTHER, by_topic()))
    for platform in ("shop", "video"):
        chosen, other = of(rows, platform, PLAIN), of(rows, platform, OTHER)
        assert (chosen["verdict"], other["verdict"]) == (CHOSEN, BETTER)
        assert other["difference"] == pytest.approx(other["ndcg"] - chosen["ndcg"])
        assert 0 < other["difference_low"] < other["difference"] < other["difference_high"]
        assert other["low"] <= other["ndcg"] <= other["high"]
    assert of(rows_of(world, (PLAIN, by_topic()), (OTHER, by_chance())), "shop", OTHER)["verdict"] == WORSE


def test_rows_of_a_platform_stand_best_first(world):
    rows = rows_of(world, (PLAIN, by_chance()), (OTHER, by_topic()), (THIRD, by_chance(1)))
    for platform in ("shop", "video"):
        found = [row["ndcg"] for row in rows if row["platform"] == platform]
        assert len(found) == 3
        assert found == sorted(found, reverse=True)


def test_the_same_vectors_make_no_difference(world):
    row = of(rows_of(world, (PLAIN, by_topic()), (OTHER, by_topic())), "shop", OTHER)
    assert (row["difference"], row["p_value"], row["verdict"]) == (0, 1, UNDECIDED)


def test_many_comparisons_are_corrected_for(world):
    one = of(rows_of(world, (PLAIN, by_chance()), (OTHER, by_topic())), "shop", OTHER)
    two = of(rows_of(world, (PLAIN, by_chance()), (OTHER, by_topic()), (THIRD, by_chance())), "shop", OTHER)
    assert one["p_adjusted"] == one["p_value"] == two["p_value"]
    assert two["p_adjusted"] == pytest.approx(2 * two["p_value"])


def test_people_of_whom_nothing_was_known_are_not_asked(world):
    assert {row["n_people"] for row in rows_of(world, (PLAIN, by_topic()))} == {N_PEOPLE}


def test_of_the_items_seen_alone_only_these_are_relevant(world):
    history, _ = world
    seen = rows_of(world, (PLAIN, by_topic()), settings=SETTINGS.model_copy(update={"catalogue": "seen"}))
    n_seen = len(np.unique(history.item)) // 2
    assert {row["n_people"] for row in seen} == {n_seen - N_TOPICS}  # the last topic round was taken by nobody before


def test_the_same_input_gives_the_same_rows_and_stays_as_it_is(world):
    vectors = by_chance()
    one = rows_of(world, (PLAIN, vectors), (OTHER, by_topic()))
    assert one == rows_of(world, (PLAIN, vectors), (OTHER, by_topic()))
    np.testing.assert_array_equal(vectors, by_chance())


def test_an_empty_window_gives_rows_without_figures(world):
    history, events = world
    rows = rows_of((history, events.slice(0, 0)), (PLAIN, by_topic()), (OTHER, by_chance()))
    assert [row["n_people"] for row in rows] == [0] * 4
    assert {row["ndcg"] for row in rows} == {None}
    assert of(rows, "shop", OTHER)["verdict"] == UNDECIDED


def test_nothing_to_compare_gives_no_rows(world):
    assert rows_of(world) == []
    assert rows_of((replace(world[0], platforms=()), world[1]), (PLAIN, by_topic())) == []
