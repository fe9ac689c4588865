"""Metrics by hand arithmetic, against plain definitions in Python, and by property."""

from collections.abc import Sequence
from math import log2
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from xdrec_assets.evaluation.metrics.ranking import (
    PER_PERSON,
    accuracy_at_k,
    f1_at_k,
    find_hits,
    map_at_k,
    mrr_at_k,
    ndcg_at_k,
    precision_at_k,
    recall_at_k,
)

N_ITEMS = 12
Person = tuple[list[int], set[int]]  # what is recommended, what is relevant


def as_arrays(people: Sequence[Person], k: int) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
    recommended = np.array([(listed + [-1] * k)[:k] for listed, _ in people], dtype=np.int32).reshape(-1, k)
    indptr = np.cumsum([0, *(len(relevant) for _, relevant in people)])
    return recommended, indptr, np.array([item for _, relevant in people for item in sorted(relevant)], dtype=np.int32)


def all_metrics(people: Sequence[Person], k: int) -> dict[str, NDArray[np.float64]]:
    recommended, indptr, relevant = as_arrays(people, k)
    hits = find_hits(recommended, indptr, relevant)
    return {name: metric(hits, np.diff(indptr)) for name, metric in PER_PERSON.items()}


def one_by_one(listed: list[int], relevant: set[int], k: int) -> dict[str, float]:
    """One person, plain Python, straight from the definitions."""
    found = [rank for rank, item in enumerate(listed[:k], start=1) if item in relevant]
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return {
        "ndcg": sum(1 / log2(rank + 1) for rank in found) / ideal,
        "recall": len(found) / len(relevant),
        "precision": len(found) / k,
        "hit_rate": float(bool(found)),
        "mrr": 1 / found[0] if found else 0.0,
        "map": sum(n / rank for n, rank in enumerate(found, start=1)) / len(relevant),
        "f1": 2 * len(found) / (k + len(relevant)),
    }


persons = st.tuples(
    st.lists(st.integers(0, N_ITEMS - 1), max_size=8, unique=True),
    st.sets(st.integers(0, N_ITEMS - 1), min_size=1, max_size=8),
)


def test_figures_by_hand() -> None:
    # 5 recommended items, hits at ranks 2 and 4, three relevant items
    figures = all_metrics([([10, 1, 11, 2, 0], {1, 2, 3})], k=5)
    gained = 1 / np.log2(3) + 1 / np.log2(5)
    assert_allclose(figures["ndcg"], gained / (1 + 1 / np.log2(3) + 1 / np.log2(4)))
    assert_allclose(figures["recall"], 2 / 3)
    assert_allclose(figures["precision"], 2 / 5)
    assert_allclose(figures["hit_rate"], 1)
    assert_allclose(figures["mrr"], 1 / 2)
    assert_allclose(figures["map"], (1 / 2 + 2 / 4) / 3)
    assert_allclose(figures["f1"], 2 * (2 / 5) * (2 / 3) / (2 / 5 + 2 / 3))


def test_ideal_counts_no_more_than_k_items() -> None:
    assert_allclose(all_metrics([([0, 1], {0, 1, 2, 3})], k=2)["ndcg"], 1.0)


def test_unknown_relevant_item_counts_and_padding_never_hits_it() -> None:
    recommended, indptr, relevant = np.array([[4, -1, -1]]), np.array([0, 2]), np.array([-1, 4])
    hits = find_hits(recommended, indptr, relevant)
    assert_array_equal(hits, [[True, False, False]])
    assert_allclose(ndcg_at_k(hits, np.diff(indptr)), 1 / (1 + 1 / np.log2(3)))


def test_same_item_is_a_hit_only_for_whom_it_is_relevant() -> None:
    assert_array_equal(find_hits(np.array([[3], [3]]), np.array([0, 0, 1]), np.array([3])), [[False], [True]])


def test_person_with_nothing_relevant_is_nan() -> None:
    figures = all_metrics([([1, 2], set()), ([1, 2], {1})], k=2)
    for name, values in figures.items():
        assert_array_equal(np.isnan(values), [True, False], err_msg=name)


def test_nobody_gives_empty_figures() -> None:
    assert {name: len(values) for name, values in all_metrics([], k=3).items()} == dict.fromkeys(PER_PERSON, 0)


def test_repeated_hit_is_refused() -> None:
    with pytest.raises(ValueError, match="row 1 lists item 5 more than once"):
        find_hits(np.array([[1, 2], [5, 5]]), np.array([0, 1, 2]), np.array([1, 5]))


