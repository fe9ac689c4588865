"""Leaderboards on a small planted log: who stands in them, what validation chooses, and what is told apart."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.data_sets import DataSet
from benchmarks.leaderboard_contests import SETS, Contest, final_of, round_of
from benchmarks.leaderboard_rounds import CHOICES, Entry, Round, choose, compete, rankers_of
from benchmarks.leaderboard_tables import board, lifts, rows_of
from benchmarks.leaderboards import tables
from xdrec_assets.evaluation.protocols.by_time import split_global_time
from xdrec_assets.evaluation.protocols.events import Events, events_of, first_of_each_pair
from xdrec_assets.evaluation.protocols.splits import SECONDS_PER_DAY, seconds_at
from xdrec_assets.rankers.registry import RANKERS
from xdrec_assets.rankers.settings import RankerSettings

START, VALIDATION_FROM, TEST_FROM = date(2026, 1, 1), date(2026, 2, 20), date(2026, 3, 1)
N_PEOPLE, PER_TASTE, TASTES = 80, 15, 2
ITEMS = [(p, f"{p[0]}{n:02d}") for p in ("food", "kitchen") for n in range(PER_TASTE * TASTES)]
TEXTS = [f"{'sweet' if n % TASTES else 'salty'} thing {item}" for n, (_, item) in enumerate(ITEMS)]


def planted_log(seed: int = 0) -> Events:
    """People take what is of their taste, on both platforms; every fourth comes to kitchen at last."""
    rng = np.random.default_rng(seed)
    people, items, days = [], [], []
    for person in range(N_PEOPLE):
        for platform in (0, 1):
            taken = rng.choice(PER_TASTE, 9, replace=False) * TASTES + person % TASTES
            for n, item in enumerate(taken + platform * PER_TASTE * TASTES):
                is_newcomer = platform == 1 and person % 4 == 0
                people.append(f"p{person:02d}")
                items.append(item)
                days.append(60 + n % 9 if is_newcomer else 1 + 7 * n + rng.integers(7))
    times = np.array(days) * SECONDS_PER_DAY + seconds_at(START)
    return first_of_each_pair(events_of(ITEMS, np.array(people), np.array(items), times))


def planted_contest() -> Contest:
    events = planted_log()
    split = split_global_time(events, VALIDATION_FROM, TEST_FROM)
    text = np.random.default_rng(0).standard_normal((len(ITEMS), 8)).astype(np.float32)
    return Contest("Planted", DataSet(events, TEXTS), text, split.validation, split.test)


@pytest.fixture(scope="module")
def contest() -> Contest:
    return planted_contest()


@pytest.fixture(scope="module")
def rounds(contest: Contest) -> tuple[Round, Round]:
    return round_of(contest, contest.validation), round_of(contest, contest.test)


@pytest.fixture(scope="module")
def entries(rounds: tuple[Round, Round]) -> list[Entry]:
    return [entry for name in ("knn", "popularity", "svd") for entry in compete(*rounds, seeds=2, only=name)]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_every_ranker_is_tried_and_popularity_on_one_platform_alone() -> None:
    assert rankers_of("one") == [*RANKERS]
    assert set(RANKERS) - set(rankers_of("all")) == {"popularity"}


def test_settings_to_choose_from_are_settings_of_a_ranker() -> None:
    for name, choices in CHOICES.items():
        section = getattr(RankerSettings(), name)
        for each in choices:
            assert section.model_validate({**section.model_dump(), **each}) != section


def test_each_platform_has_each_ranker_in_each_training(entries: Sequence[Entry]) -> None:
    found = {(entry.platform, entry.ranker, entry.trained_on) for entry in entries}
    assert len(found) == len(entries) == 2 * (1 + 2 * 3)
    assert ("kitchen", "item_knn", "all") in found
    assert ("kitchen", "popularity", "all") not in found
    assert {len(entry.lists) for entry in entries if entry.ranker == "svd"} == {2}
    assert {len(entry.lists) for entry in entries if entry.ranker != "svd"} == {1}


def test_what_comes_after_validation_chooses_nothing(contest: Contest, rounds: tuple[Round, Round]) -> None:
    events = contest.data.events
    late = events.occurred_at >= seconds_at(TEST_FROM)
    altered = replace(events, item=np.where(late, (events.item + 7) % len(ITEMS), events.item).astype(np.int32))
    split = split_global_time(altered, VALIDATION_FROM, TEST_FROM)
    other = round_of(replace(contest, validation=split.validation, test=split.test), split.validation)
    for name in ("item_knn", "svd"):
        assert choose(other, name, "all") == choose(rounds[0], name, "all")


def test_the_best_of_the_tried_settings_is_chosen(rounds: tuple[Round, Round], monkeypatch) -> None:
    days = date.fromordinal(VALIDATION_FROM.toordinal()) - START
    assert days > timedelta(30)
    monkeypatch.setitem(CHOICES, "item_knn", [{"shrinkage": 1e9, "neighbours": 1}, {"neighbours": 40}])
    chosen = choose(rounds[0], "item_knn", "one")
    assert all(own.get("neighbours") != 1 for own in chosen.values())


def test_a_board_has_the_best_first_and_tells_apart_what_is_far(
    entries: Sequence[Entry], rounds: tuple[Round, Round]
) -> None:
    asked = rounds[1].asked["kitchen"]
    rows = rows_of([entry for entry in entries if entry.platform == "kitchen"], asked)
    means = [row.ndcg.mean for row in rows]
    assert means == sorted(means, reverse=True)
    assert means[0] == pytest.approx(np.mean([asked.ndcg(one).mean() for one in rows[0].entry.lists]))
    head, _, *lines = board(rows)
    assert {len(cells(line)) for line in lines} == {len(cells(head))} == {9}
    assert cells(lines[0])[5:7] == ["best", ""]
    by_popularity = next(line for line in lines if "popularity" in line)
    assert cells(by_popularity)[6] == "yes"
    assert all(("±" in line) == ("svd" in line) for line in lines)


def test_all_platforms_help_newcomers(entries: Sequence[Entry], rounds: tuple[Round, Round]) -> None:
    test = rounds[1]
    own = [entry for entry in entries if entry.platform == "kitchen"]
    nothing = np.zeros(test.history.n_items, dtype=bool)
    head, _, *lines = lifts(own, test.asked["kitchen"], test.history, nothing)
    assert {len(cells(line)) for line in lines} == {len(cells(head))} == {11}
    found = {(cells(line)[0], cells(line)[2]): cells(line) for line in lines}
    assert found["cold_people", "item_knn"][1] == str(N_PEOPLE // 4)
    assert found["cold_people", "item_knn"][-1] == "helped"
    assert found["warm_people", "item_knn"][-1] == "undecided"


def test_a_gain_that_is_gone_without_twins_is_no_help(entries: Sequence[Entry], rounds: tuple[Round, Round]) -> None:
    test, asked = rounds[1], rounds[1].asked["kitchen"]
    own = [entry for entry in entries if entry.platform == "kitchen"]
    newcomers = np.isin(asked.people, np.arange(0, N_PEOPLE, 4))
    taken = asked.relevant.item[np.repeat(newcomers, asked.relevant.n_relevant)]
    is_twin = np.isin(np.arange(test.history.n_items), np.unique(taken)[1:])  # all that newcomers took but one item
    lines = [*lifts(own, asked, test.history, is_twin)][2:]
    found = {(cells(line)[0], cells(line)[2]): cells(line)[-1] for line in lines}
    assert found["cold_people", "item_knn"] == "by twins alone"


def test_a_sampled_round_ranks_what_was_drawn_and_what_is_relevant_alone(contest: Contest) -> None:
    test = final_of(replace(contest, sampled=5))
    assert test.sampled is not None
    (entry,) = [each for each in compete(test, test, 1, is_tuned=False, only="popularity") if each.platform == "food"]
    asked = test.asked["food"]
    for row in range(len(asked.people)):
        wanted = asked.relevant.item[asked.relevant.indptr[row] : asked.relevant.indptr[row + 1]]
        listed = entry.lists[0][row]
        assert set(listed[listed >= 0]) <= {*wanted, *test.sampled["food"][row]}
        assert (listed >= 0).sum() == min(10, 5 + len(wanted))


def test_every_row_of_sampled_candidates_says_so(
    contest: Contest, entries: list[Entry], rounds: tuple[Round, Round]
) -> None:
    published = replace(contest, published={"kitchen": {"ABXI": (0.2438, 0.1427)}})
    for sampled in (None, 999):
        text = "\n".join(tables(replace(published, sampled=sampled), entries, rounds[1]))
        named = [
            line
            for line in text.splitlines()
            if line.startswith(("| svd", "| popularity", "| item_knn", "| user_knn", "| ABXI"))
        ]
        assert len(named) == len(entries) + 1
        assert all((", sampled 999 |" in line) == (sampled == 999) for line in named)


def test_tables_stand_beside_what_was_published(
    contest: Contest, entries: list[Entry], rounds: tuple[Round, Round]
) -> None:
    published = replace(contest, published={"kitchen": {"SASRec": (0.0921, 0.0531)}})
    text = "\n".join(tables(published, entries, rounds[1]))
    assert "### Planted: food" in text
    assert "### Planted: kitchen" in text
    assert "| SASRec, as published |  | .0531 | .0921 |" in text
    assert "0 items being listed on both platforms" in text
    assert set(SETS) == {"food_kitchen", "food_kitchen_sampled", "movielens", "beauty", "toys"}
