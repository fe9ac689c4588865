"""Whether and how to transfer, as an inner window of the past says."""

from dataclasses import replace

import numpy as np
import pytest

from tests.rankers.planted import TARGET, World, planted_world
from tests.rankers.transfer.problems import COLD, WARM, knowledge_by_scope, problem_of, taste_hits
from xdrec_assets.evaluation.uncertainty.bootstrap import resample
from xdrec_assets.evaluation.uncertainty.paired import compare
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.transfer.choice import Choice, lower_bound
from xdrec_assets.rankers.transfer.none import NoTransfer
from xdrec_assets.rankers.transfer.settings import ChoiceSettings, TransferSettings
from xdrec_assets.rankers.transfer.strategy import NoSettings, Problem

SETTINGS = TransferSettings(choice=ChoiceSettings(days=30, candidates=("joint", "mapping", "features"), resamples=200))

NEWCOMERS = WARM[WARM // 4 % 2 == 0]


@pytest.fixture(scope="module")
def world() -> World:
    """A planted world in which half of its people come to the target in the inner window, and nobody is cold."""
    return arriving(planted_world())


def arriving(world: World) -> World:
    history = world.history
    on_target = history.item >= history.items_of(TARGET).start
    fresh = on_target & np.isin(history.person, NEWCOMERS)  # of every taste
    age = np.where(fresh, history.age_days % 25, history.age_days % 30 + 30)
    return replace(world, history=replace(history, age_days=age.astype(np.float32)))


def test_what_helps_newcomers_is_chosen(world: World) -> None:
    learned = Choice(SETTINGS).learn(problem_of(world))
    rows = {row["strategy"]: row for row in learned.evidence}
    assert list(rows) == ["none", "joint", "mapping"]  # features does not suit a factorisation
    assert learned.strategy == max(rows, key=lambda name: rows[name]["ndcg"]) != "none"
    assert rows[learned.strategy]["low"] > 0
    assert [name for name in rows if rows[name]["chosen"]] == [learned.strategy]
    assert rows["none"]["low"] is None
    assert rows["none"]["difference"] == 0
    assert {row["people"] for row in learned.evidence} == {len(NEWCOMERS)}
    assert taste_hits(learned.ranker, world) > 0.8  # of the cold, learned from everything


def test_a_single_candidate_is_chosen_where_it_helps(world: World) -> None:
    settings = TransferSettings(choice=ChoiceSettings(days=30, candidates=("joint",), resamples=200))
    assert Choice(settings).learn(problem_of(world)).strategy == "joint"


def test_where_the_sources_are_noise_nothing_is_transferred(world: World) -> None:
    shuffled = world.with_links_shuffled(np.random.default_rng(3))
    learned = Choice(SETTINGS).learn(problem_of(shuffled))
    assert learned.strategy == "none"
    assert [row["chosen"] for row in learned.evidence] == [True, False, False]
    twin = NoTransfer(NoSettings()).fit(problem_of(shuffled))
    for name, array in learned.ranker.arrays().items():
        np.testing.assert_array_equal(array, twin.arrays()[name])


def test_the_chosen_strategy_learns_from_the_window_too(world: World) -> None:
    learned = Choice(SETTINGS).learn(problem_of(world, "als"))
    assert taste_hits(learned.ranker, world, NEWCOMERS) > 0.8


def test_a_window_of_few_people_proves_nothing(world: World) -> None:
    keep = (world.history.age_days > 30) | (world.history.person < NEWCOMERS[19])
    rows = {name: getattr(world.history, name)[keep] for name in ("person", "item", "strength", "age_days")}
    few = replace(world, history=replace(world.history, **rows))
    learned = Choice(SETTINGS).learn(problem_of(few))
    assert (learned.strategy, learned.evidence) == ("none", [])


def test_where_no_candidate_suits_there_is_no_choice(world: World) -> None:
    settings = TransferSettings(choice=ChoiceSettings(candidates=("features",)))
    learned = Choice(settings).learn(problem_of(world, "svd"))
    assert (learned.strategy, learned.evidence) == ("none", [])


def test_candidates_know_nothing_of_the_window(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who took what in it, and person vectors made of that, reach no candidate before all are judged."""
    seen: list[tuple[History, np.ndarray]] = []
    fused: list[np.ndarray] = []

    def noted(strategy: NoTransfer, problem: Problem) -> object:
        seen.append((problem.history, problem.knowledge["all"].person))
        fused.append(problem.knowledge["all"].fused)
        return problem.make().fit(problem.on_target, problem.knowledge[problem.target])

    monkeypatch.setattr(NoTransfer, "fit", noted)
    spoiled = replace(world, knowledge=replace(world.knowledge, fused=-world.knowledge.fused))
    Choice(SETTINGS).learn(problem_of(spoiled))
    (inner, person), *_ = seen
    np.testing.assert_array_equal(fused[0], world.knowledge.text)  # fused vectors may have seen the window
    assert (inner.age_days >= 0).all()
    assert len(inner.person) == int((world.history.age_days > 30).sum())
    is_hidden = world.history.age_days < 30
    item = np.where(is_hidden, 120 + (world.history.item + 7) % 60, world.history.item).astype(np.int32)
    altered = replace(world.history, item=item)  # newcomers took other items of the target
    seen.clear()
    Choice(SETTINGS).learn(replace(problem_of(world), history=altered))
    (again, same), *_ = seen
    np.testing.assert_array_equal(again.item, inner.item)
    np.testing.assert_array_equal(same, person)
    assert person[COLD].any()


def test_targets_of_one_history_share_what_is_learned_once(world: World) -> None:
    choice, makes = Choice(SETTINGS), []
    knowledge = knowledge_by_scope(world)
    for target in ("shop", TARGET):
        problem = problem_of(world, "svd", target)
        counted = Problem(world.history, knowledge, target, lambda make=problem.make: makes.append(0) or make())
        choice.learn(counted)
    joint = 2  # before the window and after, for both targets together
    assert len(makes) <= 2 * (1 + 1 + 2 + 2) + joint  # asked for its class, none, and mapping's two sides, refitted


def test_the_bound_is_near_that_of_the_evaluation() -> None:
    rng = np.random.default_rng(1)
    ours, other = rng.normal(0.3, 1, size=400), rng.normal(0.1, 1, size=400)
    names = np.array([f"{n}" for n in range(400)])
    a, b = resample(names, np.column_stack([ours, other]), seed=0, n=2000)
    two_sided = compare(a, b, level=0.9).low
    assert lower_bound(ours - other, 0.95, 2000, rng) == pytest.approx(two_sided, abs=0.015)
    assert lower_bound(ours - other, 0.99, 2000, rng) < lower_bound(ours - other, 0.8, 2000, rng)
    assert lower_bound(np.full(30, 0.5), 0.99, 100, rng) == 0.5


def test_so_many_people_at_most_are_asked(world: World) -> None:
    settings = TransferSettings(choice=ChoiceSettings(days=30, people=30, candidates=("joint",), resamples=100))
    assert {row["people"] for row in Choice(settings).learn(problem_of(world)).evidence} == {30}


def test_knowledge_is_made_anew_of_what_was_before_the_window(world: World) -> None:
    asked: list[History] = []

    def known(history: History) -> dict[str, Knowledge]:
        asked.append(history)
        return knowledge_by_scope(world)

    choice = Choice(SETTINGS)
    for target in ("shop", TARGET):
        choice.learn(replace(problem_of(world, "linear", target), knowledge_before=known))
    (history,) = asked  # once for both
    assert len(history.person) == int((world.history.age_days > 30).sum())