def test_indptr_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="indptr has 3 entries for 1 people; give 2"):
        find_hits(np.array([[1, 2]]), np.array([0, 1, 2]), np.array([1, 5]))


def test_a_perfect_list_has_average_precision_1_only_where_all_relevant_items_fit() -> None:
    assert_allclose(all_metrics([([0, 1, 2], {0, 1, 2})], k=3)["map"], 1.0)
    assert_allclose(all_metrics([([0, 1], {0, 1, 2, 3})], k=2)["map"], 2 / 4)


def test_accuracy_by_hand() -> None:
    # of 20 items 5 are listed, 2 of them among the 3 relevant ones: 3 wrongly listed, 1 wrongly left out
    hits = np.array([[False, True, False, True, False]])
    assert_allclose(accuracy_at_k(hits, np.array([3]), 20), 16 / 20)


def test_accuracy_of_a_short_list_counts_what_is_listed() -> None:
    hits, relevant = np.array([[True, False, False]]), np.array([1])
    assert_allclose(accuracy_at_k(hits, relevant, np.array([2])), 1 / 2)  # both candidates listed, one wrongly
    assert_allclose(accuracy_at_k(hits, relevant, np.array([10]), n_listed=np.array([1])), 1.0)


def test_accuracy_is_nan_without_anything_relevant_or_judged() -> None:
    hits = np.zeros((2, 1), dtype=bool)
    assert np.isnan(accuracy_at_k(hits, np.array([0, 1]), np.array([5, 0]))).all()


@given(st.lists(persons, min_size=1, max_size=6), st.integers(1, 8))
def test_agrees_with_the_definitions_person_by_person(people: list[Person], k: int) -> None:
    figures = all_metrics(people, k)
    for row, (listed, relevant) in enumerate(people):
        for name, expected in one_by_one(listed, relevant, k).items():
            assert_allclose(figures[name][row], expected, rtol=1e-12, err_msg=name)


@given(st.lists(persons, min_size=1, max_size=6), st.integers(1, 8))
def test_all_lie_between_0_and_1(people: list[Person], k: int) -> None:
    for name, values in all_metrics(people, k).items():
        assert ((values >= 0) & (values <= 1 + 1e-12)).all(), name


@given(persons, st.integers(1, 7))
def test_longer_lists_find_no_less(person: Person, k: int) -> None:
    shorter, longer = all_metrics([person], k), all_metrics([person], k + 1)
    for name in ("recall", "hit_rate", "mrr", "map"):
        assert longer[name] >= shorter[name], name


@given(persons, st.permutations(range(8)))
def test_order_within_the_list_matters_to_ndcg_mrr_and_map_alone(person: Person, order: list[int]) -> None:
    listed, relevant = person
    shuffled = [listed[place] for place in order if place < len(listed)]
    before, after = all_metrics([(listed, relevant)], k=8), all_metrics([(shuffled, relevant)], k=8)
    for name in ("recall", "precision", "hit_rate", "f1"):
        assert_allclose(before[name], after[name], err_msg=name)


@given(st.lists(persons, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_order_of_people_does_not_matter(people: list[Person], random: Random) -> None:
    order = list(range(len(people)))
    random.shuffle(order)
    before, after = all_metrics(people, k=4), all_metrics([people[place] for place in order], k=4)
    for name, values in before.items():
        assert_array_equal(values[order], after[name], err_msg=name)


@given(st.lists(persons, min_size=1, max_size=6), st.integers(1, 8))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(people: list[Person], k: int) -> None:
    recommended, indptr, relevant = as_arrays(people, k)
    hits, n_relevant = find_hits(recommended, indptr, relevant), np.diff(indptr)
    precision, recall = precision_at_k(hits, n_relevant), recall_at_k(hits, n_relevant)
    harmonic = 2 * precision * recall / np.where(precision + recall > 0, precision + recall, 1)
    assert_allclose(f1_at_k(hits, n_relevant), harmonic, atol=1e-12)


@given(st.lists(st.booleans(), min_size=2, max_size=8), st.integers(0, 6))
def test_moving_a_hit_forward_never_hurts(row: list[bool], place: int) -> None:
    place = min(place, len(row) - 2)
    moved = [*row[:place], row[place] or row[place + 1], row[place] and row[place + 1], *row[place + 2 :]]
    n_relevant = np.array([max(1, sum(row))])
    for metric in (ndcg_at_k, mrr_at_k, map_at_k):
        assert metric(np.array([moved]), n_relevant) >= metric(np.array([row]), n_relevant) - 1e-12
