from dataclasses import replace

import numpy as np

from tests.rankers.planted import history_of
from xdrec_assets.embeddings.co_chosen import NO_TEXT, CoChosen, co_chosen, text_pairs
from xdrec_assets.joined.history import History

TEXT = np.array([0, 1, 2, 3, 0, 4])
"""Items 0 to 2 are of music, 3 to 5 of the shop; items 0 and 4 have one text."""


def chosen(*choices: tuple[int, int, float]) -> History:
    """(person, item, age in days) of each choice."""
    age = {(person, item): days for person, item, days in choices}
    history = history_of(list(age), [3, 3], 3)
    ages = [age[int(p), int(i)] for p, i in zip(history.person, history.item, strict=True)]
    return replace(history, age_days=np.array(ages, dtype=np.float32))


def listed(pairs: CoChosen) -> list[tuple[int, int, int, bool]]:
    """(person, earlier, later, across) of each pair, sorted."""
    columns = (pairs.person, pairs.earlier, pairs.later, pairs.is_across)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


def test_the_earlier_choice_comes_first_and_platforms_are_told_apart():
    history = chosen((0, 0, 3), (0, 1, 5), (0, 3, 4), (1, 2, 1))
    assert listed(co_chosen(history, TEXT, within_days=30, window=2)) == [
        (0, 1, 0, False),
        (0, 1, 3, True),
        (0, 3, 0, True),
    ]


def test_days_and_window_bound_the_pairs():
    history = chosen((0, 0, 9), (0, 1, 5), (0, 3, 4))
    assert listed(co_chosen(history, TEXT, within_days=2, window=2)) == [(0, 1, 3, True)]
    assert listed(co_chosen(history, TEXT, within_days=30, window=1)) == [(0, 0, 1, False), (0, 1, 3, True)]


def test_one_text_on_two_platforms_is_no_pair():
    assert listed(co_chosen(chosen((0, 0, 2), (0, 4, 1)), TEXT, 30, 5)) == []


def test_items_without_text_are_passed_over():
    history = chosen((0, 0, 3), (0, 1, 2), (0, 2, 1))
    text = np.where(np.arange(6) == 1, NO_TEXT, TEXT)
    assert listed(co_chosen(history, text, within_days=30, window=1)) == [(0, 0, 2, False)]


def test_pairs_that_end_in_the_last_days_are_not_learned_from():
    pairs = co_chosen(chosen((0, 0, 9), (0, 1, 5), (0, 2, 1)), TEXT, within_days=30, window=1)
    early, late = pairs.split(days=5)
    assert listed(early) == [(0, 0, 1, False)]
    assert listed(late) == [(0, 1, 2, False)]


def test_no_choices_are_no_pairs():
    assert len(co_chosen(chosen(), TEXT, 30, 3)) == 0


def test_a_sample_is_the_same_every_time():
    pairs = co_chosen(chosen(*((0, i, i) for i in range(6))), np.arange(6), 30, 3)
    assert listed(pairs.sample(4, seed=0)) == listed(pairs.sample(4, seed=0))
    assert len(pairs.sample(4, seed=0)) == 4
    assert listed(pairs.sample(100, seed=0)) == listed(pairs)


def test_what_a_person_chose_is_known_by_its_text():
    history = chosen((0, 0, 3), (0, 1, 2), (1, 4, 1), (1, 5, 0))
    pairs = text_pairs(co_chosen(history, TEXT, 30, 1), TEXT, history)
    assert (pairs.left.tolist(), pairs.right.tolist(), pairs.owner.tolist()) == ([0, 0], [1, 4], [0, 1])
    assert pairs.owned.toarray().tolist() == [[1, 1, 0, 0, 0], [1, 0, 0, 0, 1], [0, 0, 0, 0, 0]]
