"""What the comparison of SASRec with RecBole's asks of both."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.held_out import HeldOut
from benchmarks.leaderboard_rounds import Round
from benchmarks.sasrec import BESIDE_PEER, CHOSEN, VARIANTS, Task, ours, row, task_of
from tests.rankers.planted import history_of
from xdrec_assets.evaluation.relevant_sets import RelevantSets
from xdrec_assets.joined.history import History
from xdrec_assets.rankers.settings import RankerSettings


def round_of_three() -> Round:
    """Persons 0, 2 and 3 of four are asked; nobody took item 5 or is asked for it."""
    history = history_of([(0, 0), (0, 2), (1, 3), (2, 2), (3, 4)], [6], n_people=4, platforms=("shop",))
    people, label = np.array([0, 2, 3], dtype=np.int32), np.array([4, 1, 0], dtype=np.int32)
    relevant = RelevantSets("shop", history.person_id[people], people, np.arange(4), label)
    return Round(history, {}, {"shop": HeldOut(np.arange(6), relevant)}, RankerSettings())


def cycle(n_people: int = 60, n_items: int = 6) -> Task:
    """Everyone goes round a circle of items and stops before the last; what follows is to be found."""
    pairs = [(person, (person + step) % n_items) for person in range(n_people) for step in range(n_items - 1)]
    history: History = history_of(pairs, [n_items], n_people=n_people, platforms=("shop",))
    age_days = (n_items - (history.item - history.person) % n_items).astype(np.float32)
    return Task(replace(history, age_days=age_days), np.array([(p - 1) % n_items for p in range(n_people)], np.int32))


def test_a_task_has_the_first_people_asked_and_only_items_of_theirs() -> None:
    task = task_of(round_of_three(), "shop", 2)
    assert task.history.person_id.tolist() == ["person 0", "person 2"]
    assert task.history.item_id.tolist() == ["item 0", "item 1", "item 2", "item 4"]
    assert list(zip(task.history.person.tolist(), task.history.item.tolist(), strict=True)) == [(0, 0), (0, 2), (1, 2)]
    assert task.label.tolist() == [3, 1]


def test_what_is_found_second_gains_less() -> None:
    task = task_of(round_of_three(), "shop", 2)
    assert task.ndcg(np.array([[1, 3, 0], [1, 0, 2]])) == pytest.approx([1 / np.log2(3), 1])


def test_ours_learns_the_circle() -> None:
    settings = BESIDE_PEER.model_copy(update={"size": 16, "epochs": 10, "learning_rate": 1e-2, "events_per_batch": 64})
    ndcg, seconds = ours(cycle(), settings)
    assert ndcg.mean() == 1  # the only item left
    assert seconds > 0


def test_variants_differ_in_what_their_names_say() -> None:
    assert VARIANTS["ids"].vectors == "none"
    assert not VARIANTS["text"].has_ids
    assert VARIANTS[CHOSEN].model_dump(exclude={"epochs", "validation_people"}) == type(VARIANTS[CHOSEN])().model_dump(
        exclude={"epochs", "validation_people"}
    )


def test_a_line_says_how_many_were_found() -> None:
    line = row("ours", np.array([1.0, 0.0, 0.0, 0.0]), 2.25)
    assert line.startswith("| ours | .2500 [.0000, ")
    assert line.endswith("| .2500 | 2.2 |")
